// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-interface.hpp"
#include "wine-host/editor.hpp"
#include "wine-host/plugin.hpp"

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace decant::host
{

class ClapThreadPool;

/// What a CLAP plugin may ask of its host, from the thread that the interface names for it.
class ClapHost
{
    PluginListener& listener_;
    const std::uint32_t main_thread_;
    clap_host_t host_;
    std::atomic<const clap_plugin_t*> plugin_ = nullptr;
    std::set<std::uintptr_t> timers_; ///< of Windows
    EditorFrame* frame_ = nullptr;    ///< the main thread's own
    ClapThreadPool* pool_ = nullptr;  ///< changes while no block runs

    /// Of the thread that is the audio thread at this moment; 0 for none.
    std::atomic<std::uint32_t> audio_thread_ = 0;

    std::atomic<bool> callback_ = false;
    std::atomic<bool> restart_ = false;
    std::atomic<bool> flush_ = false;
    std::atomic<bool> latency_ = false;
    std::atomic<std::uint32_t> rescan_ = 0;
    std::atomic<std::uint64_t> wanted_size_ = 0; ///< the editor's: width and height; 0: none
    std::atomic<int> wanted_shown_ = 0;          ///< the same: 1 to be seen, -1 to be closed
    std::string preset_error_;                   ///< the main thread's own

    static const void* extension(const clap_host_t* host, const char* id);
    bool start_timer(std::uint32_t period_ms, clap_id& id);
    bool end_timer(clap_id id);
    [[nodiscard]] bool is_audio_thread() const noexcept;
    void want(std::atomic<bool>& what) noexcept;
    bool resize_editor(std::uint32_t width, std::uint32_t height);
    bool show_editor(bool shown);
    void hear_preset_error(std::int32_t os_error, const char* text);

public:
    explicit ClapHost(PluginListener& listener);
    ~ClapHost();

    ClapHost(const ClapHost&) = delete;
    ClapHost& operator=(const ClapHost&) = delete;

    [[nodiscard]] static ClapHost& of(const clap_host_t* host) noexcept
    {
        return *static_cast<ClapHost*>(host->host_data);
    }

    [[nodiscard]] const clap_host_t* interface() const noexcept { return &host_; }

    /// The plugin that has been made with interface(), or null when it is to go: its timers end. [main]
    void set_plugin(const clap_plugin_t* plugin);

    /// The window of the plugin's editor, while there is one. [main]
    void set_frame(EditorFrame* frame);

    /// Who shares the work of a block; null: nobody. [main], while no block runs
    void set_pool(ClapThreadPool* pool) noexcept { pool_ = pool; }

    /// Does what other threads wanted of the editor's window. [main]
    void serve_editor();

    /// What was asked since the last time. [main]
    [[nodiscard]] bool take_callback() noexcept { return callback_.exchange(false); }
    [[nodiscard]] bool take_restart() noexcept { return restart_.exchange(false); }
    [[nodiscard]] bool take_flush() noexcept { return flush_.exchange(false); }
    [[nodiscard]] bool take_latency() noexcept { return latency_.exchange(false); }
    [[nodiscard]] std::uint32_t take_rescan() noexcept { return rescan_.exchange(0); }

    /// What the plugin has last said of a preset that it did not load; empty: nothing. [main]
    [[nodiscard]] std::string take_preset_error() noexcept { return std::exchange(preset_error_, {}); }

    /// Makes the calling thread the audio thread for as long as it lives: the interface wants some calls on
    /// that one, and the main thread plays its part while it is at rest. [any]
    class AudioRole
    {
        ClapHost& host_;

    public:
        explicit AudioRole(ClapHost& host) noexcept;
        ~AudioRole();
        AudioRole(const AudioRole&) = delete;
        AudioRole& operator=(const AudioRole&) = delete;
    };
};

} // namespace decant::host
