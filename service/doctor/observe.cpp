// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/observe.hpp"

#include "service/doctor/findings.hpp"
#include "service/doctor/wine-binaries.hpp"
#include "service/hosts/host-command.hpp"
#include "service/hosts/wine.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <pwd.h>
#include <sched.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

namespace decant::doctor
{

namespace
{

constexpr std::uint64_t patience_usec = 3'000'000;

Answer<Grant> ask_for_realtime()
{
    const pid_t child = fork();
    if (child < 0)
        return Unknown{fmt::format("no process to try it in: {}", std::strerror(errno))};
    if (child == 0) {
        const sched_param wanted{client_priority};
        _exit(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0 ? 0 : errno);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return Unknown{"the child that tried it was lost"};
    if (!WIFEXITED(status))
        return Unknown{"the child that tried it was killed"};
    return Grant{client_priority, WEXITSTATUS(status)};
}

struct BusCloser {
    void operator()(sd_bus* bus) const noexcept { sd_bus_flush_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, BusCloser>;

struct Interface {
    const char* service;
    const char* path;
    const char* name;
};

/// Reads one property; 0 or a negative errno, and the reason in `error`.
int read_property(sd_bus* bus, const Interface& of, const char* property, char type, void* value,
                  std::string& reason)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    const int result =
        sd_bus_get_property_trivial(bus, of.service, of.path, of.name, property, &error, type, value);
    if (result < 0)
        reason = error.message != nullptr ? error.message : std::strerror(-result);
    sd_bus_error_free(&error);
    return result;
}

Answer<RealtimeService> ask(int (*open)(sd_bus**), const Interface& of)
{
    sd_bus* opened = nullptr;
    if (const int error = open(&opened); error < 0)
        return Unknown{fmt::format("no D-Bus: {}", std::strerror(-error))};
    const Bus bus(opened);
    sd_bus_set_method_call_timeout(bus.get(), patience_usec);
    RealtimeService service{};
    std::string reason;
    if (read_property(bus.get(), of, "MaxRealtimePriority", 'i', &service.max_priority, reason) < 0 ||
        read_property(bus.get(), of, "MinNiceLevel", 'i', &service.min_nice, reason) < 0 ||
        read_property(bus.get(), of, "RTTimeUSecMax", 'x', &service.max_usec, reason) < 0)
        return Unknown{reason};
    return service;
}

Answer<std::string> ask_wine(const Machine& machine)
{
    const auto loader = wine_binary(machine, WineBinary::loader);
    if (!loader)
        return Unknown{"no Wine is installed"};
    try {
        return service::wine_version({*loader});
    } catch (const service::PluginError& error) {
        return Unknown{error.what()};
    }
}

} // namespace

void observe_surroundings(Facts& facts)
{
    facts.user = getuid();
    if (const auto* entry = getpwuid(facts.user); entry != nullptr)
        facts.user_name = entry->pw_name;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
        if (const char* equals = std::strchr(*variable, '='))
            facts.environment[std::string(*variable, static_cast<std::size_t>(equals - *variable))] =
                equals + 1;
}

void observe_system(Machine& machine)
{
    auto& facts = machine.facts;
    facts.grant = ask_for_realtime();
    facts.rtkit = ask(sd_bus_open_system, {"org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1",
                                           "org.freedesktop.RealtimeKit1"});
    facts.portal = ask(sd_bus_open_user, {"org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
                                          "org.freedesktop.portal.Realtime"});
    facts.wine_version = ask_wine(machine);
}

} // namespace decant::doctor
