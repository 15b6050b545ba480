// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace decant::service
{

/// Where a processor, which comes and goes with its node, and a host, which comes and goes as plugins do,
/// meet: attaches one to the other while both are there, and keeps the parameters' values over the change of
/// either.
///
/// All functions: [any but rt].
class PluginConnection
{
    std::mutex handing_over_; ///< taken before the other one: the processor stays as long
    mutable std::mutex mutex_;
    bridge::BridgeProcessor* processor_ = nullptr;
    std::shared_ptr<bridge::SharedRegion> region_; ///< null while no host is ready
    std::uint32_t latency_ = 0;
    pid_t child_ = 0;
    std::map<std::uint32_t, double> values_; ///< all that were ever set or moved
    std::map<std::uint32_t, double> unsent_; ///< the processor's queue was full
    std::uint64_t refused_ = 0;              ///< blocks, and the values in them, when last looked at

    void attach();
    void send_all();
    void send(std::uint32_t id, double value);

public:
    /// The processor must live until the next call with null or another one has returned.
    void set_processor(bridge::BridgeProcessor* processor);

    /// A host is ready, with an active plugin in `region`; null: it is no more. `latency` in frames; `child`
    /// as BridgeProcessor::attach() has it.
    void set_host(std::shared_ptr<bridge::SharedRegion> region, std::uint32_t latency, pid_t child = 0);

    void set_value(std::uint32_t id, double value);

    /// All that were ever set or moved.
    [[nodiscard]] std::map<std::uint32_t, double> values() const;

    /// Forgets the values of the parameters that are no longer `kept`.
    void keep_values(const std::function<bool(std::uint32_t id)>& kept);

    /// `values` of the plugin's parameters, in order of its description, with those that will be sent in
    /// their place.
    [[nodiscard]] std::vector<double> overlay(const protocol::PluginDescription& plugin,
                                              std::vector<double> values);

    /// The host has activated the plugin anew: sends all values again, as those of blocks that came meanwhile
    /// are lost.
    void renew();

    /// Returns when the plugin has all values, also if no block runs, so that they are in its state; or after
    /// a second, if it does not take them.
    void hand_over();

    /// While an editor is open, now and then: lets the plugin take and tell what was moved there, also if no
    /// block runs.
    void attend_editor();

    /// Frames, as the plugin reported it in its last block; nothing while there is nobody to report it to.
    [[nodiscard]] std::optional<std::uint32_t> latency() const;

    /// The plugin moved a parameter itself.
    void note_value(std::uint32_t id, double value);

    /// Sends what found the queue full, and tells what the plugin moved while it processed, once per
    /// parameter.
    void exchange(const std::function<void(bridge::ParameterChange)>& moved);

    /// The program that MIDI asked for last, counted from zero, once.
    [[nodiscard]] std::optional<std::uint32_t> next_program();

    /// CLOCK_MONOTONIC (ns) when the block was posted that the host has not answered yet; zero if there is
    /// none.
    [[nodiscard]] std::uint64_t unanswered_since_nsec() const;
};

} // namespace decant::service
