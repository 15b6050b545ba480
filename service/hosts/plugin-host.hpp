// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/editor-wish.hpp"
#include "service/hosts/host-command.hpp"
#include "service/hosts/host-event.hpp"
#include "service/hosts/preset-wish.hpp"
#include "service/hosts/restart-policy.hpp"
#include "service/hosts/running-host.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace decant::bridge
{
class BridgeProcessor;
}

namespace decant::service
{

class HostSupervisor;

/// How patient a supervisor is. Tests are less so.
struct HostPatience {
    HostTimeouts timeouts;
    std::chrono::milliseconds block{2'000};    ///< a block posted and not answered: the plugin hangs
    std::chrono::milliseconds restart{1'000};  ///< the same, and any answer, of one that is to be restarted
    std::chrono::milliseconds settle{3'000};   ///< after the last change of a parameter the state is saved
    std::chrono::milliseconds unsaved{30'000}; ///< and so long after the first one, if changes do not end
    RestartLimits restarts;
};

struct PluginHostSettings {
    PluginFile plugin;
    /// Parameters by name, as the configuration has them. Those that it had otherwise when the state was
    /// saved are set on top of that.
    std::map<std::string, double> values;
    std::uint32_t rate = 48000;      ///< Hz
    std::uint32_t max_frames = 8192; ///< largest block, 1..protocol::max_frames
    bool select_programs = false;    ///< as the processor's layout has it
    /// See state_file_of(); empty: the state is neither restored nor saved. Nobody starts before the one that
    /// had it has ended.
    std::filesystem::path state_file;
    HostPatience patience;
};

/// Keeps one plugin alive: starts its host, restores its state, watches it, and starts it again when it dies
/// or hangs.
///
/// A thread of its own does that in linear code; every method only leaves a wish for it and returns at once,
/// except the destructor. Thread: one at a time, the owner's.
class PluginHost
{
    std::unique_ptr<HostSupervisor> supervisor_;

public:
    /// Starts at once. `listener` is called on threads of this object, one at a time, and must not throw:
    /// post what it gets to your own loop, and do not call the PluginHost from inside. `command` says how a
    /// host is started; it runs on the supervisor's thread. Throws std::system_error if there can be no
    /// thread.
    PluginHost(PluginHostSettings settings, HostListener listener,
               HostCommandSource command = wine_host_command);

    /// Saves the state, ends the host in good order, or by force if it does not answer, and waits for that:
    /// in a group as long as another plugin of it loads.
    ~PluginHost();

    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    /// From now on `processor` is attached to the host whenever it runs, and detached when it does not; its
    /// next_parameter_change() is ours, and comes as an event. Call it after HostReady, with a processor of
    /// its ports.
    void connect(bridge::BridgeProcessor& processor);

    /// Detaches the processor; it is not touched any more afterwards.
    void disconnect();

    /// Sets a parameter, also if no host runs, and again after every restart. `value` in the parameter's own
    /// range.
    void set_parameter(std::uint32_t id, double value);

    /// The configuration has other values now, which have been set.
    void set_configured(std::map<std::string, double> values);

    /// See PluginFile::spare.
    void set_spare(bool spare);

    /// The graph runs at another rate (Hz) or with larger blocks; the plugin is activated anew if that
    /// differs.
    void set_format(std::uint32_t rate, std::uint32_t max_frames);

    /// Saves the state now, if a host runs; answered by StateSaved with at least the ticket that this
    /// returns.
    std::uint64_t save();

    /// Fulfils a wish if a host runs, or if one is about to after a restart(), and answers with WishDone of
    /// the ticket that this returns; if none runs, or it fails before, there is no answer.
    std::uint64_t ask(PresetWish wish);

    /// The same. A host that came up without a screen is replaced, with its state, if there is one now.
    std::uint64_t ask(EditorWish wish);

    /// Ends the host in good order and starts a new one; also the way out of HostParked.
    void restart();

    /// Begins what the destructor waits for, so that many hosts can end at the same time.
    void stop();

    /// Whether that is over, so that the destructor waits for nothing.
    [[nodiscard]] bool ended() const noexcept;

    /// The process that the plugin runs in, which it may share with its group; 0 while there is none.
    [[nodiscard]] pid_t process() const;
};

} // namespace decant::service
