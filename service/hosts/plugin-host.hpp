// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/host-link.hpp"
#include "service/hosts/host-command.hpp"
#include "wine-host/protocol/messages.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace decant::bridge
{
class BridgeProcessor;
}

namespace decant::service
{

/// The plugin runs: after the first start and after every restart. The ports may differ from the last time if
/// the file was replaced meanwhile.
struct HostReady {
    protocol::PluginDescription description;
    bool state_restored = false; ///< from the state file, or from the last state known before a restart
};

/// The host died, hung or did not come up; the next try follows after `delay`.
struct HostRestarting {
    std::string reason;
    std::chrono::milliseconds delay;
};

/// No further try until PluginHost::restart(); `reason` names what happened and the remedy.
struct HostParked {
    std::string reason;
};

enum class Severity { info, warning, error };

/// A line for the log: the host's own, or about the state file.
struct HostLog {
    Severity severity;
    std::string text;
};

/// The state is on the disk.
struct StateSaved {
    std::filesystem::path file;
};

using HostEvent = std::variant<HostReady, HostRestarting, HostParked, HostLog, StateSaved,
                               bridge::ParameterChanged, bridge::LatencyChanged>;

/// How patient a supervisor is. Tests are less so.
struct HostPatience {
    std::chrono::milliseconds hello{60'000};    ///< a cold Wine starts in that time
    std::chrono::milliseconds load{120'000};    ///< large sample players unpack libraries
    std::chrono::milliseconds request{20'000};  ///< any other answer
    std::chrono::milliseconds block{2'000};     ///< a block posted and not answered: the plugin hangs
    std::chrono::milliseconds first_delay{250}; ///< before the first restart; doubles
    unsigned restarts = 5;                      ///< parked after as many within `window`
    std::chrono::milliseconds window{60'000};
    std::chrono::milliseconds settle{3'000}; ///< after the last change of a parameter the state is saved
};

struct PluginHostSettings {
    std::string node;                           ///< the node's name, "bass"; names the state file
    PluginFile plugin;                          ///< what is loaded
    std::map<std::uint32_t, double> values;     ///< parameters by id, on top of the state
    std::map<std::string, double> named_values; ///< the same by name, as in the configuration
    std::uint32_t rate = 48000;                 ///< Hz
    std::uint32_t max_frames = 8192;            ///< largest block, 1..protocol::max_frames
    std::filesystem::path state_file; ///< empty: the state is neither restored nor saved; see state_file_of()
    HostPatience patience;
};

/// Keeps one plugin alive: starts its host, restores its state, watches it, and starts it again when it dies
/// or hangs.
///
/// A thread of its own does that in linear code; every method only leaves a wish for it and returns at once,
/// except the destructor and disconnect(). Methods are [main]: to be called by one thread, the owner's.
class PluginHost
{
    class Supervisor;
    std::unique_ptr<Supervisor> supervisor_;

public:
    /// Called on the supervisor's thread: post it to your own loop, and do not call the PluginHost from
    /// inside.
    using Listener = std::function<void(HostEvent)>;

    /// Starts at once. Throws std::system_error if there can be no thread.
    /// `command` says how a host is started; it runs on the supervisor's thread and throws PluginError.
    PluginHost(PluginHostSettings settings, Listener listener, HostCommandSource command = wine_host_command);

    /// Saves the state, ends the host in good order (within `patience.request`, else by force) and waits for
    /// that.
    ~PluginHost();

    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    /// From now on `processor` is attached to the host whenever it runs, and detached when it does not. Call
    /// it after HostReady, with a processor of its ports. `processor` must live until disconnect() has
    /// returned.
    void connect(bridge::BridgeProcessor& processor);

    /// Waits until the supervisor has detached the processor; it is not touched any more.
    void disconnect();

    /// Sets a parameter, and again after a restart. `value` in the parameter's own range.
    void set_parameter(std::uint32_t id, double value);

    /// The graph runs at another rate (Hz) or with larger blocks; the plugin is activated anew if that
    /// differs.
    void set_format(std::uint32_t rate, std::uint32_t max_frames);

    /// Saves the state now; answered by StateSaved, or HostLog with what is wrong.
    void save();

    /// Ends the host in good order and starts a new one; also the way out of HostParked.
    void restart();

    /// Begins what the destructor waits for, so that many hosts can end at the same time.
    void stop();
};

} // namespace decant::service
