// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/pipewire-handles.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace decant::cli
{

/// A command's connection to the user's PipeWire daemon and, through the metadata object `decant`, to the
/// service on it. All functions: [main].
class DaemonClient
{
public:
    struct Listeners {
        /// An object of the daemon: its id, type and properties.
        std::function<void(std::uint32_t id, const char* type, const spa_dict* properties)> object{};
        /// An object that is no more.
        std::function<void(std::uint32_t id)> removed{};
        /// What stands in the service's metadata under `key`, and whatever is written there later, perhaps
        /// more than once; a null `text` takes it away.
        std::function<void(const char* key, const char* text)> entry{};
    };

    /// Throws NotRunning if no daemon answers.
    explicit DaemonClient(Listeners listeners);
    DaemonClient(const DaemonClient&) = delete;
    DaemonClient& operator=(const DaemonClient&) = delete;

    /// Returns when the listeners have heard of all objects, and of all entries of the service. Throws
    /// NotRunning if the daemon is lost or no service runs on it.
    void look_around();

    /// Writes an entry of the service's metadata. Preconditions: look_around().
    void write(const char* key, const std::string& json);

    /// An object of the daemon to be asked; destroyed before the client.
    [[nodiscard]] service::Node bind_node(std::uint32_t id);

    /// Waits until the daemon has answered all that was asked so far. Throws NotRunning, or
    /// std::runtime_error if it refused something, as it does to a client that may only look.
    void round_trip();

    [[nodiscard]] pw_loop* loop() noexcept { return pw_main_loop_get_loop(loop_.get()); }

    /// Listens until somebody calls stop(); false if nobody has within `patience`. Throws NotRunning if the
    /// daemon is lost.
    [[nodiscard]] bool listen(std::chrono::seconds patience);

    /// The same, for one answer that is sure to be heard: the entries are told again and again.
    [[nodiscard]] bool await_answer(std::chrono::seconds patience);

    /// Ends both. [from a listener]
    void stop();

private:
    service::PipeWireLibrary library_;
    Listeners listeners_;
    service::MainLoop loop_;
    service::Context context_;
    service::Core core_;
    service::Registry registry_;
    service::Metadata metadata_;
    std::uint32_t metadata_id_ = PW_ID_ANY;
    service::Listener core_listener_;
    service::Listener registry_listener_;
    service::Listener metadata_listener_;
    int awaited_ = 0; ///< the number of the last question
    int answered_ = 0;
    bool stopped_ = false;
    std::string loss_;    ///< why the connection is of no use any more
    std::string refusal_; ///< of what was asked last

    void lose(const char* reason);
    void take_object(std::uint32_t id, const char* type, const spa_dict* properties);
    void lose_object(std::uint32_t id);
    void bind_metadata();
    void read_again();
};

} // namespace decant::cli
