// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/host-link.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "service/hosts/host-command.hpp"
#include "service/hosts/host-process.hpp"
#include "wine-host/protocol/editor-messages.hpp"
#include "wine-host/protocol/messages.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{

/// How long to wait for a host's answers.
struct HostTimeouts {
    std::chrono::milliseconds hello{60'000};   ///< a cold Wine starts in that time
    std::chrono::milliseconds load{120'000};   ///< large sample players unpack libraries
    std::chrono::milliseconds save{3'000};     ///< the plugin plays on while it is asked for its state
    std::chrono::milliseconds editor{60'000};  ///< large pictures are drawn before a window opens
    std::chrono::milliseconds request{20'000}; ///< anything else
    std::chrono::milliseconds quit{5'000};     ///< then it is killed
};

/// One plugin in a process of its own, or in that of its group. Everything throws PluginError, whose text has
/// the remedy, unless it says noexcept.
///
/// Thread: one at a time, except where [any] is said.
class RunningHost final : private HostProcess::Member
{
public:
    struct Listeners {
        bridge::HostLink::Listener notification;      ///< on the thread that uses the host
        std::function<void(std::string_view)> output; ///< a line of stdout or stderr, on the watching thread
        std::function<void()> ended = {};             ///< the process is no more, on the watching thread
    };

    /// Starts the process, or joins that of the group; it ends with the last one in it.
    RunningHost(const HostCommand& command, PluginFile plugin, const HostTimeouts& timeouts,
                Listeners listeners);

    /// Leaves the process. After quit(), or when the plugin was asked nothing that it did not answer, the
    /// others of its group play on; else it takes the process with it.
    ~RunningHost() override;

    RunningHost(const RunningHost&) = delete;
    RunningHost& operator=(const RunningHost&) = delete;

    /// Waits for the host and lets it load the plugin.
    const protocol::PluginDescription& load();

    /// Blocks of up to `max_frames` are processed from now on, at `rate` Hz.
    void activate(std::uint32_t rate, std::uint32_t max_frames, bool offline = false);
    void deactivate();

    /// Does nothing, if the host comes to do that within `patience`.
    void check(std::chrono::milliseconds patience);

    [[nodiscard]] std::vector<std::byte> state();
    void set_state(std::span<const std::byte> state);
    [[nodiscard]] std::vector<double> values();
    [[nodiscard]] std::vector<std::byte> preset(protocol::PresetForm form);
    void set_preset(std::span<const std::byte> file, const std::string& path);
    void select_program(std::uint32_t program);
    void open_editor(const protocol::EditorRequest& request);
    void close_editor(std::string_view part);

    /// Sleeps until there is something to do, at most until `deadline_nsec` (CLOCK_MONOTONIC), and delivers
    /// what the plugin has said on its own. Throws if the host is dead.
    void wait(std::uint64_t deadline_nsec);

    /// Ends wait(), or the next one. [any]
    void interrupt() noexcept { link_.interrupt(); }

    /// Ends the plugin in good order, or the process by force if it takes longer than `patience`.
    void quit(std::chrono::milliseconds patience) noexcept;

    /// Ends the process now, also for the others of the group. [any]
    void kill() noexcept { process_->kill(*this); }

    /// Gives the plugin up, whatever it is doing; whoever waits for an answer gets his error. [any]
    void abandon() noexcept;

    /// Says for the log what each thread of the process does, and its Wine: for whoever is to find out why it
    /// hangs.
    void tell_threads();

    /// What to tell of a process that has ended while the plugin played.
    [[nodiscard]] PluginError obituary();

    /// The process that was started, which may be a wrapper around the host.
    [[nodiscard]] pid_t process() const noexcept { return process_->pid(); }

    /// Whether the process was told of a screen when it started.
    [[nodiscard]] bool has_display() const noexcept { return has_display_; }

    /// What the process was started with.
    [[nodiscard]] const HostCommand& command() const noexcept { return command_; }

    /// See name_in_messages().
    [[nodiscard]] std::string name() const override { return name_in_messages(plugin_); }

    [[nodiscard]] const protocol::Hello& hello() const noexcept { return hello_; }
    [[nodiscard]] const protocol::PluginDescription& description() const noexcept { return description_; }
    [[nodiscard]] const std::shared_ptr<bridge::SharedRegion>& region() const noexcept { return region_; }

private:
    HostCommand command_;
    PluginFile plugin_;
    HostTimeouts timeouts_;
    Listeners listeners_;
    std::string prefix_; ///< for remedies; may be empty
    bool has_display_;
    std::shared_ptr<bridge::SharedRegion> region_;
    bridge::HostLink link_;
    protocol::Hello hello_;
    protocol::PluginDescription description_;
    bool loaded_ = false;
    bool hangs_ = false; ///< it did not answer the last question in time
    bool told_ = false;  ///< what its threads do since it hangs

    bool opened_ = false; ///< the host knows of the region
    bool unfit_ = false;  ///< it will not answer any more
    bool quit_ = false;   ///< it has answered that
    std::atomic<bool> abandoned_ = false;

    std::shared_ptr<HostProcess> process_; ///< last: its thread uses the above

    // HostProcess::Member
    void take_line(std::string_view line) override;
    void process_ended() override;
    [[nodiscard]] bool crashed() const override;

    [[nodiscard]] std::shared_ptr<HostProcess> find_process();
    [[nodiscard]] std::unique_lock<std::timed_mutex> take_turn();
    [[nodiscard]] PluginError explained(const bridge::HostError& error, const std::string& activity);

    template <class Ask>
    decltype(auto) ask(const std::string& activity, Ask&& question);
};

} // namespace decant::service
