// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-process.hpp"
#include "service/audio-threads.hpp"
#include "service/farewells.hpp"
#include "service/host-place.hpp"
#include "service/hosts/plugin-host.hpp"
#include "service/loading-time.hpp"
#include "service/main-queue.hpp"
#include "service/node-content.hpp"
#include "service/pending-answers.hpp"
#include "service/plugin-parameters.hpp"
#include "service/realtime/host-rights.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace decant::service
{

/// A Windows plugin in its host. While the host is replaced, the node and its links stay.
class PluginContent final : public NodeContent
{
    ContentOwner& owner_;
    const AudioThreads& threads_;
    Farewells& farewells_;
    NodeConfig config_;
    protocol::PluginDescription plugin_;
    std::unique_ptr<bridge::BridgeProcessor> processor_;
    std::unique_ptr<PluginParameters> parameters_;
    bridge::BlockStatistics before_; ///< of the last report
    std::uint64_t late_before_ = 0;  ///< of processors that are gone
    std::uint64_t dropped_before_ = 0;
    std::uint64_t lost_before_ = 0;
    std::uint64_t restarts_ = 0;
    std::uint32_t rate_ = 0;
    std::uint32_t latency_ = 0; ///< the plugin's, in frames
    std::uint32_t quantum_ = 0; ///< frames, as the graph runs
    HostPlace place_;
    HostRights rights_;
    std::vector<std::string> warnings_;   ///< about what the configuration wants of the plugin
    std::vector<std::string> complaints_; ///< about the state that it was to come with
    std::string save_problem_;            ///< why the last state is not on the disk, or empty
    LoadingTime loading_;
    bool bypassed_ = false;
    bool ready_ = false; ///< a host runs
    bool moved_ = false; ///< the plugin has moved parameters, and the graph is not told yet
    PendingAnswers saves_;
    PendingAnswers wishes_;
    std::set<std::string> open_editors_; ///< their parts
    bool editor_seen_ = false;           ///< a VST3 plugin says no sooner that it has one
    Lifeline lifeline_;
    std::unique_ptr<PluginHost> host_; // it uses the processor to its end

    void handle(const HostReady& ready);
    void handle(const HostRestarting& restarting);
    void handle(const HostParked& parked);
    void handle(const HostLog&) {} ///< has been told where it came from
    void handle(const StateSaved& saved);
    void handle(const WishDone& done);
    void handle(const bridge::EditorChanged& window);
    void handle(const bridge::ParameterChanged& moved);
    void handle(const bridge::LatencyChanged& moved);
    void handle(const bridge::ThreadsRefused& threads) { rights_.hear(threads.refusals); }

    void keep_priorities();
    void make_processor();
    [[nodiscard]] std::chrono::nanoseconds period() const noexcept;
    void publish_latency();
    void publish_moved();
    void end_waits(const std::string& problem);

public:
    /// All but `config` outlive it. Throws std::runtime_error.
    PluginContent(const NodeConfig& config, ContentOwner& owner, MainQueue& queue,
                  const AudioThreads& threads, Rights& rights, Farewells& farewells);
    ~PluginContent() override;

    [[nodiscard]] bool change(const NodeConfig& config) override;
    void set_loop_cpu(std::optional<unsigned> cpu) override { place_.set_loop_cpu(cpu); }
    void tick(const nodes::FilterCounters* counters) override;
    void report(NodeStatus& status) override;
    void save(std::function<void(std::string)> done) override;
    [[nodiscard]] std::optional<std::vector<std::string>> programs() const override
    {
        return plugin_.programs;
    }
    void ask(const PresetWish& wish, std::function<void(std::string)> done) override;
    void ask(const EditorAction& action, std::function<void(std::string)> done) override;
    [[nodiscard]] std::string editor() const override;
    [[nodiscard]] std::optional<bool> bypassed() const override { return bypassed_; }
    void bypass(bool bypassed) override;
    [[nodiscard]] bool enable() override;
};

} // namespace decant::service
