// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/registry-watch.hpp"

#include "service/log.hpp"

#include <exception>
#include <utility>

namespace decant::service
{

template <class Event, class... Values>
void RegistryWatch::tell(const Event& event, Values... values) noexcept
try {
    if (event)
        event(values...);
} catch (const std::exception& error) {
    log(Severity::error, error.what());
}

RegistryWatch::RegistryWatch(pw_core* core, Events events)
    : core_(core), events_(std::move(events)), registry_(pw_core_get_registry(core, PW_VERSION_REGISTRY, 0))
{
    static constexpr auto core_events = [] {
        pw_core_events table{};
        table.version = PW_VERSION_CORE_EVENTS;
        table.done = [](void* data, std::uint32_t id, int sequence) noexcept {
            const auto& self = *static_cast<RegistryWatch*>(data);
            if (id == PW_ID_CORE && sequence == self.awaited_)
                tell(self.events_.settled);
        };
        return table;
    }();
    static constexpr auto registry_events = [] {
        pw_registry_events table{};
        table.version = PW_VERSION_REGISTRY_EVENTS;
        table.global = [](void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                          const spa_dict* properties) noexcept {
            tell(static_cast<RegistryWatch*>(data)->events_.added, id, type, properties);
        };
        table.global_remove = [](void* data, std::uint32_t id) noexcept {
            tell(static_cast<RegistryWatch*>(data)->events_.removed, id);
        };
        return table;
    }();
    pw_core_add_listener(core, core_listener_.hook(), &core_events, this);
    pw_registry_add_listener(registry_.get(), registry_listener_.hook(), &registry_events, this);
    sync();
}

void RegistryWatch::sync()
{
    awaited_ = pw_core_sync(core_, PW_ID_CORE, 0);
}

} // namespace decant::service
