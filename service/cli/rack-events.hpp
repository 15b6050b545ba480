// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/node-status.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace decant::cli
{

/// What happens in the rack, one thing at a time, as people and programs are told of it.
struct RackEvent {
    enum class Kind {
        service_here,
        service_gone,
        node_added,
        node_removed,
        state,     ///< or its message
        warning,   ///< one that was not there before
        restarts,  ///< of the host
        late,      ///< blocks that the deadline cut off
        lost,      ///< MIDI messages and parameter changes
        xruns,     ///< cycles that passed without the node
        starved,   ///< voices whose samples were not read in time
        problem,   ///< in the configuration, one that was not there before
        parameter, ///< has another value
    };

    Kind kind;
    std::string node{};      ///< its short name, or nothing
    std::string text{};      ///< a state, a message, the name of a parameter
    std::string message{};   ///< of a state
    double value = 0;        ///< of a parameter; else how many more there are
    std::uint64_t total = 0; ///< how many there are
};

[[nodiscard]] std::string to_text(const RackEvent& event);
[[nodiscard]] nlohmann::ordered_json to_json(const RackEvent& event);

/// What happened to a node between two looks; nothing `before`: it was not there. [any]
[[nodiscard]] std::vector<RackEvent> node_events(const std::string& node,
                                                 const std::optional<service::NodeStatus>& before,
                                                 const std::optional<service::NodeStatus>& now);

} // namespace decant::cli
