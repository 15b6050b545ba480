// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-scope.hpp"

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>

#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>
#include <unistd.h>

namespace decant::service
{

namespace
{

constexpr std::uint64_t patience_usec = 2'000'000;

/// What does not end when it is asked to; wineserver does, and writes the registry.
constexpr std::uint64_t stop_usec = 2'000'000;

using Text = std::unique_ptr<char, decltype(&std::free)>;

std::string unit_name(pid_t host, std::string_view title)
{
    constexpr std::size_t longest_title = 100; // of the 255 bytes of a name
    std::string name = "decant-host-";
    for (const char letter : title.substr(0, longest_title)) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || letter == '.' || letter == '-');
        name += plain ? letter : '_';
    }
    return name + "-" + std::to_string(host) + ".scope";
}

bool append_properties(sd_bus_message* call, const ScopeOwner& owner, pid_t host, const std::string& title)
{
    return sd_bus_message_append(
               call, "a(sv)", 7, "PIDs", "au", 1, static_cast<std::uint32_t>(host), "Description", "s",
               ("Decant: plugins of " + title).c_str(), "Slice", "s", owner.slice.c_str(), "CollectMode", "s",
               "inactive-or-failed", "TimeoutStopUSec", "t", stop_usec,
               // It ends with its owner; the order counts backwards then.
               "BindsTo", "as", 1, owner.unit.c_str(), "Before", "as", 1, owner.unit.c_str()) >= 0;
}

} // namespace

std::optional<ScopeOwner> ScopeOwner::of_process()
{
    // A service's own process has that since systemd 248; its children inherit a number that is not theirs.
    const char* executed = std::getenv("SYSTEMD_EXEC_PID");
    if (executed == nullptr || executed != std::to_string(getpid()))
        return std::nullopt;
    char* text = nullptr;
    if (sd_pid_get_user_unit(0, &text) < 0)
        return std::nullopt;
    const Text unit(text, std::free);
    if (sd_pid_get_user_slice(0, &text) < 0)
        return std::nullopt;
    const Text slice(text, std::free);
    return ScopeOwner{unit.get(), slice.get()};
}

bool put_into_scope(const ScopeOwner& owner, pid_t host, std::string_view title) noexcept
try {
    sd_bus* opened = nullptr;
    if (sd_bus_open_user(&opened) < 0)
        return false;
    const std::unique_ptr<sd_bus, decltype(&sd_bus_flush_close_unref)> bus(opened, sd_bus_flush_close_unref);
    sd_bus_set_method_call_timeout(bus.get(), patience_usec);
    sd_bus_message* made = nullptr;
    if (sd_bus_message_new_method_call(bus.get(), &made, "org.freedesktop.systemd1",
                                       "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                                       "StartTransientUnit") < 0)
        return false;
    const std::unique_ptr<sd_bus_message, decltype(&sd_bus_message_unref)> call(made, sd_bus_message_unref);
    return sd_bus_message_append(call.get(), "ss", unit_name(host, title).c_str(), "fail") >= 0 &&
           append_properties(call.get(), owner, host, std::string(title)) &&
           sd_bus_message_append(call.get(), "a(sa(sv))", 0) >= 0 &&
           sd_bus_call(bus.get(), call.get(), 0, nullptr, nullptr) >= 0;
} catch (const std::exception&) {
    return false;
}

void put_into_scope(pid_t host, std::string_view title) noexcept
try {
    static const auto owner = ScopeOwner::of_process();
    if (owner)
        put_into_scope(*owner, host, title);
} catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
    // It stays where it is.
}

} // namespace decant::service
