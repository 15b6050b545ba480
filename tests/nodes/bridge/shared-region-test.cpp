// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/shared-region.hpp"

#include "nodes/bridge/futex.hpp"
#include "wine-host/protocol/version.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace decant;
using bridge::SharedRegion;

namespace
{

/// What a host does to the file, behind the mapping: an open descriptor of its own.
class HostileDescriptor
{
    int fd_;

public:
    explicit HostileDescriptor(const SharedRegion& region)
        : fd_(open(region.name().c_str(), O_RDWR | O_CLOEXEC))
    {
        REQUIRE(fd_ >= 0);
    }
    ~HostileDescriptor() { close(fd_); }
    HostileDescriptor(const HostileDescriptor&) = delete;
    HostileDescriptor& operator=(const HostileDescriptor&) = delete;
    [[nodiscard]] int get() const noexcept { return fd_; }
};

} // namespace

TEST_CASE("a new region is initialised, as large as it has to be, and the user's alone")
{
    const SharedRegion region;

    CHECK(region.memory().magic == protocol::magic);
    CHECK(region.memory().version == protocol::version);
    CHECK(region.memory().size == sizeof(protocol::Region));
    CHECK(region.memory().service_pid == static_cast<std::uint32_t>(getpid()));
    struct stat status;
    REQUIRE(stat(region.name().c_str(), &status) == 0);
    CHECK(status.st_size == sizeof(protocol::Region));
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("two regions have different names")
{
    const SharedRegion one, other;

    CHECK(one.name() != other.name());
}

TEST_CASE("a region leaves nothing behind")
{
    std::string name;
    {
        const SharedRegion region;
        name = region.name();
        CHECK(std::filesystem::exists(name));
    }
    CHECK_FALSE(std::filesystem::exists(name));
}

TEST_CASE("a host can neither cut the region, nor grow it, nor take away the service's right to write")
{
    SharedRegion region;
    region.reserve(2, 2);
    const HostileDescriptor host(region);

    CHECK(ftruncate(host.get(), 0) != 0);
    CHECK(ftruncate(host.get(), sizeof(protocol::Region) + 1) != 0);
    CHECK(fcntl(host.get(), F_ADD_SEALS, F_SEAL_WRITE) != 0);
    CHECK(fcntl(host.get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE) != 0);
    region.memory().audio_out[1][protocol::max_frames - 1] = 1;
    CHECK(region.memory().magic == protocol::magic);
}

TEST_CASE("a host that punches holes into the region makes the service read zeros, and no more")
{
    SharedRegion region;
    region.reserve(2, 2);
    region.memory().audio_out[1][7] = 1;
    const HostileDescriptor host(region);

    // Linux refuses as well where the pages are locked for good.
    if (fallocate(host.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, sizeof(protocol::Region)) == 0)
        CHECK(region.memory().audio_out[1][7] == 0);
    region.memory().audio_out[1][7] = 2;
    CHECK(region.memory().audio_out[1][7] == 2);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which make mlock() do nothing

TEST_CASE("a limit on locked memory is counted and does not matter")
{
    const pid_t child = fork(); // the limit cannot be raised again without rights
    REQUIRE(child >= 0);
    if (child == 0) {
        const rlimit none{0, 0};
        if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || setuid(65534) != 0)
            _exit(2);
        SharedRegion region;
        region.reserve(2, 2);
        _exit(region.lock_failures() > 0 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
        SKIP("needs to be root to drop its rights");
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

#endif

TEST_CASE("a region reserves only what a plugin uses")
{
    SharedRegion region;
    region.reserve(2, 2);

    struct stat status;
    REQUIRE(stat(region.name().c_str(), &status) == 0);
    CHECK(status.st_blocks * 512 < 1024 * 1024);
    region.memory().audio_out[1][protocol::max_frames - 1] = 1;
}

TEST_CASE("a sleep ends at its deadline")
{
    std::atomic<std::uint32_t> word = 1;
    const std::uint64_t deadline = bridge::now_nsec() + 5'000'000;
    while (bridge::now_nsec() < deadline)
        bridge::futex_wait(word, 1, deadline);
    CHECK(bridge::now_nsec() >= deadline);
}

TEST_CASE("a sleep does not begin when the word has changed or the deadline has passed")
{
    std::atomic<std::uint32_t> word = 2;
    bridge::futex_wait(word, 1, std::uint64_t{0} - 1);
    bridge::futex_wait(word, 2, 0);
    SUCCEED();
}
