// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/host-place.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "service/log.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace decant::service
{

namespace
{

using bridge::BridgeWake;

/// To be awake in time takes a part of a CPU, so `automatic` wants at least this part of the period for it.
constexpr int least_gain = 256;

/// Blocks that say how well it works; of them, one in so many may find the host asleep.
constexpr std::uint64_t telling_blocks = 100;
constexpr std::uint64_t most_asleep = 4;

constexpr std::chrono::minutes rest{5};

bool beside_loop(const AudioThreads& threads, const NodeConfig& config) noexcept
{
    return config.placement == Placement::core || (config.placement == Placement::automatic &&
                                                   threads.on_one_cpu && config.mode == BridgeMode::sync);
}

} // namespace

bool HostPlace::wants_spare(const NodeConfig& config, std::chrono::nanoseconds period) const
{
    if (config.wake == Wake::sleep || config.mode == BridgeMode::pipelined ||
        config.placement == Placement::core || !loop_cpu_)
        return false;
    return config.wake == Wake::anticipate ||
           (period.count() != 0 && threads_.anticipation_gain * least_gain >= period &&
            std::chrono::steady_clock::now() >= not_before_);
}

void HostPlace::complain(const NodeConfig& config)
{
    const std::string_view reason =
        config.mode == BridgeMode::pipelined
            ? "with mode = pipelined nobody waits for it; leave one of both out"
        : config.placement == Placement::core
            ? "with placement = core it would keep its data loop from running; leave one of both out"
            : "no CPU is free of data loops with nodes to run; leave wake out, or name fewer loops in "
              "context.num-data-loops, but two at least";
    log_of_node(config.name, Severity::warning,
                fmt::format("its host sleeps in spite of wake = anticipate: {}", reason));
}

void HostPlace::update(bridge::BridgeProcessor& processor, const NodeConfig& config,
                       std::chrono::nanoseconds period)
{
    const pid_t thread = processor.host_thread();
    std::optional<unsigned> spare;
    if (thread != 0 && wants_spare(config, period))
        spare = spare_.keep();
    else
        spare_.give_back();
    // Never awake beside its data loop: asleep before it goes there, awake when it has left.
    wake_ = spare ? BridgeWake::anticipate : BridgeWake::sleep;
    if (!spare)
        processor.set_wake(wake_);
    if (thread == 0)
        return;
    if (spare || config.wake != Wake::anticipate)
        complained_ = false;
    else if (!std::exchange(complained_, true))
        complain(config);
    auto cpus = spare                                        ? std::vector{*spare}
                : beside_loop(threads_, config) && loop_cpu_ ? std::vector{*loop_cpu_}
                                                             : threads_.cpus;
    if (thread != placed_thread_ || cpus != placed_cpus_) {
        bridge::bind_to(thread, cpus);
        placed_thread_ = thread;
        placed_cpus_ = std::move(cpus);
    }
    processor.set_wake(wake_);
}

void HostPlace::judge(std::uint64_t anticipated, std::uint64_t found_awake)
{
    if (anticipated >= telling_blocks && anticipated - found_awake > anticipated / most_asleep)
        not_before_ = std::chrono::steady_clock::now() + rest;
}

} // namespace decant::service
