// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/host-link.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "service/hosts/child-process.hpp"
#include "service/hosts/host-command.hpp"
#include "wine-host/protocol/messages.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
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
    std::chrono::milliseconds request{20'000}; ///< anything else
    std::chrono::milliseconds quit{5'000};     ///< then it is killed
};

/// One process with one plugin in it. Everything throws PluginError, whose text has the remedy, unless it
/// says noexcept.
///
/// Thread: one at a time, except where [any] is said.
class RunningHost
{
public:
    struct Listeners {
        bridge::HostLink::Listener notification;      ///< on the thread that uses the host
        std::function<void(std::string_view)> output; ///< a line of stdout or stderr, on the watching thread
        std::function<void()> ended = {};             ///< the process is no more, on the watching thread
    };

    /// Starts the process; it dies with this object or with the thread that made it.
    RunningHost(const HostCommand& command, PluginFile plugin, const HostTimeouts& timeouts,
                Listeners listeners);

    /// Kills.
    ~RunningHost() = default;

    RunningHost(const RunningHost&) = delete;
    RunningHost& operator=(const RunningHost&) = delete;

    /// Waits for the host and lets it load the plugin.
    const protocol::PluginDescription& load();

    /// Blocks of up to `max_frames` are processed from now on, at `rate` Hz.
    void activate(std::uint32_t rate, std::uint32_t max_frames);
    void deactivate();

    [[nodiscard]] std::vector<std::byte> state();
    void set_state(std::span<const std::byte> state);
    [[nodiscard]] std::vector<double> values();

    /// Sleeps until there is something to do, at most until `deadline_nsec` (CLOCK_MONOTONIC), and delivers
    /// what the plugin has said on its own. Throws if the host is dead.
    void wait(std::uint64_t deadline_nsec);

    /// Ends wait(), or the next one. [any]
    void interrupt() noexcept { link_.interrupt(); }

    /// Ends the host in good order, or by force if it takes longer than `patience`.
    void quit(std::chrono::milliseconds patience) noexcept;

    /// Ends the host now; whoever waits for an answer gets his error. [any]
    void kill() noexcept { process_.kill(); }

    /// What to tell of a process that has ended while the plugin played.
    [[nodiscard]] PluginError obituary();

    [[nodiscard]] const protocol::Hello& hello() const noexcept { return hello_; }
    [[nodiscard]] const protocol::PluginDescription& description() const noexcept { return description_; }
    [[nodiscard]] const std::shared_ptr<bridge::SharedRegion>& region() const noexcept { return region_; }

private:
    PluginFile plugin_;
    HostTimeouts timeouts_;
    Listeners listeners_;
    std::string prefix_; ///< for remedies; may be empty
    std::shared_ptr<bridge::SharedRegion> region_;
    bridge::HostLink link_;
    protocol::Hello hello_;
    protocol::PluginDescription description_;
    bool loaded_ = false;

    std::mutex last_lines_mutex_;
    std::deque<std::string> last_lines_; ///< what the host wrote before it ended says why

    ChildProcess process_; ///< last: its thread uses the above

    void take_line(std::string_view line);
    [[nodiscard]] PluginError explained(const bridge::HostError& error, const std::string& activity);
    [[nodiscard]] std::string last_words();

    template <class Ask>
    decltype(auto) ask(const std::string& activity, Ask&& question);
};

} // namespace decant::service
