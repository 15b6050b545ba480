// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// RealtimeKit and the portal in front of it: who is asked where the limits do not allow.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace decant::doctor
{

namespace
{

bool limits_suffice(const Machine& machine)
{
    std::string process = "self";
    if (const auto* manager = machine.user_manager())
        process = std::to_string(manager->id);
    return machine.limit(process, "Max realtime priority").value_or(0) >= daemon_priority ||
           machine.capable(process, cap_sys_nice);
}

std::string text_of(const RealtimeService& service)
{
    return fmt::format("priority {}, nice {}, {} µs", service.max_priority, service.min_nice,
                       service.max_usec);
}

} // namespace

Finding check_rtkit(const Machine& machine)
{
    const std::string why =
        "Needed only where limits.rtprio is not good. It gives all threads the same priority, 25 "
        "threads of a user at most, and takes all of them back when the machine seems to hang.";
    const auto* rtkit = machine.facts.rtkit.known();
    if (rtkit != nullptr) {
        const auto& daemons = machine.processes();
        const bool no_canary = std::any_of(daemons.begin(), daemons.end(), [](const Process& process) {
            return process.name.starts_with("rtkit-daemon") &&
                   std::find(process.arguments.begin(), process.arguments.end(), "--no-canary") !=
                       process.arguments.end();
        });
        const std::string value = text_of(*rtkit) + (no_canary ? ", takes nothing back" : "");
        return limits_suffice(machine) ? good(value + " (not needed)", why) : note(value, why);
    }
    if (limits_suffice(machine))
        return good("not needed", why);
    if (machine.root() != "/")
        return unreadable(machine.facts.rtkit.why_unknown(), why);
    return bad("not there: " + machine.facts.rtkit.why_unknown(), why,
               {.text = "Better see to limits.rtprio; or install rtkit and log in again",
                .effect = Effect::new_login});
}

Finding check_portal(const Machine& machine)
{
    const std::string why =
        "PipeWire's clients ask the portal before RealtimeKit and do not go on to that if it fails. "
        "decantd's own configuration leaves it out; other clients, and a daemon with an old "
        "configuration, do not.";
    const auto* portal = machine.facts.portal.known();
    if (portal == nullptr)
        return machine.root() == "/" ? good("no portal runs", why)
                                     : unreadable(machine.facts.portal.why_unknown(), why);
    const auto* rtkit = machine.facts.rtkit.known();
    if (portal->max_usec == 0 && rtkit != nullptr && rtkit->max_usec != 0)
        return bad("promises a run time of 0 µs, RealtimeKit " + std::to_string(rtkit->max_usec), why,
                   {.text = "The portal was started before RealtimeKit answered: systemctl --user restart "
                            "xdg-desktop-portal, then pipewire"});
    return good(text_of(*portal), why);
}

Finding check_session(const Machine& machine)
{
    const std::string why =
        "RealtimeKit answers users who sit at the machine. A user who is only there through ssh, or by "
        "lingering, gets nothing from it; limits hold for everybody.";
    const auto file = machine.text(fmt::format("/run/systemd/users/{}", machine.facts.user));
    if (!file)
        return limits_suffice(machine) ? good("not needed", why)
                                       : unreadable("/run/systemd/users tells nothing: no logind?", why);
    std::string state = "?";
    for (const auto line : lines_of(*file))
        if (line.starts_with("STATE="))
            state = line.substr(6);
    if (state == "active" || limits_suffice(machine))
        return good(state, why);
    return bad(
        state, why,
        {.text = "Log in at the machine itself, or see to limits.rtprio", .effect = Effect::new_login});
}

Finding check_namespace(const Machine& machine)
{
    const std::string why =
        "In a container or Flatpak the number of a process is another one than outside, so that "
        "RealtimeKit promotes nobody, or somebody else.";
    for (const auto* file : {"/.flatpak-info", "/run/.containerenv", "/.dockerenv"})
        if (machine.exists(file))
            return limits_suffice(machine) ? note(fmt::format("a container ({})", file), why)
                                           : bad(fmt::format("a container ({})", file), why,
                                                 {.text = "Run decantd outside of it, or give the container "
                                                          "the limit (docker and podman: "
                                                          "--ulimit rtprio=95 --ulimit memlock=-1)",
                                                  .effect = Effect::next_start});
    const auto numbers = machine.status("self", "NSpid");
    if (!numbers)
        return unreadable("/proc/self/status cannot be read", why);
    if (words_of(*numbers).size() > 1 && !limits_suffice(machine))
        return bad(
            "a PID namespace of its own", why,
            {.text = "Run decantd outside of it, or see to limits.rtprio", .effect = Effect::next_start});
    return good("none", why);
}

} // namespace decant::doctor
