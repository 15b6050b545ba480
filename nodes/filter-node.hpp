// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/filter-process.hpp"
#include "nodes/midi-pod.hpp"
#include "nodes/parameters.hpp"
#include "nodes/processor.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

struct pw_core;

namespace decant::nodes
{

/// What a filter node is made from.
struct FilterNodeSetup {
    std::map<std::string, std::string> properties; ///< of the node: node.name, node.description …
    PortLayout ports;
    ChannelMask midi_channels = all_channels; ///< that the processor hears
    std::uint32_t latency = 0;                ///< frames from input to output
    double tempo = default_tempo;             ///< beats per minute, where the graph has none
};

/// A node in the PipeWire graph that a Processor fills: the only class that knows pw_filter.
///
/// Its ports are made before it is connected and stay as they are: pw_filter walks its list of ports on the
/// audio thread without protection. The node runs in one of the data loops of the core's context, and
/// processes as long as something that is linked to it runs.
class FilterNode
{
    class Filter;
    std::unique_ptr<Filter> filter_;

public:
    /// Connects the node. `processor` and `parameters`, which may be null, must outlive it, and so must
    /// `core`. Throws std::runtime_error. [main]
    FilterNode(pw_core* core, FilterNodeSetup setup, Processor& processor, Parameters* parameters = nullptr);

    FilterNode(const FilterNode&) = delete;
    FilterNode& operator=(const FilterNode&) = delete;

    /// The processor is not called any more when this returns. [main]
    ~FilterNode();

    /// The global id of the node; PW_ID_ANY until the daemon has given it one. [main]
    [[nodiscard]] std::uint32_t id() const;

    /// Why PipeWire refused the node or threw it out; empty while all is well. [main]
    [[nodiscard]] const std::string& error() const noexcept;

    /// Tells the graph that it now takes `frames` from input to output. [main]
    void set_latency(std::uint32_t frames);

    /// Beats per minute, where the graph has none. [main]
    void set_tempo(double tempo);

    /// Lets go the keys and pedals that went down on the MIDI input at `since` (CLOCK_MONOTONIC, ns) or
    /// later: who holds them may have left, and what is linked comes mixed. Those of the last one go by
    /// themselves. [any]
    void let_go(std::uint64_t since) noexcept;

    /// Ends all notes and sounds of the processor with its next block. [any]
    void panic() noexcept;

    /// Sets properties of the node; the others stay as they are. [main]
    void set_properties(const std::map<std::string, std::string>& properties);

    /// Tells the graph the values of the parameters after the processor's side changed them. [main]
    void publish_parameters();

    [[nodiscard]] const FilterCounters& counters() const noexcept; ///< [any]
};

} // namespace decant::nodes
