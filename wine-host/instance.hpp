// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/activation.hpp"
#include "wine-host/control-line.hpp"
#include "wine-host/editors.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/protocol/thread-refusals.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace decant::host
{

/// One plugin of this process: its region, its audio thread, and its share of the main thread, which does
/// what the service asks.
class Instance
{
    ControlLine line_;
    const int rt_priority_;
    Activation activation_;

    std::unique_ptr<Plugin> plugin_;
    Editors editors_; ///< gone before the plugin
    bool finished_ = false;
    std::uint32_t told_latency_ = 0;
    std::uint64_t next_notices_ = 0; ///< CLOCK_MONOTONIC in ns

    std::uint32_t request_ = 0; ///< id of the one being worked on; 0 for none

    void send_notices();
    void send_moved();
    void tell_pending();
    void tell_latency();
    void restart();

    void serve(const protocol::Message& message);
    void load(std::span<const std::byte> request, std::uint32_t id);
    void lock_region(std::size_t inputs, std::size_t outputs) noexcept;
    void activate(protocol::WireReader request, std::uint32_t id);
    void give(protocol::MessageType type, std::uint32_t id, std::span<const std::byte> bytes);
    void set_state(protocol::WireReader request, std::uint32_t id);
    void get_values(std::uint32_t id);
    void get_preset(protocol::WireReader request, std::uint32_t id);
    void set_preset(protocol::WireReader request, std::uint32_t id);
    void select_program(protocol::WireReader request, std::uint32_t id);
    void open_editor(std::span<const std::byte> request, std::uint32_t id);
    void close_editor(protocol::WireReader request, std::uint32_t id);
    bool report_editors();
    template <class Change>
    void change(Change change);
    [[nodiscard]] Plugin& plugin();

public:
    /// Makes the threads. `event` is set when there is something for work(); `idle` is called again and again
    /// while the audio thread is waited for. Throws std::runtime_error.
    Instance(const std::string& region, int rt_priority, void* event, std::function<void()> idle);

    /// Ends the plugin and the threads. Waits for a block that runs.
    ~Instance();

    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    /// Says hello. Throws std::runtime_error.
    void greet();

    /// Throws std::runtime_error. [main]
    void tell(const protocol::ThreadRefusals& refusals);

    /// Does the next thing that the service asks, or tells it what is new; false if there is nothing. Throws
    /// std::runtime_error when the service does not keep to the protocol.
    bool work();

    /// When work() will have news to tell: CLOCK_MONOTONIC in ns, or nothing.
    [[nodiscard]] std::optional<std::uint64_t> next_work() const noexcept;

    /// The service has said quit, or was given up.
    [[nodiscard]] bool finished() const noexcept { return finished_; }

    /// Nobody listens any more.
    void give_up() noexcept { finished_ = true; }

    [[nodiscard]] UnixBridge& bridge() noexcept { return line_.bridge; }

    /// Answers what a crash on the calling thread leaves unanswered, as far as it is this plugin's. [any]
    void crashed(const char* what, bool on_main_thread) noexcept;
};

} // namespace decant::host
