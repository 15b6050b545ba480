// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <clap/entry.h>
#include <clap/ext/audio-ports.h>
#include <clap/ext/gui.h>
#include <clap/ext/latency.h>
#include <clap/ext/note-ports.h>
#include <clap/ext/params.h>
#include <clap/ext/state.h>
#include <clap/ext/thread-check.h>
#include <clap/ext/timer-support.h>
#include <clap/plugin-factory.h>

/// The extensions of CLAP that plugins use and DPF's copy of the interface (CLAP 1.1.1) leaves out.
namespace decant::host::clap
{

inline constexpr char ext_log[] = "clap.log";
inline constexpr char ext_tail[] = "clap.tail";
inline constexpr char ext_thread_pool[] = "clap.thread-pool";

enum LogSeverity : std::int32_t { log_debug, log_info, log_warning, log_error, log_fatal };

struct HostLog {
    void(CLAP_ABI* log)(const clap_host_t* host, std::int32_t severity, const char* text); ///< [any]
};

struct PluginTail {
    std::uint32_t(CLAP_ABI* get)(const clap_plugin_t* plugin); ///< frames [main, rt]
};

struct HostTail {
    void(CLAP_ABI* changed)(const clap_host_t* host); ///< [rt]
};

struct PluginThreadPool {
    void(CLAP_ABI* exec)(const clap_plugin_t* plugin, std::uint32_t task); ///< [a thread of the pool]
};

struct HostThreadPool {
    /// Returns when the plugin's exec() has returned for each task; false: the plugin has to do them. [rt]
    bool(CLAP_ABI* request_exec)(const clap_host_t* host, std::uint32_t tasks);
};

} // namespace decant::host::clap
