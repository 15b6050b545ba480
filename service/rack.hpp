// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/balance.hpp"
#include "service/configuration.hpp"
#include "service/graph-names.hpp"
#include "service/rack-node.hpp"
#include "service/request.hpp"
#include "service/status-board.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

struct pw_core;

namespace decant::service
{

/// All nodes, as the configuration wants them. All functions: [main].
class Rack
{
    using Nodes = Balance::Nodes;

    void enable(const std::string& name);
    void restart(const std::string& name);
    void make_anew(const std::string& name);

    ContentMaker make_content_;
    DataLoops& loops_;
    pw_core* core_ = nullptr;
    Nodes nodes_;
    Balance balance_;
    std::map<std::string, NodeStatus> refused_;  ///< by the configuration
    std::vector<ConfigurationProblem> problems_; ///< of the configuration
    std::set<std::string> published_;            ///< keys on the board
    std::uint64_t names_checked_ = 0;            ///< version of the graph's; 0: of another configuration

    /// A slip of the finger shall not stop the music: moves those back from `before` that are not `wanted`,
    /// but because their new configuration cannot be read.
    void keep_misspelt(Nodes& before, const std::set<std::string>& wanted,
                       std::map<std::string, std::string>& hints,
                       const std::map<std::filesystem::path, std::string>& broken_files);

public:
    /// `loops` outlives it.
    Rack(ContentMaker make_content, DataLoops& loops);
    Rack(const Rack&) = delete;
    Rack& operator=(const Rack&) = delete;
    ~Rack();

    /// What its nodes are made from.
    [[nodiscard]] NameHolders configs() const;

    /// Makes, changes and removes nodes so that they are what `configuration` says. Nodes that did not change
    /// are not touched; those that had failed are tried again.
    void apply(Configuration configuration);

    void enter(pw_core* core);
    void leave() noexcept;

    /// Does what somebody asks for, and calls `done` with the reply when all of it is over.
    void obey(const Request& request, std::function<void(Reply)> done);

    /// See RackNode::let_go().
    void let_go(std::uint32_t node, std::uint64_t since) noexcept;

    void tick(); ///< ten times a second

    /// Whether a node has run since the last call.
    [[nodiscard]] bool plays();

    /// Looks for names in the configuration that mean nobody.
    void check_names(const GraphNames& graph);

    /// Writes the status of every node and of the service itself; once a second.
    void publish(StatusBoard& board);

    /// The next publish() goes to a board with nothing on it.
    void forget_board() { published_.clear(); }

    /// What is wrong in the configuration that was applied last.
    [[nodiscard]] const std::vector<ConfigurationProblem>& problems() const noexcept { return problems_; }

    /// Files that were there when the configuration was read, and without which a node has failed since.
    [[nodiscard]] std::set<std::filesystem::path> lost_files() const;

    /// "3 nodes, 1 failed", for the service manager.
    [[nodiscard]] std::string summary() const;
};

} // namespace decant::service
