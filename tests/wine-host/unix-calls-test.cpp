// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The Linux half of the hosts, called as Wine calls it: through its two tables, with structures that are laid
// out by hand as the compilers of callers of either width do it. Needs no Wine.

#include "nodes/bridge/shared-region.hpp"
#include "tests/support/memory-lock.hpp"
#include "tests/support/wait-until.hpp"
#include "wine-host/protocol/run-time-limit.hpp"
#include "wine-host/unix-calls.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace decant::tests
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using host::UnixCall;

constexpr std::size_t page = 4096;

/// Memory that pointers of 32 bits reach.
class LowMemory
{
    std::size_t size_;
    void* memory_;

public:
    explicit LowMemory(std::size_t size = page)
        : size_(size), memory_(mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0))
    {
        if (memory_ == MAP_FAILED)
            throw std::runtime_error("there is no memory below 2 GiB");
    }
    LowMemory(LowMemory&& other) noexcept : size_(other.size_), memory_(std::exchange(other.memory_, nullptr))
    {
    }
    LowMemory& operator=(LowMemory&&) = delete;
    ~LowMemory()
    {
        if (memory_ != nullptr)
            munmap(memory_, size_);
    }

    [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(memory_); }
};

/// A caller's structure: fields by their place in it.
class Parameters
{
    LowMemory memory_;
    // A structure on the stack of a 32-bit program begins at any multiple of four.
    std::byte* const start_ = memory_.data() + 4;

public:
    template <class T>
    Parameters& put(std::size_t offset, T value)
    {
        std::memcpy(start_ + offset, &value, sizeof value);
        return *this;
    }
    Parameters& put(std::size_t offset, const std::string& text)
    {
        std::memcpy(start_ + offset, text.c_str(), text.size() + 1);
        return *this;
    }
    template <class T>
    [[nodiscard]] T at(std::size_t offset) const
    {
        T value;
        std::memcpy(&value, start_ + offset, sizeof value);
        return value;
    }
    [[nodiscard]] std::string text_at(std::size_t offset) const
    {
        return reinterpret_cast<const char*>(start_ + offset);
    }
    [[nodiscard]] void* address() const { return start_; }
};

/// Who calls: the name of the table that Wine looks up for it, and where its pointers end.
struct Caller {
    const char* table;
    std::uint64_t end;
};
constexpr Caller caller_of_64_bit{"__wine_unix_call_funcs", std::numeric_limits<std::uint64_t>::max()};
constexpr Caller caller_of_32_bit{"__wine_unix_call_wow64_funcs", std::uint64_t{1} << 31};

class LinuxHalf
{
    using Function = std::int32_t (*)(void*);
    const Function* table_ = nullptr;

public:
    explicit LinuxHalf(const Caller& caller)
    {
        void* library = dlopen(DECANT_BRIDGE_SO, RTLD_NOW | RTLD_LOCAL); // stays
        if (library == nullptr)
            throw std::runtime_error(dlerror());
        table_ = static_cast<const Function*>(dlsym(library, caller.table));
        if (table_ == nullptr)
            throw std::runtime_error(dlerror());
    }

    std::int32_t call(UnixCall code, const Parameters& parameters) const
    {
        return table_[static_cast<std::uint32_t>(code)](parameters.address());
    }
    std::int32_t call(UnixCall code, std::uint32_t handle) const
    {
        return call(code, Parameters().put(0, handle));
    }
};

/// A region that a caller has opened.
class OpenRegion
{
    const LinuxHalf& half_;
    Parameters opened_;

public:
    OpenRegion(const LinuxHalf& half, const std::string& name) : half_(half)
    {
        if (half.call(UnixCall::open_region, opened_.put(0, name)) != host::unix_done)
            throw std::runtime_error(opened_.text_at(264));
    }
    ~OpenRegion() { half_.call(UnixCall::close_region, handle()); }
    OpenRegion(const OpenRegion&) = delete;
    OpenRegion& operator=(const OpenRegion&) = delete;

    [[nodiscard]] std::uint64_t address() const { return opened_.at<std::uint64_t>(256); }
    [[nodiscard]] std::uint32_t handle() const { return opened_.at<std::uint32_t>(776); }
};

