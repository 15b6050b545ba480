// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/shared-region.hpp"

#include "nodes/bridge/futex.hpp"
#include "wine-host/protocol/version.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace decant;
using bridge::SharedRegion;

namespace
{

std::filesystem::path file_of(const SharedRegion& region)
{
    return "/dev/shm/" + region.name();
}

/// A process id that no process has: of a child that has ended.
pid_t dead_process()
{
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, nullptr, 0);
    return child;
}

} // namespace

// The first region of a process cleans up, so this case has to be the first one of this program.
TEST_CASE("1: the first region removes what dead services have left, and nothing else")
{
    const auto object = [](pid_t pid, int serial) {
        std::filesystem::path file = fmt::format("/dev/shm/decant-{}-{}-{}", getuid(), pid, serial);
        std::ofstream(file) << "x";
        return file;
    };
    const auto stale = object(dead_process(), 1);
    const auto predecessor = object(getpid(), 999'999);
    const auto alive = object(getppid(), 999'999);
    const std::filesystem::path foreign = fmt::format("/dev/shm/decant-{}-notes", getuid());
    std::ofstream(foreign) << "x";

    const SharedRegion region;

    CHECK_FALSE(std::filesystem::exists(stale));
    CHECK_FALSE(std::filesystem::exists(predecessor));
    CHECK(std::filesystem::exists(alive));
    CHECK(std::filesystem::exists(foreign));
    CHECK(std::filesystem::exists(file_of(region)));
    std::filesystem::remove(alive);
    std::filesystem::remove(foreign);
}

TEST_CASE("a new region is initialised, as large as it has to be, and the user's alone")
{
    const SharedRegion region;

    CHECK(region.memory().magic == protocol::magic);
    CHECK(region.memory().version == protocol::version);
    CHECK(region.memory().size == sizeof(protocol::Region));
    CHECK(region.memory().service_pid == static_cast<std::uint32_t>(getpid()));
    struct stat status;
    REQUIRE(stat(file_of(region).c_str(), &status) == 0);
    CHECK(status.st_size == sizeof(protocol::Region));
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("two regions have different names")
{
    const SharedRegion one, other;

    CHECK(one.name() != other.name());
}

TEST_CASE("a region's name goes when it is taken away, or with the region")
{
    std::filesystem::path file;
    {
        SharedRegion region;
        file = file_of(region);
        region.unlink();
        CHECK_FALSE(std::filesystem::exists(file));
        region.memory().request.value = 5; // the memory stays
        std::ofstream(file) << "another's";
    }
    CHECK(std::filesystem::exists(file)); // what has the name later is not touched
    std::filesystem::remove(file);
    {
        const SharedRegion region;
        file = file_of(region);
    }
    CHECK_FALSE(std::filesystem::exists(file));
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
    REQUIRE(stat(file_of(region).c_str(), &status) == 0);
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
