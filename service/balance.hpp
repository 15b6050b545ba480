// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/link-transfer.hpp"
#include "service/load-balance.hpp"
#include "service/rack-node.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace decant::service
{

/// Keeps the data loops in balance. PipeWire gives a node its loop when it is made, so a node that moves
/// leaves the graph and comes back, and its links with it: nodes that play are moved if somebody asks for
/// it, those that have nothing to do by themselves. All functions: [main].
class Balance
{
public:
    using Nodes = std::map<std::string, std::unique_ptr<RackNode>>;

    /// What was moved and where the load is now, in lines for people; and what went wrong, or an empty text.
    using Done = std::function<void(std::vector<std::string> lines, std::string problem)>;

private:
    struct Move {
        std::string name;
        std::string from;
        LinkTransfer links;
        bool away = false;
        unsigned ticks_left;

        Move(std::string node, std::string loop, pw_core* core);
    };

    const Nodes& nodes_;
    DataLoops& loops_;
    pw_core* core_ = nullptr;
    std::optional<Move> move_;
    std::vector<Done> asked_;
    std::set<std::string> moved_; ///< since somebody asked: each moves once
    std::vector<std::string> lines_;
    std::string problem_;
    unsigned ticks_ = 0;

    [[nodiscard]] std::vector<std::string> loops() const;
    [[nodiscard]] std::vector<PlacedNode> placed() const;
    void begin();
    void go_on();
    void end(const std::string& problem);
    void answer();

public:
    /// Both outlive it.
    Balance(const Nodes& nodes, DataLoops& loops) : nodes_(nodes), loops_(loops) {}

    /// Moves nodes until that gains nothing more.
    void ask(Done done);

    void enter(pw_core* core) { core_ = core; }
    void leave();

    void tick(); ///< ten times a second
};

} // namespace decant::service
