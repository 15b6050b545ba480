// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/bridge-setup.hpp"

#include "nodes/bridge/bridge-process.hpp"
#include "wine-host/protocol/events.hpp"
#include "wine-host/protocol/version.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace decant::bridge
{

namespace
{

/// Some thousands of short messages: what a keyboard and a dozen controllers send until a hung host is
/// replaced.
constexpr std::size_t missed_bytes = 64 * 1024;

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
      events_out(protocol::event_area_bytes), missed_area(missed_bytes), missed_events(missed_area)
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

void BridgeProcessor::set_spin_nsec(std::uint32_t duration) noexcept
{
    state_->spin_nsec.store(duration, std::memory_order_relaxed);
}

/// Frees the host that the audio thread has let go of. Until then it takes no further one, so every function
/// of the supervision does this.
void BridgeProcessor::free_retired() noexcept
{
    (void)state_->hosts.collect();
}

} // namespace decant::bridge
