// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-process.hpp"
#include "service/hosts/plugin-host.hpp"
#include "service/main-queue.hpp"
#include "service/node-content.hpp"
#include "service/plugin-parameters.hpp"

#include <cstdint>
#include <memory>

namespace decant::service
{

/// A Windows plugin in its host. While the host is replaced, the node and its links stay.
class PluginContent final : public NodeContent
{
    ContentOwner& owner_;
    NodeConfig config_;
    protocol::PluginDescription plugin_;
    std::unique_ptr<bridge::BridgeProcessor> processor_;
    std::unique_ptr<PluginParameters> parameters_;
    bridge::BlockStatistics before_; ///< of the last report
    std::uint64_t late_before_ = 0;  ///< of processors that are gone
    std::uint64_t restarts_ = 0;
    std::uint32_t rate_ = 0;
    Lifeline lifeline_;
    std::unique_ptr<PluginHost> host_; // the last member: it uses the processor to its end

    void handle(const HostReady& ready);
    void handle(const HostRestarting& restarting);
    void handle(const HostParked& parked);
    void handle(const HostLog& line);
    void handle(const StateSaved& saved);
    void handle(const bridge::ParameterChanged& moved);
    void handle(const bridge::LatencyChanged& moved);

    void make_processor();

public:
    /// `queue` outlives it. Throws std::runtime_error.
    PluginContent(const NodeConfig& config, ContentOwner& owner, MainQueue& queue);

    [[nodiscard]] bool change(const NodeConfig& config) override;
    void tick(const nodes::FilterCounters* counters) override;
    void report(NodeStatus& status) override;
    void stop() override;
};

} // namespace decant::service
