// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/block-watch.hpp"
#include "service/hosts/editor-places.hpp"
#include "service/hosts/plugin-connection.hpp"
#include "service/hosts/plugin-host.hpp"
#include "service/hosts/save-schedule.hpp"
#include "service/hosts/spare-wish.hpp"
#include "service/hosts/state-keeper.hpp"
#include "service/hosts/wish-box.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace decant::service
{

/// The thread that keeps one plugin alive, in linear code: start, restore, watch, save, end, and again. The
/// owner speaks to it through its wishes and its connection.
class HostSupervisor
{
    using Clock = std::chrono::steady_clock;

    PluginHostSettings settings_;
    HostListener listener_;
    std::mutex listener_mutex_;
    HostCommandSource command_;

    PluginConnection connection_;

    WishBox wishes_;

    // The thread's own.
    StateKeeper state_;
    EditorPlaces places_;
    std::set<std::string> open_editors_;                                 ///< their parts
    std::optional<std::pair<std::uint64_t, EditorWish>> awaits_display_; ///< and with it the next host
    BlockWatch blocks_;
    SaveSchedule schedule_;
    SpareWish spare_;
    RestartPolicy policy_;
    std::optional<protocol::PluginDescription> plugin_; ///< as the last host that loaded it said
    bool names_resolved_ = false;
    std::uint64_t ticket_ = 0;                     ///< of the last save() that was heard
    std::uint32_t latency_ = 0;                    ///< frames, as last told
    std::optional<Clock::time_point> ready_since_; ///< the last host's; nothing if it never was

    std::atomic<bool> ended_ = false;
    std::thread thread_;

    void emit(HostEvent event);
    void log(Severity severity, const std::string& text);
    [[nodiscard]] Progress progress();
    void hear(const bridge::Notification& notification);
    void hear_latency();
    void hear_moved(std::uint32_t id, double value);
    void hear_window(const bridge::EditorChanged& window);
    void save(RunningHost& host);
    void fulfil_preset(RunningHost& host, const PresetWish& wish);
    void select_program_by_midi(RunningHost& host);
    void fulfil_editor(RunningHost& host, const EditorWish& wish);
    [[nodiscard]] bool needs_other_host(const RunningHost& host, const EditorWish& wish);
    void fulfil_wish(RunningHost& host, std::uint64_t ticket, const HostWish& wish);
    void recognize(const protocol::PluginDescription& plugin);
    void resolve_names(const protocol::PluginDescription& plugin);
    void activate(RunningHost& host);
    void run_host();
    void watch(RunningHost& host);
    [[nodiscard]] bool hangs(RunningHost& host);
    void handle(const PluginError& error);
    void run() noexcept;

public:
    /// Starts the first host at once. Throws std::system_error if there can be no thread. [main]
    HostSupervisor(PluginHostSettings settings, HostListener listener, HostCommandSource command);

    /// Wishes for the end, and waits for it. [main]
    ~HostSupervisor();

    HostSupervisor(const HostSupervisor&) = delete;
    HostSupervisor& operator=(const HostSupervisor&) = delete;

    [[nodiscard]] WishBox& wishes() noexcept { return wishes_; }
    [[nodiscard]] const WishBox& wishes() const noexcept { return wishes_; }
    [[nodiscard]] PluginConnection& connection() noexcept { return connection_; }

    /// Whether the thread is done.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
};

} // namespace decant::service
