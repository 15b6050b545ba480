// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/data-loops.hpp"

#include "nodes/bridge/host-thread.hpp"

#include <fmt/format.h>
#include <pipewire/context.h>
#include <pipewire/keys.h>
#include <pipewire/loop.h>

#include <algorithm>
#include <chrono>
#include <sched.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace decant::service
{

namespace
{

/// PipeWire's own limit.
constexpr unsigned most_loops = 64;

/// Beside what is measured: a node that has not run yet costs something, too.
constexpr double least_weight = 0.02;

int tell_thread(spa_loop*, bool, std::uint32_t, const void*, std::size_t, void* place) noexcept
{
    *static_cast<pid_t*>(place) = gettid();
    return 0;
}

/// 0 if the loop has none. A loop whose thread is just starting runs what it is given on the calling one.
pid_t thread_of(pw_loop* loop)
{
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    do {
        pid_t thread = 0;
        pw_loop_invoke(loop, tell_thread, 0, nullptr, 0, true, &thread);
        if (thread != gettid())
            return thread;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } while (std::chrono::steady_clock::now() < give_up);
    return 0;
}

/// 0 if it is not real-time. Where the limits allow none, PipeWire (1.4) asks RealtimeKit on a thread of its
/// own and does not wait for the answer.
int priority_of(pid_t thread, std::chrono::steady_clock::time_point give_up)
{
    rlimit limit{};
    const bool may_come_later = getrlimit(RLIMIT_RTPRIO, &limit) == 0 && limit.rlim_cur == 0;
    for (;;) {
        const auto scheduling = bridge::scheduling_of(thread);
        if (!scheduling || scheduling->priority > 0 || !may_come_later ||
            std::chrono::steady_clock::now() >= give_up)
            return scheduling ? scheduling->priority : 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// Whether somebody has said where it runs.
bool is_bound(pid_t thread)
{
    cpu_set_t its;
    cpu_set_t ours;
    return sched_getaffinity(thread, sizeof its, &its) != 0 ||
           sched_getaffinity(0, sizeof ours, &ours) != 0 || CPU_EQUAL(&its, &ours) == 0;
}

std::optional<unsigned> only_cpu(pid_t thread)
{
    cpu_set_t set;
    if (sched_getaffinity(thread, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1)
        return std::nullopt;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set))
            return cpu;
    return std::nullopt;
}

} // namespace

DataLoops::Seat::Seat(DataLoops& loops, std::size_t index, double weight) noexcept
    : loops_(&loops), index_(index), weight_(weight)
{
    loops.loops_[index].weight += weight;
    ++loops.loops_[index].seats;
}

DataLoops::Seat::Seat(Seat&& other) noexcept
    : loops_(std::exchange(other.loops_, nullptr)), index_(other.index_), weight_(other.weight_)
{
}

DataLoops::Seat& DataLoops::Seat::operator=(Seat&& other) noexcept
{
    std::swap(loops_, other.loops_);
    std::swap(index_, other.index_);
    std::swap(weight_, other.weight_);
    return *this;
}

DataLoops::Seat::~Seat()
{
    if (loops_ == nullptr)
        return;
    auto& loop = loops_->loops_[index_];
    --loop.seats;
    loop.weight = loop.seats != 0 ? loop.weight - weight_ : 0; // no rounding errors for ever
}

void DataLoops::Seat::set_load(double load) noexcept
{
    if (loops_ == nullptr)
        return;
    loops_->loops_[index_].weight += load + least_weight - weight_;
    weight_ = load + least_weight;
}

std::string_view DataLoops::Seat::loop() const noexcept
{
    return loops_ != nullptr ? std::string_view(loops_->loops_[index_].name) : std::string_view();
}

std::optional<unsigned> DataLoops::Seat::cpu() const noexcept
{
    return loops_ != nullptr ? loops_->loops_[index_].cpu : std::nullopt;
}

DataLoops::DataLoops(pw_context* context, const std::vector<unsigned>& cpus) : context_(context)
{
    for (unsigned index = 0; index < most_loops; ++index) {
        const auto name = fmt::format("data-loop.{}", index);
        const spa_dict_item item{PW_KEY_NODE_LOOP_NAME, name.c_str()};
        const spa_dict properties{0, 1, &item};
        pw_loop* loop = pw_context_acquire_loop(context_, &properties);
        if (loop == nullptr)
            break;
        // Asked for a name that there is not, PipeWire gives another loop; and the main loop, if that is to
        // run the nodes (context.num-data-loops = 0).
        pid_t thread = 0;
        if (loop->name == name)
            thread = thread_of(loop);
        if (thread == 0) {
            pw_context_release_loop(context_, loop);
            break;
        }
        loops_.push_back({name, loop, thread, 0, std::nullopt, 0, 0});
    }
    // For all of them: without any real time this is what the start takes longer.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    for (auto& loop : loops_)
        loop.priority = priority_of(loop.thread, give_up);
    place(cpus);
}

DataLoops::~DataLoops()
{
    for (const auto& loop : loops_)
        pw_context_release_loop(context_, loop.loop);
}

void DataLoops::place(const std::vector<unsigned>& cpus)
{
    while (loops_.size() > std::max<std::size_t>(cpus.size(), 1) && !is_bound(loops_.back().thread)) {
        pw_context_release_loop(context_, loops_.back().loop);
        loops_.pop_back();
    }
    // With one loop only, the kernel may know better where there is room for it.
    for (std::size_t index = 0; index < loops_.size(); ++index) {
        auto& loop = loops_[index];
        if (loops_.size() > 1 && index < cpus.size() && !is_bound(loop.thread))
            bridge::bind_to(loop.thread, {cpus[index]});
        loop.cpu = only_cpu(loop.thread);
    }
}

DataLoops::Seat DataLoops::take(double load)
{
    if (loops_.empty())
        return {};
    const auto best = std::min_element(loops_.begin(), loops_.end(), [](const Loop& one, const Loop& other) {
        return one.weight < other.weight;
    });
    return {*this, static_cast<std::size_t>(best - loops_.begin()), load + least_weight};
}

DataLoops::Seat DataLoops::take(std::string_view name, double load)
{
    for (std::size_t index = 0; index < loops_.size(); ++index)
        if (loops_[index].name == name)
            return {*this, index, load + least_weight};
    return {};
}

bool DataLoops::busy(unsigned cpu) const noexcept
{
    return std::any_of(loops_.begin(), loops_.end(),
                       [cpu](const Loop& loop) { return loop.seats != 0 && loop.cpu.value_or(cpu) == cpu; });
}

std::vector<DataLoops::Member> DataLoops::members() const
{
    std::vector<Member> members;
    for (const auto& loop : loops_)
        members.push_back({loop.name, loop.thread, loop.priority});
    return members;
}

int DataLoops::priority() const noexcept
{
    int highest = 0;
    for (const auto& loop : loops_)
        highest = std::max(highest, loop.priority);
    return highest;
}

} // namespace decant::service
