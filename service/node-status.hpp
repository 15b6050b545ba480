// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{

/// Name of the metadata object that the service exports, and of its key about the service itself. Every other
/// key is the name of a node, its value the status of that node as JSON; all have the subject 0, so that a
/// node that failed before it reached the graph has a status too.
inline constexpr const char* metadata_name = "decant";
inline constexpr const char* service_key = "service";
inline constexpr const char* metadata_type = "Spa:String:JSON";

/// Precedes the name from the configuration in `node.name`.
inline constexpr std::string_view node_prefix = "decant.";

enum class NodeState {
    loading,    ///< the instrument or plugin is being loaded, or loaded again
    running,    ///< in the graph
    restarting, ///< in the graph, but its host is being replaced
    failed,     ///< not in the graph, or silent in it; the message says why and what to do
    disabled,   ///< by the configuration
};

[[nodiscard]] std::string_view to_text(NodeState state) noexcept;

struct RoundTrip {
    double p50 = 0; ///< all in microseconds, over the last second in which there were blocks
    double p99 = 0;
    double max = 0;
    double worst = 0; ///< since the node was made
};

/// How many threads of a plugin have what, of those that `decantd` sees to: they ask for real time, and the
/// limits do not let them have it.
struct ThreadRights {
    std::uint64_t rtkit = 0;
    std::uint64_t nice = 0;
    std::uint64_t none = 0;
};

/// What people are shown of a node.
struct NodeStatus {
    std::string type; ///< plugin, sampler
    NodeState state = NodeState::loading;
    std::string message;               ///< why it failed and what to do; empty if all is well
    std::vector<std::string> warnings; ///< what does not keep it from playing, but is hardly meant
    double load = 0;                   ///< time in process() as a part of the period, over the last second
    std::uint64_t late = 0;            ///< blocks that the deadline cut off
    std::uint64_t dropped = 0;         ///< blocks that were kept from a plugin that had not answered yet
    std::uint64_t lost = 0;            ///< MIDI messages and parameter changes, for want of room or sense
    std::uint64_t xruns = 0;           ///< cycles of the graph that passed without this node
    std::uint64_t restarts = 0;        ///< of the host
    bool bypassed = false;             ///< plugins only: it runs, and is not heard
    std::string editor; ///< plugins only: none, unknown, closed, open; empty: it is not loaded yet
    std::optional<RoundTrip> round_trip;    ///< plugins only
    std::string rt;                         ///< plugins only: limits, rtkit, nice, none; empty: no host runs
    std::optional<ThreadRights> rt_threads; ///< plugins only: if there are any
    std::string wake;                       ///< plugins only: sleep, anticipate, as it is now
    std::optional<double> awake;            ///< part of the last second's blocks that found such a host awake
    std::optional<std::uint32_t> voices;    ///< samplers only
    std::uint64_t memory = 0;  ///< bytes of the host, also of its group, or of samples; 0: unknown
    std::uint64_t starved = 0; ///< voices of a sampler whose samples were not read in time
};

/// The state in a word for people: also "bypassed".
[[nodiscard]] std::string_view state_of(const NodeStatus& status) noexcept;

[[nodiscard]] std::string to_json(const NodeStatus& status);

/// Nothing if the text is not the JSON of a status: anybody may write into a metadata object.
[[nodiscard]] std::optional<NodeStatus> parse_node_status(std::string_view json);

} // namespace decant::service
