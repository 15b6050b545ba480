// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/host-link.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "service/hosts/child-process.hpp"
#include "service/hosts/host-command.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{

/// A process under Wine with one plugin in it, or with a group of them that come and go.
///
/// It ends when the last member leaves. All functions: [any but rt].
class HostProcess
{
public:
    /// A plugin in the process.
    class Member
    {
    public:
        virtual ~Member() = default;

        /// A line of stdout or stderr. One member of a group hears it, as nobody knows whose it is.
        virtual void take_line(std::string_view line) = 0;

        /// The process is no more. Must not wait for anybody.
        virtual void process_ended() = 0;

        /// Whether what the host wrote last says that this plugin crashed.
        [[nodiscard]] virtual bool crashed() const = 0;

        /// What people know it by.
        [[nodiscard]] virtual std::string name() const = 0;
    };

    /// Starts a process for one plugin, which opens `region`. Throws PluginError.
    static std::shared_ptr<HostProcess> start(const HostCommand& command, const bridge::SharedRegion& region,
                                              Member& member);

    /// Starts a process that waits for one plugin; nobody is in it yet. Throws PluginError.
    static std::shared_ptr<HostProcess> start_spare(const HostCommand& command);

    /// Joins the process that was started with the same command for the group of this name, or starts it.
    /// Plugins whose commands differ, because they are of another width or prefix, never meet in one. Throws
    /// PluginError.
    static std::shared_ptr<HostProcess> join(const std::string& group, const HostCommand& command,
                                             Member& member);

    HostProcess(const HostProcess&) = delete;
    HostProcess& operator=(const HostProcess&) = delete;

    /// False if the process is no more, or about to end.
    [[nodiscard]] bool enter(Member& member);

    /// Whether the process knows of a member's region from its start, and not by open().
    [[nodiscard]] bool opens_by_itself() const noexcept { return region_ == nullptr; }

    /// Lets the process open the region of a member, who has the turn, and show `title` if that is not empty.
    /// Does nothing in one that opens by itself. Throws bridge::HostError.
    void open(const bridge::SharedRegion& region, const std::string& title,
              std::chrono::milliseconds hello_patience);

    /// Whether one that was started as a spare has said hello.
    [[nodiscard]] bool started();

    /// The main thread of the process serves one member after the other: who asks it for something has the
    /// turn, so that his patience does not end while another plugin loads.
    [[nodiscard]] std::timed_mutex& turn() noexcept { return turn_; }

    /// `member` hears nothing any more. The last one ends the process: in good order, or by force if it takes
    /// longer than `patience`.
    void leave(Member& member, std::chrono::milliseconds patience) noexcept;

    /// The plugin of this member ended the process, or is about to.
    void blame(const Member& member) noexcept;

    /// Ends the process of all members, on account of `member`.
    void kill(const Member& member) noexcept;

    /// `member` will leave and does not wait for an answer; without others the process ends now.
    void abandon(const Member& member) noexcept;

    /// How the process ended, as in "the host was killed by signal 9 (Killed)"; nothing if it still runs
    /// after `patience`.
    [[nodiscard]] std::optional<std::string> wait(std::chrono::milliseconds patience);

    /// The name of the member because of which it ended, if that is another one.
    [[nodiscard]] std::optional<std::string> other_to_blame(const Member& member) const;

    /// The last lines that it wrote, each behind a line break and a blank.
    [[nodiscard]] std::string last_words() const;

    /// Whether it has not ended, nor is about to.
    [[nodiscard]] bool running() const;

    [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }

private:
    std::shared_ptr<bridge::SharedRegion> region_; ///< its own; null if it has but that of its only member
    std::optional<bridge::HostLink> link_;         ///< over that; who has the turn uses it
    bool greeted_ = false;
    std::timed_mutex turn_;

    mutable std::mutex mutex_;
    std::vector<Member*> members_;
    std::vector<const Member*> abandoned_; ///< still among the members, each once
    const Member* to_blame_ = nullptr;     ///< who may have left
    std::string to_blame_name_;
    bool closed_ = false; ///< nobody can enter any more
    std::deque<std::string> last_lines_;

    ChildProcess process_; ///< last: its thread uses the above

    /// With `own` it serves those who enter, and else the one whose `region` it is.
    HostProcess(const HostCommand& command, std::shared_ptr<bridge::SharedRegion> own,
                const bridge::SharedRegion& region, std::vector<Member*> members);

    void blame_first(const Member& member);

    static std::shared_ptr<HostProcess> start_for_all(const HostCommand& command,
                                                      std::vector<Member*> members);
    void take_line(std::string_view line);
    void ended();
    void end(std::chrono::milliseconds patience) noexcept;
};

} // namespace decant::service
