// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The service's unit: what systemd forbids, a Wine host inherits.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace decant::doctor
{

namespace
{

/// The settings of decant.service with its drop-ins, as systemd reads them: the first unit found, then all
/// drop-ins in the order of their names. Nothing if there is no unit.
std::optional<std::map<std::string, std::string>> unit_settings(const Machine& machine)
{
    std::vector<std::string> places;
    const auto& environment = machine.facts.environment;
    const auto variable = [&environment](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string() : found->second;
    };
    if (const auto config = variable("XDG_CONFIG_HOME"); !config.empty())
        places.push_back(config + "/systemd/user");
    else if (const auto home = variable("HOME"); !home.empty())
        places.push_back(home + "/.config/systemd/user");
    for (const auto* place : {"/etc/systemd/user", "/run/systemd/user", "/usr/local/share/systemd/user",
                              "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"})
        places.emplace_back(place);

    std::optional<std::string> unit;
    std::map<std::string, std::string> drop_ins;
    for (const auto& place : places) {
        if (!unit)
            unit = machine.text(place + "/decant.service");
        for (const auto* directory : {"/decant.service.d", "/service.d"})
            for (const auto& name : machine.names(place + directory))
                if (name.ends_with(".conf"))
                    drop_ins.emplace(name, machine.text(place + directory + "/" + name).value_or(""));
    }
    if (!unit)
        return std::nullopt;
    std::map<std::string, std::string> settings;
    const auto take = [&settings](std::string_view text) {
        for (const auto line : lines_of(text))
            if (const auto equals = line.find('=');
                equals != std::string_view::npos && !line.starts_with("#") && !line.starts_with(";"))
                settings[std::string(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
    };
    take(*unit);
    for (const auto& [name, text] : drop_ins)
        take(text);
    return settings;
}

bool is_on(const std::string& value)
{
    return !value.empty() && value != "no" && value != "false" && value != "off" && value != "0";
}

} // namespace

Finding check_hardening(const Machine& machine)
{
    const std::string why =
        "Wine writes code into memory, changes its personality and makes system calls of 32 bits; a host "
        "that "
        "may not dies. PipeWire's own unit forbids all that, and is often taken as a pattern.";
    bool filtered = false;
    for (const auto* service : machine.own_processes("decantd"))
        filtered |= machine.status(std::to_string(service->id), "Seccomp").value_or("0") != "0";
    const auto settings = unit_settings(machine);
    if (!settings && !filtered)
        return unreadable("no decant.service is installed", why);
    std::vector<std::string> harmful;
    if (settings)
        for (const auto* name : {"MemoryDenyWriteExecute", "SystemCallFilter", "SystemCallArchitectures",
                                 "RestrictNamespaces", "LockPersonality", "RestrictRealtime", "PrivateUsers"})
            if (const auto setting = settings->find(name);
                setting != settings->end() && is_on(setting->second))
                harmful.push_back(setting->first + "=" + setting->second);
    if (filtered)
        harmful.emplace_back("a seccomp filter is in effect");
    if (harmful.empty())
        return good("harmless", why);
    return bad(
        joined(harmful), why,
        {.text =
             "Take them out: 'systemctl --user cat decant' shows which file has them, 'systemctl --user edit "
             "decant' overrides them; then systemctl --user restart decant",
         .effect = Effect::next_start});
}

Finding check_unit_start(const Machine& machine)
{
    const std::string why =
        "A decantd that a terminal or another program has started has the limits of that, and ends with it.";
    const auto services = machine.own_processes("decantd");
    if (services.empty())
        return unreadable("decantd does not run", why);
    const auto groups = machine.text(fmt::format("/proc/{}/cgroup", services.front()->id));
    if (!groups)
        return unreadable("/proc/…/cgroup cannot be read", why);
    return groups->find("/decant.service") != std::string::npos ? good("by systemd", why)
                                                                : note("not by systemd", why);
}

Finding check_rtportal(const Machine& machine)
{
    const std::string why =
        "What the portal grants comes with a time limit for the whole process, which its children inherit: "
        "a plugin that is busy for long is killed.";
    const auto& environment = machine.facts.environment;
    const auto home = environment.find("HOME");
    std::vector<std::string> directories{"/usr/share/pipewire", "/etc/pipewire"};
    if (home != environment.end())
        directories.push_back(home->second + "/.config/pipewire");
    std::optional<std::string> text;
    for (const auto& directory : directories)
        if (auto found = machine.text(directory + "/decant.conf"))
            text = std::move(found); // the user's own replaces the system's
    if (!text)
        return unreadable("no decant.conf is installed", why);
    for (const auto line : lines_of(*text)) {
        const auto words = words_of(line);
        if (words.size() >= 3 && words[0] == "rtportal.enabled" && words[1] == "=" && words[2] == "false")
            return good("decantd does not ask it", why);
    }
    return bad("decantd asks it", why,
               {.text = "Add rtportal.enabled = false to the arguments of libpipewire-module-rt in "
                        "decant.conf, or remove "
                        "your own copy of that file",
                .effect = Effect::next_start});
}

} // namespace decant::doctor