TEST_CASE("a region lies where its caller's pointers reach, and is the service's memory")
{
    const auto caller = GENERATE(caller_of_64_bit, caller_of_32_bit);
    const LinuxHalf half(caller);
    bridge::SharedRegion shared;
    const OpenRegion one(half, shared.name());
    const OpenRegion two(half, shared.name());
    CHECK(one.handle() != two.handle());
    for (const auto* open : {&one, &two}) {
        REQUIRE(open->address() + sizeof(protocol::Region) <= caller.end);
        auto& seen = *reinterpret_cast<protocol::Region*>(open->address());
        CHECK(seen.magic == protocol::magic);
        shared.memory().audio_in[63][8191] = 0.25f;
        CHECK(seen.audio_in[63][8191] == 0.25f);
        seen.audio_out[63][8191] = 0.5f;
        CHECK(shared.memory().audio_out[63][8191] == 0.5f);
        shared.memory().audio_out[63][8191] = 0;
    }
}

TEST_CASE("a 32-bit caller whose memory is full is told what to do")
{
    const LinuxHalf half(caller_of_32_bit);
    bridge::SharedRegion shared;
    std::vector<LowMemory> taken;
    try {
        for (;;)
            taken.emplace_back(sizeof(protocol::Region));
    } catch (const std::runtime_error&) { // NOLINT(bugprone-empty-catch): there is none left
    }
    REQUIRE(!taken.empty());
    CHECK_THROWS_WITH(OpenRegion(half, shared.name()), ContainsSubstring("host.group"));
    taken.pop_back();
    CHECK_NOTHROW(OpenRegion(half, shared.name()));
}

TEST_CASE("blocks are taken and answered, and a region that is left lets its thread go")
{
    const auto caller = GENERATE(caller_of_64_bit, caller_of_32_bit);
    const LinuxHalf half(caller);
    bridge::SharedRegion shared;
    const OpenRegion open(half, shared.name());
    auto& region = shared.memory();

    region.request.value = 7;
    Parameters block;
    block.put(0, open.handle()).put(4, std::uint32_t{0});
    CHECK(half.call(UnixCall::next_block, block) == host::unix_done);
    CHECK(block.at<std::uint32_t>(8) == 7);
    CHECK(region.audio_thread != 0);

    std::atomic<std::int32_t> end = -1;
    std::thread audio([&] {
        Parameters next;
        next.put(0, open.handle()).put(4, std::uint32_t{7});
        end = half.call(UnixCall::next_block, next);
    });
    CHECK(wait_until([&] { return region.reply.value == 7; }));
    CHECK(wait_until([&] {
        half.call(UnixCall::leave_region, open.handle());
        return end != -1;
    }));
    audio.join();
    CHECK(end == host::unix_left);
}

TEST_CASE("a sleeper is woken by its bell, or by its deadline")
{
    const auto caller = GENERATE(caller_of_64_bit, caller_of_32_bit);
    const LinuxHalf half(caller);
    bridge::SharedRegion shared;
    const OpenRegion open(half, shared.name());
    const auto bell = static_cast<std::uint32_t>(offsetof(protocol::Region, host_bell));

    const Parameters now;
    REQUIRE(half.call(UnixCall::now, now) == host::unix_done);
    const auto deadline = now.at<std::uint64_t>(0) + 20'000'000;
    Parameters sleep;
    sleep.put(0, deadline).put(8, open.handle()).put(12, bell).put(16, std::uint32_t{0});
    CHECK(half.call(UnixCall::sleep, sleep) == host::unix_done);
    REQUIRE(half.call(UnixCall::now, now) == host::unix_done);
    CHECK(now.at<std::uint64_t>(0) >= deadline);

    std::thread sleeper([&] {
        Parameters for_ever;
        for_ever.put(0, host::never_expires).put(8, open.handle()).put(12, bell).put(16, std::uint32_t{0});
        CHECK(half.call(UnixCall::sleep, for_ever) == host::unix_done);
    });
    CHECK(wait_until([&] { return shared.memory().host_bell.sleepers == 1; }));
    shared.memory().host_bell.value = 1;
    Parameters wake;
    wake.put(0, open.handle()).put(4, bell);
    CHECK(half.call(UnixCall::wake, wake) == host::unix_done);
    sleeper.join();
}

TEST_CASE("a thread gets its name and, if it may have one, its priority")
{
    const auto caller = GENERATE(caller_of_64_bit, caller_of_32_bit);
    const LinuxHalf half(caller);
    std::thread([&] {
        CHECK(half.call(UnixCall::name_thread, Parameters().put(0, std::string("narrow"))) ==
              host::unix_done);
        std::array<char, 16> name{};
        pthread_getname_np(pthread_self(), name.data(), name.size());
        CHECK(name.data() == std::string("narrow"));

        Parameters realtime;
        realtime.put(0, std::int32_t{5});
        const bool granted = half.call(UnixCall::make_realtime, realtime) == host::unix_done;
        CHECK(granted == (realtime.at<std::int32_t>(4) == 0));
        if (granted)
            CHECK(realtime.at<std::int32_t>(0) <= 5);
    }).join();
}

