// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/pipewire-handles.hpp"

#include <cstdint>
#include <functional>

namespace decant::service
{

/// Tells what comes into the graph and what leaves it. All functions: [main].
class RegistryWatch
{
public:
    /// Called from inside PipeWire's events; what they throw is logged. Each may be empty.
    struct Events {
        /// An object has come, of PipeWire's interface `type`.
        std::function<void(std::uint32_t id, const char* type, const spa_dict* properties)> added{};
        std::function<void(std::uint32_t id)> removed{};
        /// All that was there, or had been asked for, before the last sync() is known.
        std::function<void()> settled{};
    };

private:
    pw_core* core_;
    Events events_;
    int awaited_ = 0;
    Registry registry_;
    Listener core_listener_;
    Listener registry_listener_;

    template <class Event, class... Values>
    static void tell(const Event& event, Values... values) noexcept;

public:
    /// Syncs by itself once. `core` outlives this.
    RegistryWatch(pw_core* core, Events events);
    RegistryWatch(const RegistryWatch&) = delete;
    RegistryWatch& operator=(const RegistryWatch&) = delete;

    void sync();

    /// A proxy of an object; null if it has just gone.
    template <class Object>
    [[nodiscard]] Object* bind(std::uint32_t id, const char* type, std::uint32_t version)
    {
        return static_cast<Object*>(pw_registry_bind(registry_.get(), id, type, version, 0));
    }
};

} // namespace decant::service
