// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/filter-node.hpp"
#include "service/configuration.hpp"
#include "service/data-loops.hpp"
#include "service/device-node.hpp"
#include "service/load-balance.hpp"
#include "service/log.hpp"
#include "service/node-content.hpp"
#include "service/node-status.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

struct pw_core;

namespace decant::service
{

/// Makes the content of a node. Throws std::runtime_error.
using ContentMaker =
    std::function<std::unique_ptr<NodeContent>(const NodeConfig& config, ContentOwner& owner)>;

/// A node of the rack: its content, and the node in the graph while there is a graph and something to play.
/// Outlives the connection to PipeWire, so that a plugin plays on when the daemon comes back. All functions:
/// [main].
class RackNode final : private ContentOwner
{
    NodeConfig config_;
    DataLoops& loops_;
    DataLoops::Seat seat_; ///< while it is in the graph
    double load_ = 0;      ///< as it was measured last
    pw_core* core_ = nullptr;
    NodeState state_ = NodeState::loading;
    std::string message_;
    std::string graph_problem_;         ///< why it is not in the graph although it could play, or empty
    std::string device_problem_;        ///< why applications find no device of it, or empty
    std::string hint_;                  ///< what is suspicious in the configuration
    std::vector<std::string> warnings_; ///< what is suspicious in the graph
    std::unique_ptr<NodeContent> content_;
    std::optional<Playable> playable_;
    std::unique_ptr<nodes::FilterNode> filter_; // after the content, whose processor it uses
    bool was_out_ = false;                      ///< of the graph, after it had been in
    std::unique_ptr<DeviceNode> device_;        ///< that stands for it; stays while its ports change
    std::uint64_t busy_before_ = 0;
    std::uint64_t period_before_ = 0;
    std::uint64_t cycles_before_ = 0;
    std::uint64_t cycles_at_tick_ = 0;
    unsigned ticks_at_rest_ = 0;
    std::uint64_t missed_before_ = 0; ///< by filter nodes that are gone
    std::uint64_t lost_before_ = 0;   ///< the same of MIDI messages

    void show(const Playable& playable) override;
    void hide() override;
    void set_state(NodeState state, std::string message) override;
    void set_latency(std::uint32_t frames) override;
    void publish_parameters() override;

    void take_seat(std::map<std::string, std::string>& properties);
    void join();
    void drop() noexcept;
    void stay_out(std::string problem);
    void keep_device();
    void show_device();

public:
    /// A content that cannot be made leaves a node that has failed and says why.
    RackNode(NodeConfig config, const ContentMaker& make_content, DataLoops& loops);
    RackNode(const RackNode&) = delete;
    RackNode& operator=(const RackNode&) = delete;
    ~RackNode() override;

    /// Takes over `config` without a break in the sound, as far as that is possible; false if the node must
    /// be made anew.
    [[nodiscard]] bool change(const NodeConfig& config);

    /// There is a daemon: the node joins its graph as soon as it has something to play.
    void enter(pw_core* core);

    /// The connection is about to end, or lost.
    void leave() noexcept;

    void tick(); ///< ten times a second
    /// See NodeContent::save().
    void save(std::function<void(std::string problem)> done);

    /// See NodeContent.
    [[nodiscard]] std::optional<std::vector<std::string>> programs() const;
    void ask(const PresetWish& wish, std::function<void(std::string problem)> done);
    void ask(const EditorAction& action, std::function<void(std::string problem)> done);
    [[nodiscard]] std::string editor() const;

    /// Tries again what was given up; false if the node must be made anew for that.
    [[nodiscard]] bool enable();

    /// Starts again what plays, as it is; false if the node must be made anew for that.
    [[nodiscard]] bool restart();

    /// Who has played MIDI to the node in the graph of this global id since `since` (CLOCK_MONOTONIC, ns) has
    /// left; of no account if that is another node.
    void let_go(std::uint32_t node, std::uint64_t since) noexcept;

    /// Where it runs; nothing while it is not in the graph, or if its loop is not one of those that are
    /// known.
    [[nodiscard]] std::optional<PlacedNode> place() const;

    /// Whether the graph has not run it for some seconds.
    [[nodiscard]] bool rests() const noexcept;

    /// Leaves the graph and comes back as a new node, in the loop with the least to do. Its notes end.
    void rejoin();

    void panic() noexcept; ///< no note sounds any more

    /// See NodeContent::bypass(); without a wish it changes. Throws std::runtime_error where there is no
    /// plugin.
    void bypass(std::optional<bool> wanted);
    [[nodiscard]] bool bypassed() const { return content_ && content_->bypassed().value_or(false); }

    [[nodiscard]] bool has_run() noexcept; ///< since the last call
    NodeStatus take_status();              ///< loads and round trips since the last call
    void set_hint(std::string hint) { hint_ = std::move(hint); }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

    /// What is suspicious in the graph now; the log is told, at this level, what was not there before.
    void set_warnings(std::vector<std::string> warnings, Severity severity);

    [[nodiscard]] NodeState state() const noexcept
    {
        return graph_problem_.empty() ? state_ : NodeState::failed;
    }
    [[nodiscard]] const NodeConfig& config() const noexcept { return config_; }

    /// Those of its files that are not there; of a node that has failed.
    [[nodiscard]] std::set<std::filesystem::path> lost_files() const;
};

} // namespace decant::service
