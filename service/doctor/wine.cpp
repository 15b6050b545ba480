// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Which Wine, how its threads wait for one another, and which settings it does not know.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/wine-binaries.hpp"
#include "service/doctor/words.hpp"

#include <array>
#include <fmt/format.h>
#include <set>
#include <sys/xattr.h>

namespace decant::doctor
{

namespace
{

/// A variable that guides say to set, what in Wine's files shows that it is read (empty: Decant reads it),
/// what does it today, and how the threads of a Wine wait for which it is in effect.
struct Variable {
    std::string_view name;
    std::string_view mark;
    std::string_view instead;
    std::string_view sync = {};
};

constexpr std::array variables{
    Variable{"STAGING_RT_PRIORITY_SERVER", "STAGING_RT_PRIORITY_SERVER",
             "wine-staging dropped it in 10.3; see scheduling.wineserver"},
    Variable{"STAGING_RT_PRIORITY_BASE", "STAGING_RT_PRIORITY_BASE",
             "wine-staging dropped it in 10.3; decantd gives the audio thread its priority"},
    Variable{"STAGING_SHARED_MEMORY", "STAGING_SHARED_MEMORY",
             "wine-staging dropped it in 9.13; a current Wine shares memory with wineserver by itself"},
    Variable{"STAGING_WRITECOPY", "STAGING_WRITECOPY", "only wine-staging has it; few plugins need it"},
    Variable{"WINEESYNC", "WINEESYNC", "use ntsync: Wine 10.16 or later on Linux 6.14 or later", "esync"},
    Variable{"WINEFSYNC", "WINEFSYNC", "use ntsync: Wine 10.16 or later on Linux 6.14 or later", "fsync"},
    Variable{"WINEFSYNC_SPINCOUNT", "WINEFSYNC_SPINCOUNT", "use ntsync, which needs no such number", "fsync"},
    Variable{"WINESYNC", "WINESYNC", "the README means WINEFSYNC; use ntsync"},
    Variable{"WINE_RT_PRIO", "", ""},
    Variable{"WINE_RT_POLICY", "", ""},
    Variable{"NSPA_RT_PRIO", "NSPA_RT_PRIO", "only Wine-NSPA 11 has it"},
    Variable{"NSPA_RT_POLICY", "NSPA_RT_POLICY", "only Wine-NSPA 11 has it"},
};

/// Of the shell, the service and the hosts: name=value, each once.
std::map<std::string, std::string> settings_in_use(const Machine& machine)
{
    auto settings = machine.facts.environment;
    std::vector<const Process*> processes = machine.own_processes("decantd");
    for (const auto* host : machine.wine_hosts())
        processes.push_back(host);
    for (const auto* process : processes)
        for (auto& [name, value] : machine.environment_of(process->id))
            settings[name] = value;
    return settings;
}

constexpr std::string_view through_server = "through wineserver";

/// How the threads of the Wines that run wait for one another, as the descriptors of their wineservers show;
/// empty if none can be read.
std::set<std::string, std::less<>> syncs_in_effect(const Machine& machine)
{
    std::set<std::string, std::less<>> seen;
    for (const auto* server : machine.own_processes("wineserver")) {
        const std::string directory = fmt::format("/proc/{}/fd", server->id);
        const auto names = machine.names(directory);
        if (names.empty())
            continue;
        std::string_view kind = through_server;
        for (const auto& name : names) {
            const auto target = machine.link(directory + "/" + name).value_or("");
            if (target == "/dev/ntsync")
                kind = "ntsync";
            else if (target.starts_with("/dev/shm/wine-") && target.find("-fsync") != std::string::npos)
                kind = "fsync";
            else if (target.starts_with("/dev/shm/wine-") && target.find("-esync") != std::string::npos)
                kind = "esync";
        }
        seen.emplace(kind);
    }
    return seen;
}

Fix newer_wine(const std::string& text)
{
    return {.text = text +
                    " (Debian: bookworm-backports or Debian 13; WineHQ has packages for most distributions)",
            .effect = Effect::next_start};
}

} // namespace

Finding check_wine_version(const Machine& machine)
{
    constexpr long long oldest = 8;
    const std::string why = "Decant is tested with Wine 8 to 10. Older ones cannot load its Windows half.";
    const auto loader = wine_binary(machine, WineBinary::loader);
    if (!loader)
        return note("not installed: Windows plugins need it", why);
    const auto* version = machine.facts.wine_version.known();
    if (version == nullptr)
        return unreadable(fmt::format("{}: {}", loader->string(), machine.facts.wine_version.why_unknown()),
                          why);
    std::string flavour;
    if (wine_knows(machine, "NSPA_RT_PRIO") || wine_knows(machine, "WINE_RT_PRIO"))
        flavour = ", Wine-NSPA";
    const auto number =
        version->starts_with("wine-") ? number_in(std::string_view(*version).substr(5)) : std::nullopt;
    if (!number)
        return note(*version + flavour + ", of unknown age", why);
    if (*number >= oldest)
        return good(*version + flavour, why);
    return bad(*version + flavour, why, newer_wine("Install Wine 8 or later"));
}

Finding check_wine_sync(const Machine& machine)
{
    const std::string why =
        fmt::format("Plugins with threads of their own (samplers, convolution) let them wait for one another "
                    "in every block. Without ntsync or fsync each wait goes through wineserver, 20 to "
                    "100 µs, and more under load; {}.",
                    period_of(machine));
    const bool server_runs = !machine.own_processes("wineserver").empty();
    const auto seen = syncs_in_effect(machine);
    const bool wine_can = wine_knows(machine, "/dev/ntsync");
    const bool device = machine.exists("/dev/ntsync");
    if (!seen.empty()) {
        const std::string value = "in effect: " + joined({seen.begin(), seen.end()});
        if (!seen.contains(through_server))
            return good(value, why);
        if (wine_can && device)
            return bad(
                value + ", although Wine and kernel have ntsync", why,
                {.text = "Allow everybody /dev/ntsync (mode 0666), then let Wine start anew: wineserver -k",
                 .effect = Effect::next_start});
    } else if (!wine_binary(machine, WineBinary::server)) {
        return unreadable("no wineserver is installed or runs", why);
    }
    const std::string place = server_runs ? "in effect: through wineserver" : "no wineserver runs";
    const auto& options = machine.kernel_options();
    const auto option = options.find("CONFIG_NTSYNC");
    const bool module = option != options.end() && option->second == "m";
    if (wine_can && device)
        return good(place + "; Wine and kernel have ntsync", why);
    if (wine_can && module)
        return bad(place + "; Wine has ntsync, and the kernel's module is not loaded", why,
                   {.text = "sudo modprobe ntsync, and then wineserver -k",
                    .effect = Effect::next_start,
                    .files = {{"/etc/modules-load.d/90-decant-ntsync.conf", "ntsync\n"}},
                    .commands = {{"modprobe ntsync", "modprobe -r ntsync"}}});
    if (wine_can)
        return note(place + "; Wine has ntsync, this kernel does not (Linux 6.14 and later)", why);
    auto finding = note(place + "; this Wine has no ntsync" + (device ? ", the kernel has" : ""), why);
    finding.fix = newer_wine("For plugins with threads of their own install Wine 10.16 or later");
    return finding;
}

Finding check_wine_variables(const Machine& machine)
{
    const std::string why =
        "Guides of different years name variables for builds of Wine that few people have. One that Wine "
        "does not know does nothing, without a word.";
    if (!wine_binary(machine, WineBinary::ntdll))
        return unreadable("Wine's ntdll.so was not found", why);
    const auto settings = settings_in_use(machine);
    const auto syncs = syncs_in_effect(machine);
    std::vector<std::string> effective;
    std::vector<std::string> idle;
    std::string remedies;
    for (const auto& variable : variables) {
        const auto setting = settings.find(std::string(variable.name));
        if (setting == settings.end())
            continue;
        const std::string text = fmt::format("{}={}", setting->first, setting->second);
        if (variable.mark.empty() || wine_knows(machine, variable.mark)) {
            // What is known is in effect only if the wineserver that runs was started with it.
            if (variable.sync.empty() || setting->second == "0" || syncs.contains(variable.sync)) {
                effective.push_back(text);
            } else if (syncs.empty()) {
                effective.push_back(text + " (when a wineserver starts)");
            } else {
                idle.push_back(text);
                remedies += fmt::format(
                    "{}let Wine start anew with {} ('systemctl --user edit decant', then wineserver -k); "
                    "ntsync, where it is in effect, makes it needless",
                    remedies.empty() ? "" : "; ", variable.name);
            }
            continue;
        }
        idle.push_back(text);
        remedies +=
            fmt::format("{}unset {} ({})", remedies.empty() ? "" : "; ", variable.name, variable.instead);
    }
    if (!idle.empty())
        return bad("without effect: " + joined(idle), why, {.text = remedies, .effect = Effect::next_start});
    return effective.empty() ? good("none is set", why) : note("in effect: " + joined(effective), why);
}

Finding check_wine_debug(const Machine& machine)
{
    const std::string why =
        "Messages of Wine are written by the thread that meets the occasion, the audio thread too. decantd "
        "sets WINEDEBUG=-all unless it is set.";
    const auto settings = settings_in_use(machine);
    const auto setting = settings.find("WINEDEBUG");
    if (settings.empty())
        return unreadable("no environment can be read", why);
    if (setting == settings.end() || setting->second == "-all")
        return good("off", why);
    const bool more = setting->second.find('+') != std::string::npos;
    const std::string value = "WINEDEBUG=" + setting->second;
    if (!more)
        return note(value, why);
    return bad(value, why, {.text = "Unset WINEDEBUG and restart decantd", .effect = Effect::next_start});
}

Finding check_wine_capability(const Machine& machine)
{
    const std::string why = "A capability on the file lets wineserver raise priorities without a limit. The "
                            "unit's NoNewPrivileges switches capabilities of files off, every update of Wine "
                            "takes them away, and where limits.rtprio is good nobody needs one.";
    const auto server = wine_binary(machine, WineBinary::server);
    if (!server)
        return unreadable("no wineserver is installed", why);
    const auto size = getxattr(server->c_str(), "security.capability", nullptr, 0);
    return note(size > 0 ? server->string() + " has one" : "none, and none is needed", why);
}

} // namespace decant::doctor
