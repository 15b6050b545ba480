// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "service/audio-threads.hpp"
#include "service/configuration.hpp"
#include "service/spare-cpus.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace decant::service
{

/// Where the thread of a plugin's host runs, and whether it sleeps there until its block comes: on the CPU of
/// its data loop, which then hands that over, or awake in time on a CPU that nobody needs. All functions:
/// [main].
class HostPlace
{
    const AudioThreads& threads_;
    SpareCpus::Hold spare_;
    std::optional<unsigned> loop_cpu_;
    pid_t placed_thread_ = 0;           ///< whose place is right
    std::vector<unsigned> placed_cpus_; ///< where that is
    bridge::BridgeWake wake_ = bridge::BridgeWake::sleep;
    std::chrono::steady_clock::time_point not_before_{}; ///< until then it is of no use
    bool complained_ = false;

    void complain(const NodeConfig& config);
    [[nodiscard]] bool wants_spare(const NodeConfig& config, std::chrono::nanoseconds period) const;

public:
    /// `threads` outlives it.
    explicit HostPlace(const AudioThreads& threads) : threads_(threads), spare_(*threads.spare) {}

    /// The CPU of the data loop that the node runs in; nothing if that is not bound to one.
    void set_loop_cpu(std::optional<unsigned> cpu) noexcept { loop_cpu_ = cpu; }

    /// Puts the host's thread where it belongs, from outside, as it is a Windows one that knows nothing of
    /// CPUs; again and again, as the host or the loop may be another one. `period` is that of the graph, zero
    /// if it is not known.
    void update(bridge::BridgeProcessor& processor, const NodeConfig& config,
                std::chrono::nanoseconds period);

    /// What came of it since the last time: with `automatic`, a host that mostly is not awake when its block
    /// comes sleeps for some minutes.
    void judge(std::uint64_t anticipated, std::uint64_t found_awake);

    [[nodiscard]] bridge::BridgeWake wake() const noexcept { return wake_; }
};

} // namespace decant::service
