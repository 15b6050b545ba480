// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bell-rope.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "wine-host/protocol/channel.hpp"
#include "wine-host/protocol/editor-messages.hpp"
#include "wine-host/protocol/messages.hpp"
#include "wine-host/protocol/plugin-description.hpp"
#include "wine-host/protocol/thread-refusals.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace decant::bridge
{

enum class HostErrorCode {
    failed,    ///< the host answered that it cannot; `failure` says why. The link works on
    timed_out, ///< no answer in time. The link works on: an answer that comes later is dropped
    broken, ///< what came is not the protocol, or the host takes nothing any more: of no use until replaced
    gone,   ///< host_gone() was called
    wrong_version, ///< the host binary is not of this build
};

/// What went wrong with a host, for people. Who knows the plugin's file and prefix adds the remedy.
class HostError : public std::runtime_error
{
public:
    HostErrorCode code;
    protocol::FailureCode failure; ///< meant if `code` is HostErrorCode::failed

    HostError(HostErrorCode error, const std::string& text,
              protocol::FailureCode reason = protocol::FailureCode::other)
        : std::runtime_error(text), code(error), failure(reason)
    {
    }
};

/// One line from the host for the service's log.
struct LogLine {
    std::string text;
};

/// Moved in the plugin's editor.
struct ParameterChanged {
    std::uint32_t id;
    double value; ///< finite, in the parameter's own range if the host is honest
};

struct LatencyChanged {
    std::uint32_t frames; ///< at most protocol::max_latency
};

/// What the plugin plays has changed, by something that is no parameter, and should be saved.
struct StateChanged {
};

/// A window of the plugin's editor was opened, closed or moved.
struct EditorChanged {
    std::string part; ///< in a chain the plugin's name, else empty
    bool open;
    protocol::EditorPlace place;
};

/// Threads of the plugin's that are to be real-time, as the host says, which may not make them so.
struct ThreadsRefused {
    protocol::ThreadRefusals refusals;
};

using Notification =
    std::variant<LogLine, ParameterChanged, LatencyChanged, StateChanged, EditorChanged, ThreadsRefused>;

/// Talks with the host of one plugin: asks, waits for the answer, and takes what the host says on its own.
///
/// Not for the audio thread: every request blocks, at most as long as its timeout says. Throws HostError.
/// All texts and numbers that come out of here have been checked: texts are UTF-8 without control characters,
/// numbers finite and in order.
///
/// Thread: one at a time, except where [any] is said.
class HostLink
{
public:
    using Timeout = std::chrono::milliseconds;
    /// Called on the thread that uses the link, out of poll_notifications() and of any request that waits. It
    /// must not use the link. Whatever it throws comes out there.
    using Listener = std::function<void(const Notification&)>;

    /// What ended wait_activity().
    enum class Activity {
        message,     ///< call poll_notifications()
        interrupted, ///< by interrupt()
        gone,        ///< the host is dead
        deadline,    ///< nothing happened
    };

    explicit HostLink(std::shared_ptr<SharedRegion> region, Listener listener = {});
    HostLink(const HostLink&) = delete;
    HostLink& operator=(const HostLink&) = delete;

    /// Waits until the host has started. A cold Wine takes half a minute.
    protocol::Hello wait_hello(Timeout timeout = std::chrono::seconds(60));

    /// Loads a plugin and gets the memory for its channels. `path` is a Windows or Unix path, `plugin_class`
    /// names one of several plugins in a file, "" the first.
    protocol::PluginDescription load(const std::string& path, const std::string& plugin_class,
                                     Timeout timeout = std::chrono::seconds(120));

    /// The same for a chain, if there is more than one.
    protocol::PluginDescription load(std::span<const protocol::LoadedPart> parts,
                                     Timeout timeout = std::chrono::seconds(120));

    /// `rate` in Hz, `largest_block` in frames, at most protocol::max_frames. Blocks are processed from now
    /// on. `offline`: they may take as long as the best quality takes.
    void activate(double rate, std::uint32_t largest_block, Timeout timeout = std::chrono::seconds(20),
                  bool offline = false);

    /// Blocks are answered with not_active from now on.
    void deactivate(Timeout timeout = std::chrono::seconds(20));

    /// The plugin's whole state, in a form that only the host reads.
    std::vector<std::byte> state(Timeout timeout = std::chrono::seconds(60));
    void set_state(std::span<const std::byte> state, Timeout timeout = std::chrono::seconds(60));

    /// What the plugin plays now, as a file that other hosts read.
    std::vector<std::byte> preset(protocol::PresetForm form, Timeout timeout = std::chrono::seconds(60));

    /// A file that preset() or another host has made, or one in the plugin's own form, which the plugin reads
    /// by itself where the file lies. `path` may be empty for the former.
    void set_preset(std::span<const std::byte> file, const std::string& path = {},
                    Timeout timeout = std::chrono::seconds(60));

    /// One of the description's programs.
    void select_program(std::uint32_t program, Timeout timeout = std::chrono::seconds(10));

    /// Opens windows with the plugin's editors, or shows them; returns when they are there. Opening takes
    /// plugins with large pictures some seconds.
    void open_editor(const protocol::EditorRequest& editor, Timeout timeout = std::chrono::seconds(60));

    /// Closes one of a chain, or all without a name.
    void close_editor(std::string_view part, Timeout timeout = std::chrono::seconds(20));

    /// The parameters' values in order of the description.
    std::vector<double> values(Timeout timeout = std::chrono::seconds(10));

    /// Lets a process for several plugins, whose own link this is, open the region at the path `name` for
    /// another one, which says hello there. The process is called `title` from then on if that is not empty.
    void open(std::string_view name, std::string_view title = {}, Timeout timeout = std::chrono::seconds(20));

    /// The host answers, and then ends by itself, or only lets go of the region if it is a group's. One that
    /// is gone before it answers has done what it was asked.
    void quit(Timeout timeout = std::chrono::seconds(5));

    /// Delivers what the host has said on its own, without waiting.
    void poll_notifications();

    /// Sleeps until something is to be done, or CLOCK_MONOTONIC reaches `deadline_nsec`.
    Activity wait_activity(std::uint64_t deadline_nsec);

    /// Leaves the wish to quit and waits for nothing, not even for the host's main thread to come to read it.
    void quit_unanswered() noexcept;

    /// Ends wait_activity(), or the next one if none is waiting; requests go on. [any]
    void interrupt() noexcept;

    /// Whether host_gone() was called. [any]
    [[nodiscard]] bool gone() const noexcept { return rope_.peer_gone(); }

    /// The host process is dead: ends every wait at once, and for ever. [any]
    void host_gone() noexcept;

private:
    std::shared_ptr<SharedRegion> region_;
    Listener listener_;
    BellRope rope_;
    protocol::Channel<BellRope> channel_;
    std::atomic<bool> interrupted_ = false;
    std::uint32_t last_id_ = 0;
    bool hello_received_ = false;
    protocol::Hello hello_;

    [[nodiscard]] protocol::Message request(protocol::MessageType type, std::span<const std::byte> payload,
                                            protocol::MessageType answer, Timeout timeout);
    [[noreturn]] void give_up(std::string_view waiting_for, Timeout timeout);
    void deliver(const protocol::Message& message);
    void notify(const Notification& notification);
};

} // namespace decant::bridge
