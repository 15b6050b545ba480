// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/floor-partner.hpp"

#include "nodes/bridge/futex.hpp"
#include "tests/bench/scheduling.hpp"

#include <cerrno>
#include <csignal>
#include <limits>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace decant::bench
{

namespace
{

constexpr std::uint64_t patience_nsec = 1'000'000'000;

} // namespace

FloorPartner::Words* FloorPartner::map_words()
{
    void* memory = mmap(nullptr, sizeof(Words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "no memory for the floor's futex");
    return new (memory) Words{};
}

void FloorPartner::Unmap::operator()(Words* words) const noexcept
{
    munmap(words, sizeof(Words));
}

pid_t FloorPartner::start_process(Words& words)
{
    const pid_t parent = getpid();
    const pid_t process = fork();
    if (process < 0)
        throw std::system_error(errno, std::generic_category(), "no process for the floor");
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        answer_for_ever(words);
    }
    return process;
}

FloorPartner::Process::~Process()
{
    kill(id, SIGKILL);
    waitpid(id, nullptr, 0);
}

void FloorPartner::answer_for_ever(Words& words) noexcept
{
    for (std::uint32_t seen = 0;;) {
        while (words.request.load(std::memory_order_acquire) == seen)
            bridge::futex_wait(words.request, seen, std::numeric_limits<std::int64_t>::max());
        seen = words.request.load(std::memory_order_acquire);
        words.reply.store(seen, std::memory_order_release);
        bridge::futex_wake(words.reply);
    }
}

FloorPartner::FloorPartner() : words_(map_words()), process_{start_process(*words_)}
{
    make_realtime(process_.id, caller_priority);
}

void FloorPartner::call(std::uint64_t /*start_nsec*/, std::uint64_t /*deadline_nsec*/) noexcept
{
    ++number_;
    words_->request.store(number_, std::memory_order_release);
    bridge::futex_wake(words_->request);
    const std::uint64_t give_up = bridge::now_nsec() + patience_nsec;
    while (true) {
        const std::uint32_t seen = words_->reply.load(std::memory_order_acquire);
        if (seen == number_)
            return;
        if (bridge::now_nsec() >= give_up) {
            ++late_;
            return;
        }
        bridge::futex_wait(words_->reply, seen, give_up);
    }
}

} // namespace decant::bench
