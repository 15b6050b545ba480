// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/filter-process.hpp"
#include "nodes/parameters.hpp"
#include "nodes/processor.hpp"
#include "service/configuration.hpp"
#include "service/editor-action.hpp"
#include "service/hosts/preset-wish.hpp"
#include "service/node-status.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace decant::service
{

/// What can be put into the graph.
struct Playable {
    nodes::PortLayout ports;
    nodes::Processor& processor;
    nodes::Parameters* parameters = nullptr;
    std::uint32_t latency = 0; ///< frames
};

/// Who shows a content to the graph and to people. All functions: [main].
class ContentOwner
{
public:
    virtual ~ContentOwner() = default;

    /// The content can be heard, with these ports; replaces what was shown before. The processor is used
    /// until hide().
    virtual void show(const Playable& playable) = 0;

    /// When this returns, the processor is not used any more.
    virtual void hide() = 0;

    virtual void set_state(NodeState state, std::string message = {}) = 0;
    virtual void set_latency(std::uint32_t frames) = 0;
    virtual void publish_parameters() = 0;
};

/// What a node plays: a plugin in its host, or a sampled instrument. Gets ready in its own time and tells its
/// owner. All functions: [main].
class NodeContent
{
public:
    /// Its state is kept; nobody waits for a host.
    virtual ~NodeContent() = default;

    /// Takes over what can be changed while it plays; false if the node must be made anew for `config`.
    [[nodiscard]] virtual bool change(const NodeConfig& config) = 0;

    /// The CPU of the data loop that the node runs in; nothing if that is not bound to one.
    virtual void set_loop_cpu(std::optional<unsigned>) {}

    /// Ten times a second; `counters` are those of the node if it is in the graph, or null.
    virtual void tick(const nodes::FilterCounters* counters) = 0;

    /// Adds what it knows to the status that people see; once a second.
    virtual void report(NodeStatus& status) = 0;

    /// Saves its state now, if it has one. `done` hears what went wrong, or an empty text, on the main loop.
    virtual void save(std::function<void(std::string problem)> done) { done({}); }

    /// The names of the plugin's own programs; nothing if there is no plugin, but an instrument.
    [[nodiscard]] virtual std::optional<std::vector<std::string>> programs() const { return std::nullopt; }

    /// Saves or loads a preset. `done` as with save().
    virtual void ask(const PresetWish&, std::function<void(std::string problem)> done)
    {
        done("only plugins have presets");
    }

    /// Opens or closes its editor. `done` as with save().
    virtual void ask(const EditorAction&, std::function<void(std::string problem)> done)
    {
        done("only plugins have editors");
    }

    /// As NodeStatus has it.
    [[nodiscard]] virtual std::string editor() const { return {}; }

    /// Whether its plugin is kept from being heard; nothing if there is none, but an instrument.
    [[nodiscard]] virtual std::optional<bool> bypassed() const { return std::nullopt; }

    /// The plugin is not heard, or is heard again; it runs on.
    virtual void bypass(bool) {}

    /// Tries again what was given up; false if only a new content can do that.
    [[nodiscard]] virtual bool enable() { return false; }
};

} // namespace decant::service
