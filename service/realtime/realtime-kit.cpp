// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/realtime-kit.hpp"

#include <cstring>

#include <systemd/sd-bus.h>

namespace decant::service
{
namespace
{

constexpr std::uint64_t patience_usec = 2'000'000;

constexpr const char* name = "org.freedesktop.RealtimeKit1";
constexpr const char* path = "/org/freedesktop/RealtimeKit1";

/// Not every error has words.
std::string text_of(const sd_bus_error& error, int result)
{
    if (error.message != nullptr && *error.message != '\0')
        return error.message;
    return error.name != nullptr ? error.name : std::strerror(-result);
}

bool read(sd_bus* bus, const char* property, char type, void* value)
{
    return sd_bus_get_property_trivial(bus, name, path, name, property, nullptr, type, value) >= 0;
}

} // namespace

void RealtimeKit::BusDeleter::operator()(sd_bus* bus) const noexcept
{
    sd_bus_flush_close_unref(bus);
}

/// Anew if the old one has broken, as when the bus was restarted. Null if there is none.
sd_bus* RealtimeKit::bus()
{
    if (bus_ && sd_bus_is_open(bus_.get()) <= 0)
        bus_.reset();
    if (!bus_) {
        sd_bus* made = nullptr;
        if (sd_bus_open_system(&made) < 0)
            return nullptr;
        bus_.reset(made);
        sd_bus_set_method_call_timeout(made, patience_usec);
    }
    return bus_.get();
}

std::optional<RealtimeKit::Terms> RealtimeKit::terms()
{
    sd_bus* const to = bus();
    Terms terms{};
    std::int64_t usec = 0;
    if (to == nullptr || !read(to, "MaxRealtimePriority", 'i', &terms.max_priority) ||
        !read(to, "MinNiceLevel", 'i', &terms.min_nice) || !read(to, "RTTimeUSecMax", 'x', &usec) || usec < 0)
        return std::nullopt;
    terms.max_usec = static_cast<std::uint64_t>(usec);
    return terms;
}

std::string RealtimeKit::ask(const char* method, pid_t process, pid_t thread, char kind, int value)
{
    sd_bus* const to = bus();
    if (to == nullptr)
        return "there is no system bus";
    sd_bus_error error = SD_BUS_ERROR_NULL;
    const char types[] = {'t', 't', kind, '\0'};
    const int result =
        sd_bus_call_method(to, name, path, name, method, &error, nullptr, types,
                           static_cast<std::uint64_t>(process), static_cast<std::uint64_t>(thread), value);
    std::string problem = result < 0 ? text_of(error, result) : std::string();
    sd_bus_error_free(&error);
    return problem;
}

std::string RealtimeKit::make_realtime(pid_t process, pid_t thread, int priority)
{
    return ask("MakeThreadRealtimeWithPID", process, thread, 'u', priority);
}

std::string RealtimeKit::make_high_priority(pid_t process, pid_t thread, int nice)
{
    return ask("MakeThreadHighPriorityWithPID", process, thread, 'i', nice);
}

} // namespace decant::service
