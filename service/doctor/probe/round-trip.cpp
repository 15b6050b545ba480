// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/round-trip.hpp"

#include "service/doctor/probe/pace.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace decant::doctor
{

namespace
{

using bridge::now_nsec;

constexpr std::uint64_t patience_nsec = 1'000'000'000;

/// Each on a cache line of its own, as in the bridge's region.
struct Words {
    alignas(64) std::atomic<std::uint32_t> request;
    alignas(64) std::atomic<std::uint32_t> reply;
};

struct Unmap {
    void operator()(Words* words) const noexcept { munmap(words, sizeof(Words)); }
};

std::unique_ptr<Words, Unmap> map_words()
{
    void* memory = mmap(nullptr, sizeof(Words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "no memory to share with a child");
    return std::unique_ptr<Words, Unmap>(new (memory) Words{});
}

[[noreturn]] void answer_for_ever(Words& words, unsigned cpu, int priority) noexcept
{
    take_place(cpu, priority);
    for (std::uint32_t seen = 0;;) {
        while (words.request.load(std::memory_order_acquire) == seen)
            bridge::futex_wait(words.request, seen, now_nsec() + patience_nsec);
        seen = words.request.load(std::memory_order_acquire);
        words.reply.store(seen, std::memory_order_release);
        bridge::futex_wake(words.reply);
    }
}

/// Killed and reaped with this object.
class Partner
{
    pid_t id_;

public:
    Partner(Words& words, unsigned cpu, int priority)
    {
        const pid_t parent = getpid();
        id_ = fork();
        if (id_ < 0)
            throw std::system_error(errno, std::generic_category(), "no child to measure with");
        if (id_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent)
                _exit(1);
            answer_for_ever(words, cpu, priority);
        }
    }
    ~Partner()
    {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    Partner(const Partner&) = delete;
    Partner& operator=(const Partner&) = delete;
};

void measure(Words& words, unsigned cpu, int priority, std::uint64_t end, Histogram& times) noexcept
{
    take_place(cpu, priority);
    std::uint32_t number = 0;
    for (std::uint64_t point = now_nsec() + interval_nsec; point < end;) {
        sleep_until(point);
        const std::uint64_t start = now_nsec();
        words.request.store(++number, std::memory_order_release);
        bridge::futex_wake(words.request);
        std::uint64_t now = start;
        for (std::uint32_t seen = number - 1; now < start + patience_nsec; now = now_nsec()) {
            seen = words.reply.load(std::memory_order_acquire);
            if (seen == number)
                break;
            bridge::futex_wait(words.reply, seen, start + patience_nsec);
        }
        now = now_nsec();
        times.add(now - start);
        point = next_point(point, now);
    }
}

} // namespace

Series measure_round_trip(const std::string& name, unsigned here, unsigned there, int priority,
                          std::chrono::nanoseconds time)
{
    Series series{name, {}};
    const auto words = map_words();
    const Partner partner(*words, there, priority);
    const std::uint64_t end = now_nsec() + static_cast<std::uint64_t>(time.count());
    std::jthread(measure, std::ref(*words), here, priority, end, std::ref(series.times)).join();
    return series;
}

} // namespace decant::doctor
