// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/editor.hpp"
#include "wine-host/protocol/channel-layout.hpp"
#include "wine-host/protocol/events.hpp"
#include "wine-host/protocol/layout.hpp"
#include "wine-host/protocol/messages.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace decant::host
{

/// A request that cannot be fulfilled; becomes the answer `failed`.
class PluginError : public std::runtime_error
{
    protocol::FailureCode code_;

public:
    PluginError(protocol::FailureCode code, const std::string& what) : std::runtime_error(what), code_(code)
    {
    }

    [[nodiscard]] protocol::FailureCode code() const noexcept { return code_; }
};

/// What a plugin says without being asked, from whichever thread it likes.
class PluginListener
{
public:
    virtual ~PluginListener() = default;

    /// How many parameters may move: ids are indices below `count`. To be called once, before the plugin can.
    /// [main]
    virtual void expect_parameters(std::uint32_t count) = 0;

    /// A parameter was moved by the plugin itself, in its editor for example. [any]
    virtual void parameter_moved(std::uint32_t id, double value) noexcept = 0;

    /// Plugin::latency() may have changed. [any]
    virtual void latency_moved() noexcept = 0;

    /// Plugin::state() is another one, by something that is no parameter. [any]
    virtual void state_changed() noexcept = 0;

    /// Plugin::work() is to be called soon. [any]
    virtual void work_wanted() noexcept = 0;
};

/// One block as a plugin sees it. Channels that the plugin has and this has not are the plugin's own matter.
struct Block {
    /// `frames` is in range, and `rate` the one of activate() unless `frames` is zero.
    const protocol::BlockRequest& request;
    protocol::EventReader events_in;
    protocol::EventWriter events_out;
    bool events_lost = false; ///< set when `events_out` was too small
    const std::array<float*, protocol::max_channels>& inputs;
    const std::array<float*, protocol::max_channels>& outputs; ///< every frame of every one is to be written
};

class Plugin;

/// One of the plugins that a plugin is made of.
struct PluginPart {
    std::string name; ///< in a chain; empty for a plugin by itself
    Plugin& plugin;
};

/// A loaded plugin. One class per format implements it; nothing else knows formats.
///
/// All functions but process() and latency() are [main]: they are called on the thread that loaded the
/// plugin, which also runs its windows and timers. They throw PluginError, or std::bad_alloc.
class Plugin
{
public:
    virtual ~Plugin() = default;

    /// Asks for other channels of the main input and output than the plugin comes with. What it does not have
    /// stays as it is, and describe() tells. Before that and activate(), if at all.
    virtual void arrange(protocol::ChannelLayout inputs, protocol::ChannelLayout outputs) = 0;

    /// Constant from the loading on, but for the initial values of parameters.
    [[nodiscard]] virtual protocol::PluginDescription describe() = 0;

    /// Whether blocks may take their time, for better quality. Not while active; no, if it is never called.
    virtual void set_offline(bool) {}

    /// Makes ready for process() with at most `max_frames` frames at `rate` Hz. Not while active.
    virtual void activate(double rate, std::uint32_t max_frames) = 0;

    /// Not while process() runs. Does nothing if it is not active.
    virtual void deactivate() noexcept = 0;

    /// Everything that the plugin would keep in a song, in a form that only restore() reads. Also while
    /// process() runs.
    [[nodiscard]] virtual std::vector<std::byte> state() = 0;

    /// Throws PluginError with state_mismatch, and has changed nothing then, if `state` is no whole state of
    /// this very plugin. Not while process() runs.
    virtual void restore(std::span<const std::byte> state) = 0;

    /// What the plugin plays now, as a file that other hosts read. Not while process() runs.
    [[nodiscard]] virtual std::vector<std::byte> preset(protocol::PresetForm form) = 0;

    /// Throws PluginError with state_mismatch, and has changed nothing then, if `file` is no preset of this
    /// very plugin. It lies at the Unix path `path`, or nowhere if that is empty. Not while process() runs.
    virtual void load_preset(std::span<const std::byte> file, const std::string& path) = 0;

    /// One of the description's. Not while process() runs.
    virtual void select_program(std::uint32_t program) = 0;

    /// The values of the parameters, in the order of the description. Also while process() runs.
    [[nodiscard]] virtual std::vector<double> values() = 0;

    /// What is left to do on the main thread after work_wanted(); also while process() runs. Returns whether
    /// the plugin wants to be deactivated and activated again.
    [[nodiscard]] virtual bool work() { return false; }

    /// Itself, or the plugins of a chain.
    [[nodiscard]] virtual std::vector<PluginPart> parts() { return {{{}, *this}}; }

    /// Makes the editor, which must go before the plugin and `frame` do. One at a time. Null if there is
    /// none.
    [[nodiscard]] virtual std::unique_ptr<Editor> make_editor(EditorFrame&) { return nullptr; }

    /// Runs one block; one of no frames only moves parameters. Between activate() and deactivate() only, on
    /// the audio thread. [rt]
    virtual void process(Block& block) noexcept = 0;

    /// Frames by which the outputs are late. [any]
    [[nodiscard]] virtual std::uint32_t latency() const noexcept = 0;
};

} // namespace decant::host
