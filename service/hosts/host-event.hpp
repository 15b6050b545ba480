// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/host-link.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace decant::service
{

/// The plugin runs: after the first start and after every restart. The ports may differ from the last time if
/// the file was replaced meanwhile.
struct HostReady {
    protocol::PluginDescription description;
    bool state_restored = false; ///< from the state file, or from the last state known before a restart
    std::vector<double>
        values; ///< of the description's parameters, after the state and with all that was set
    std::vector<std::string> complaints; ///< why it has not come with its last state; the log has been told
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

/// The state is on the disk, or is not and why.
struct StateSaved {
    std::filesystem::path file;
    std::uint64_t ticket = 0; ///< of the last PluginHost::save() that this answers
    std::string problem{};    ///< empty: it was saved
};

/// Becomes of a PluginHost::ask().
struct WishDone {
    std::uint64_t ticket = 0;
    std::string problem{}; ///< empty: it was done
};

using HostEvent = std::variant<HostReady, HostRestarting, HostParked, HostLog, StateSaved, WishDone,
                               bridge::ParameterChanged, bridge::LatencyChanged, bridge::EditorChanged,
                               bridge::ThreadsRefused>;

using HostListener = std::function<void(HostEvent)>;

} // namespace decant::service
