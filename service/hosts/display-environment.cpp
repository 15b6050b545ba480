// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/display-environment.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <systemd/sd-bus.h>

namespace decant::service
{
namespace
{

constexpr std::array<const char*, 3> names{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"};

using Variables = std::map<std::string, std::string>;

/// Those of `names` that the user manager would give to a service it starts now; none if nobody answers.
Variables variables_of_manager()
{
    constexpr std::uint64_t patience_usec = 2'000'000;
    Variables variables;
    sd_bus* opened = nullptr;
    if (sd_bus_open_user(&opened) < 0)
        return variables;
    const std::unique_ptr<sd_bus, decltype(&sd_bus_flush_close_unref)> bus(opened, sd_bus_flush_close_unref);
    sd_bus_set_method_call_timeout(bus.get(), patience_usec);
    char** environment = nullptr;
    if (sd_bus_get_property_strv(bus.get(), "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                 "org.freedesktop.systemd1.Manager", "Environment", nullptr,
                                 &environment) < 0)
        return variables;
    for (char** each = environment; each != nullptr && *each != nullptr; ++each) {
        const std::string_view assignment = *each;
        for (const std::string_view name : names)
            if (assignment.size() > name.size() + 1 && assignment.starts_with(name) &&
                assignment[name.size()] == '=')
                variables[std::string(name)] = assignment.substr(name.size() + 1);
        free(*each);
    }
    free(static_cast<void*>(environment));
    return variables;
}

} // namespace

bool has_display(const Variables& environment)
{
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY"})
        if (const auto found = environment.find(name); found != environment.end() && !found->second.empty())
            return true;
    return false;
}

Variables display_environment()
{
    if (std::getenv("MANAGERPID") != nullptr) // systemd sets it for what it starts
        if (auto variables = variables_of_manager(); has_display(variables))
            return variables;
    Variables variables;
    for (const char* name : names)
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
            variables[name] = value;
    return variables;
}

std::string no_display_remedy()
{
    return "the service knows of no display: log in to a desktop, and if that does not do it, say "
           "'systemctl --user import-environment DISPLAY XAUTHORITY' there; the plugin plays on";
}

} // namespace decant::service
