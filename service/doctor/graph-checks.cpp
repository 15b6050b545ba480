// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The graph that plays, and the rack in it.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace decant::doctor
{

Finding check_quantum(const Machine& machine)
{
    const auto& quantum = machine.facts.quantum;
    const std::string why =
        "Everything else on this page is judged by it: half the quantum is half the latency, half the time "
        "for each block, and twice the wake-ups.";
    const std::string value = fmt::format("{} frames at {} Hz, {:.0f} µs ({})", quantum.frames, quantum.rate,
                                          quantum.period_usec(), quantum.source);
    const auto* graph = machine.facts.graph.known();
    if (graph == nullptr)
        return unreadable(fmt::format("{}: {}", machine.facts.graph.why_unknown(), value), why);
    constexpr double shortest_usec = 1000;
    if (graph->forced_quantum != 0)
        return note(value + ", forced: pw-metadata -n settings 0 clock.force-quantum 0 gives it back", why);
    if (quantum.period_usec() < shortest_usec)
        return note(value + ": less than 1 ms asks for a tuned machine and few plugins", why);
    return good(value, why);
}

Finding check_xruns(const Machine& machine)
{
    const std::string why = fmt::format(
        "An xrun is a cycle that was not done when the next one began, and is heard; {}. The node "
        "that counts most of them is late itself, or waits for one that is.",
        period_of(machine));
    const auto* graph = machine.facts.graph.known();
    if (graph == nullptr)
        return unreadable(machine.facts.graph.why_unknown(), why);
    if (graph->drivers.empty())
        return unreadable("nothing plays", why);
    std::vector<const Graph::Node*> nodes;
    std::int64_t now = 0;
    for (const auto& driver : graph->drivers)
        for (const auto& node : driver.nodes) {
            now += node.new_xruns;
            if (node.xruns > 0)
                nodes.push_back(&node);
        }
    std::sort(nodes.begin(), nodes.end(), [](const auto* a, const auto* b) {
        return std::pair(a->new_xruns, a->xruns) > std::pair(b->new_xruns, b->xruns);
    });
    constexpr std::size_t most_named = 4;
    std::vector<std::string> names;
    for (const auto* node : nodes)
        if (names.size() < most_named)
            names.push_back(fmt::format("{} {}", node->name, node->xruns));
    if (names.empty())
        return good("none", why);
    const std::string value =
        fmt::format("{} (in the {:.1f} s of looking: {})", joined(names), graph->seconds, now);
    if (now == 0)
        return note(value, why);
    return bad(
        value, why,
        {.text =
             "Double the quantum to see whether time is what is missing: pw-metadata -n settings 0 "
             "clock.force-quantum " +
             std::to_string(2 * machine.facts.quantum.frames) +
             " (0 gives it back). 'decant doctor --probe' tells whether the machine or the plugins are slow",
         .effect = Effect::at_once});
}

Finding check_clocks(const Machine& machine)
{
    const std::string why = "Cards with clocks of their own drift apart; PipeWire resamples all but the one "
                            "that drives the graph, "
                            "which costs CPU and latency. Groups that are not linked run by themselves.";
    const auto* graph = machine.facts.graph.known();
    if (graph == nullptr)
        return unreadable(machine.facts.graph.why_unknown(), why);
    if (graph->drivers.empty())
        return unreadable("nothing plays", why);
    std::vector<std::string> names;
    for (const auto& driver : graph->drivers)
        names.push_back(fmt::format("{} ({} at {} Hz)", driver.name, driver.frames, driver.rate));
    return names.size() == 1 ? good(names.front(), why) : note(joined(names), why);
}

Finding check_late(const Machine& machine)
{
    const std::string why =
        fmt::format("A late block is one for which a plugin needed more than the cycle had; decantd goes on "
                    "without it, and it is heard. {}.",
                    period_of(machine));
    const auto* rack = machine.facts.rack.known();
    if (rack == nullptr)
        return unreadable(machine.facts.rack.why_unknown(), why);
    if (rack->empty())
        return good("the rack is empty", why);
    std::vector<std::string> late;
    std::vector<std::string> names;
    for (const auto& node : *rack)
        if (node.late > 0) {
            late.push_back(fmt::format("{} {}", node.name, node.late));
            names.push_back(node.name);
        }
    if (late.empty())
        return good(fmt::format("none of {} nodes", rack->size()), why);
    return bad(
        joined(late), why,
        {.text =
             "Raise the quantum, give " + joined(names) +
             " 'mode = pipelined' (one quantum more latency), or fewer voices. Blocks that were late while "
             "plugins were loading do not come again: restart decantd to count anew",
         .effect = Effect::at_once});
}

Finding check_load(const Machine& machine)
{
    constexpr double most = 0.7;
    const std::string why =
        fmt::format("What all nodes take together has to fit into the period with room for the slow blocks; "
                    "{}. Nodes of different data loops run at the same time.",
                    period_of(machine));
    const auto* rack = machine.facts.rack.known();
    if (rack == nullptr)
        return unreadable(machine.facts.rack.why_unknown(), why);
    const RackNode* heaviest = nullptr;
    for (const auto& node : *rack)
        if (heaviest == nullptr || node.load > heaviest->load)
            heaviest = &node;
    if (heaviest == nullptr)
        return good("the rack is empty", why);
    const std::string value = fmt::format("{} takes most, {:.0f} %", heaviest->name, 100 * heaviest->load);
    if (heaviest->load <= most)
        return good(value, why);
    return bad(value, why,
               {.text = fmt::format(
                    "Raise the quantum, or make {} cheaper: fewer voices, a faster quality, or 'mode = "
                    "pipelined'",
                    heaviest->name),
                .effect = Effect::at_once});
}

} // namespace decant::doctor
