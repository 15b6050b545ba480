// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/bridge-setup.hpp"

#include "nodes/bridge/bridge-process.hpp"
#include "nodes/bridge/futex.hpp"
#include "nodes/bridge/stranger.hpp"
#include "wine-host/protocol/events.hpp"
#include "wine-host/protocol/version.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <stdexcept>
#include <thread>
#include <utility>

namespace decant::bridge
{

namespace
{

/// So long after its last block a node is idle: 8192 frames at 44.1 kHz, with some to spare.
constexpr std::uint64_t longest_cycle_nsec = 250'000'000;

BridgeLayout checked(const BridgeLayout& layout)
{
    if (layout.inputs > protocol::max_channels || layout.outputs > protocol::max_channels)
        throw std::invalid_argument(
            fmt::format("a plugin node has at most {} channels in each direction, not {} and {}",
                        protocol::max_channels, layout.inputs, layout.outputs));
    return layout;
}

} // namespace

BridgeState::BridgeState(const BridgeLayout& bridge, BridgeMode when, std::shared_ptr<Guard> keeper)
    : layout(checked(bridge)), mode(when), guard(std::move(keeper)),
      fallback(layout.inputs, layout.outputs, layout.kind == BridgeKind::effect),
      sounding(layout.midi_out ? std::make_unique<nodes::HeldNotes>() : nullptr),
      events_out(protocol::event_area_bytes)
{
}

BridgeProcessor::BridgeProcessor(const BridgeLayout& layout, BridgeMode mode, std::shared_ptr<Guard> guard)
    : state_(std::make_unique<BridgeState>(layout, mode, std::move(guard)))
{
}

BridgeProcessor::~BridgeProcessor() = default;

void BridgeProcessor::process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    state_->process(cycle);
}

void BridgeProcessor::attach(std::shared_ptr<SharedRegion> region, std::uint32_t latency, pid_t child)
{
    const std::scoped_lock lock(setup_);
    free_retired();
    auto exchange = std::make_shared<BlockExchange>(std::move(region), state_->guard);
    exchange->identify(child);
    state_->child = child;
    auto attachment =
        std::make_unique<Attachment>(Attachment{exchange, std::min(latency, protocol::max_latency)});
    if (state_->current)
        state_->current->abandon();
    state_->current = std::move(exchange);
    (void)state_->hosts.offer(std::move(attachment));
}

void BridgeProcessor::detach() noexcept
{
    const std::scoped_lock lock(setup_);
    free_retired();
    if (state_->current)
        state_->current->abandon();
    state_->current.reset();
}

bool BridgeState::hand_over_parameters(std::uint64_t deadline_nsec) noexcept
{
    if (occupied.exchange(true, std::memory_order_acquire))
        return false;
    const bool done = run_without_frames(deadline_nsec);
    occupied.store(false, std::memory_order_release);
    return done;
}

bool BridgeState::run_without_frames(std::uint64_t deadline_nsec) noexcept
{
    take_host();
    if (!host || host->exchange->abandoned() || !host->exchange->idle())
        return false;
    auto& exchange = *host->exchange;
    exchange.settle();
    auto& region = exchange.memory();
    if (std::exchange(posted_frames, 0) != 0) // the reply to a pipelined block goes now
        overdue = true;
    read_overdue(region, nullptr);
    protocol::EventWriter events(region.events_in);
    write_parameters(events);
    region.block = {};
    region.block.event_bytes = events.size();
    exchange.post(now_nsec(), {.deadline_nsec = deadline_nsec, .period_nsec = 0});
    told = false;
    overdue = !exchange.wait();
    if (overdue)
        return false;
    const auto result = copy_of_strangers(region.result);
    if (result.status != protocol::BlockStatus::done)
        return false;
    latency.store(std::min(result.latency, protocol::max_latency), std::memory_order_relaxed);
    nodes::Cycle cycle{};
    cycle.frames = 1;
    read_events(region, result.event_bytes, cycle);
    return true;
}

bool BridgeProcessor::hand_over_parameters(std::chrono::nanoseconds patience) noexcept
{
    const std::uint64_t deadline = now_nsec() + static_cast<std::uint64_t>(patience.count());
    std::uint64_t blocks = stats().blocks;
    std::uint64_t quiet_since = now_nsec();
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
        bool waiting = false;
        {
            const std::scoped_lock lock(setup_);
            free_retired();
            waiting = !state_->parameters_in.empty();
            if (!waiting && (!state_->current || state_->current->idle()))
                return true;
            if (!state_->current)
                return false;
        }
        const std::uint64_t now = now_nsec();
        if (now >= deadline)
            return false;
        if (const auto seen = stats().blocks; seen != blocks) {
            blocks = seen;
            quiet_since = now;
        } else if (waiting && now - quiet_since >= longest_cycle_nsec &&
                   state_->hand_over_parameters(deadline)) {
            return true;
        }
    }
}

void BridgeProcessor::run_if_idle(std::chrono::nanoseconds patience) noexcept
{
    const std::uint64_t now = now_nsec();
    if (const auto blocks = stats().blocks; quiet_since_ == 0 || blocks != blocks_seen_) {
        blocks_seen_ = blocks;
        quiet_since_ = now;
    } else if (now - quiet_since_ >= longest_cycle_nsec) {
        (void)state_->hand_over_parameters(now + static_cast<std::uint64_t>(patience.count()));
    }
}

bool BridgeProcessor::set_parameter(std::uint32_t id, double value) noexcept
{
    const std::scoped_lock lock(setup_);
    return std::isfinite(value) && state_->parameters_in.push({id, value});
}

std::optional<ParameterChange> BridgeProcessor::next_parameter_change() noexcept
{
    const std::scoped_lock lock(setup_);
    free_retired();
    ParameterChange change;
    return state_->parameters_out.pop(change) ? std::optional(change) : std::nullopt;
}

std::optional<std::uint32_t> BridgeProcessor::next_program() noexcept
{
    return state_->programs.take();
}

pid_t BridgeProcessor::host_thread() noexcept
{
    const std::scoped_lock lock(setup_);
    free_retired();
    if (!state_->current)
        return 0;
    // A host that is just starting may not have said it yet when it was attached.
    if (state_->current->thread().thread == 0)
        state_->current->identify(state_->child);
    return state_->current->thread().thread;
}

pid_t BridgeProcessor::host_process() noexcept
{
    const std::scoped_lock lock(setup_);
    return state_->current ? state_->current->thread().process : 0;
}

bool BridgeProcessor::host_demoted() noexcept
{
    const std::scoped_lock lock(setup_);
    return state_->current && state_->current->host_demoted();
}

std::uint32_t BridgeProcessor::latency() const noexcept
{
    return state_->latency.load(std::memory_order_relaxed);
}

std::uint64_t BridgeProcessor::unanswered_since_nsec() noexcept
{
    const std::scoped_lock lock(setup_);
    free_retired();
    return state_->current && !state_->current->idle() ? state_->current->posted_nsec() : 0;
}

BlockStatistics BridgeProcessor::stats() const noexcept
{
    return state_->counters.snapshot();
}

void BridgeProcessor::set_bypass(bool bypass) noexcept
{
    state_->bypass.store(bypass, std::memory_order_relaxed);
}

void BridgeProcessor::set_wake(BridgeWake wake) noexcept
{
    state_->wake.store(wake, std::memory_order_relaxed);
}

/// Frees the host that the audio thread has let go of. Until then it takes no further one, so every function
/// of the supervision does this.
void BridgeProcessor::free_retired() noexcept
{
    (void)state_->hosts.collect();
}

} // namespace decant::bridge