/// Spins until the thread has no priority any more.
void run_over_time(const LinuxHalf& half)
{
    Parameters realtime;
    realtime.put(0, std::int32_t{5});
    if (half.call(UnixCall::make_realtime, realtime) != host::unix_done)
        _exit(77);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while ((sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO)
        if (std::chrono::steady_clock::now() > give_up)
            _exit(1);
}

/// In a child, as a limit of time cannot be lifted again.
[[noreturn]] void run_over_time(const LinuxHalf& half, int threads)
{
    // As much as RealtimeKit gives: the kernel, which warns at the first and kills at the second one.
    constexpr std::uint64_t most = 200'000;
    constexpr rlimit limit{protocol::warning_usec(most), most};
    if (setrlimit(RLIMIT_RTTIME, &limit) != 0)
        _exit(2);
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i)
        others.emplace_back([&half] { run_over_time(half); });
    run_over_time(half);
    for (auto& other : others)
        other.join();
    rlimit seen{};
    getrlimit(RLIMIT_RTTIME, &seen);
    // What the service knows it by.
    _exit(seen.rlim_cur != limit.rlim_cur && seen.rlim_max == limit.rlim_max ? 0 : 3);
}

TEST_CASE("threads that run for longer than their time limit allows lose their priority, and not their life")
{
    const int threads = GENERATE(1, 2, 4);
    CAPTURE(threads);
    const LinuxHalf half(caller_of_64_bit);
    const pid_t child = fork();
    if (child == 0)
        run_over_time(half, threads);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        SKIP("no real-time priorities here: the limit \"rtprio\" is zero (see decant doctor)");
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("pages that are given back read as zero")
{
    const auto caller = GENERATE(caller_of_64_bit, caller_of_32_bit);
    const LinuxHalf half(caller);
    const LowMemory memory;
    memory.data()[10] = std::byte{1};
    Parameters released;
    released.put(0, reinterpret_cast<std::uint64_t>(memory.data())).put(8, std::uint64_t{page});
    CHECK(half.call(UnixCall::release_memory, released) == host::unix_done);
    CHECK(memory.data()[10] == std::byte{0});
}

TEST_CASE("memory that is to be locked is present, and stays so where the limit allows it")
{
    const auto caller = GENERATE(caller_of_64_bit, caller_of_32_bit);
    const LinuxHalf half(caller);
    constexpr std::size_t pages = 4;
    const LowMemory memory(pages * page);
    std::array<unsigned char, pages> present{};
    REQUIRE(mincore(memory.data(), pages * page, present.data()) == 0);
    REQUIRE(present == std::array<unsigned char, pages>{});
    Parameters locked;
    locked.put(0, reinterpret_cast<std::uint64_t>(memory.data())).put(8, std::uint64_t{pages * page});
    const bool kept = half.call(UnixCall::lock_memory, locked) == host::unix_done;
    REQUIRE(mincore(memory.data(), pages * page, present.data()) == 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which make mlock() do nothing
    CHECK(present == std::array<unsigned char, pages>{1, 1, 1, 1});
#endif
    CHECK(kept == may_lock(pages * page));
}

TEST_CASE("handles and bells that are none are refused")
{
    const auto caller = GENERATE(caller_of_64_bit, caller_of_32_bit);
    const LinuxHalf half(caller);
    bridge::SharedRegion shared;
    const OpenRegion open(half, shared.name());
    for (const std::uint32_t handle : {open.handle() + 1, 256u, 257u, ~0u}) {
        CHECK(half.call(UnixCall::leave_region, handle) == host::unix_failed);
        CHECK(half.call(UnixCall::close_region, handle) == host::unix_failed);
        CHECK(half.call(UnixCall::next_block, handle) == host::unix_failed);
        CHECK(half.call(UnixCall::wake, handle) == host::unix_failed);
        CHECK(half.call(UnixCall::sleep, Parameters().put(8, handle)) == host::unix_failed);
    }
    CHECK(half.call(UnixCall::wake, Parameters().put(0, open.handle()).put(4, 5u)) == host::unix_failed);
}

} // namespace
} // namespace decant::tests
