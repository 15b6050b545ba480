// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the kernel allows, to the service as well as to the shell: a user's services inherit from
// `systemd --user`, which a login does not start anew.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace decant::doctor
{

namespace
{

constexpr std::uint64_t mebi = 1 << 20;

struct Subject {
    std::string name;
    std::string process; ///< in /proc
};

std::vector<Subject> subjects_of(const Machine& machine)
{
    std::vector<Subject> subjects;
    if (const auto* manager = machine.user_manager())
        subjects.push_back({"user manager", std::to_string(manager->id)});
    for (const auto* process : machine.own_processes("decantd"))
        subjects.push_back({"decantd", std::to_string(process->id)});
    subjects.push_back({"this shell", "self"});
    return subjects;
}

/// Of all subjects that can be read.
struct Survey {
    std::string text;
    bool any = false;
    bool enough = true;
    bool service_lacks = false; ///< while the shell has it
};

Survey survey(const Machine& machine, std::string_view row, std::uint64_t wanted, unsigned capability,
              std::string (*to_text)(std::uint64_t))
{
    Survey result;
    bool shell_has = false;
    for (const auto& subject : subjects_of(machine)) {
        const auto limit = machine.limit(subject.process, row);
        if (!limit)
            continue;
        const bool capable = machine.capable(subject.process, capability);
        const bool enough = *limit >= wanted || capable;
        result.text += fmt::format("{}{} {}{}", result.any ? ", " : "", subject.name, to_text(*limit),
                                   capable ? " (privileged)" : "");
        result.any = true;
        result.enough &= enough;
        if (subject.process == "self")
            shell_has = enough;
        else
            result.service_lacks |= !enough;
    }
    result.service_lacks &= shell_has;
    return result;
}

std::string plain(std::uint64_t value)
{
    return value == unlimited ? "unlimited" : std::to_string(value);
}

std::string in_mib(std::uint64_t bytes)
{
    return bytes == unlimited ? "unlimited" : fmt::format("{:.4g} MiB", static_cast<double>(bytes) / mebi);
}

/// Of a line "@audio - rtprio 95": the group.
std::optional<std::string> group_with_rtprio(std::string_view line)
{
    const auto fields = words_of(line);
    if (fields.size() < 4 || !fields[0].starts_with("@") || fields[2] != "rtprio" ||
        number_in(fields[3]).value_or(0) <= 0)
        return std::nullopt;
    return std::string(fields[0].substr(1));
}

struct Group {
    std::string id;
    std::vector<std::string> members;
};

std::optional<Group> group_named(const Machine& machine, const std::string& name)
{
    const auto table = machine.text("/etc/group");
    if (!table)
        return std::nullopt;
    for (const auto line : lines_of(*table)) {
        if (!line.starts_with(name + ":"))
            continue;
        const auto second = line.find(':', name.size() + 1);
        const auto third = second == std::string_view::npos ? second : line.find(':', second + 1);
        if (third == std::string_view::npos)
            return std::nullopt;
        return Group{std::string(line.substr(second + 1, third - second - 1)),
                     parts_of(line.substr(third + 1), ',')};
    }
    return std::nullopt;
}

bool contains(const std::vector<std::string>& list, std::string_view wanted)
{
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

/// Groups that are given a priority, and exist; nothing if no file of limits can be read.
std::optional<std::vector<std::string>> groups_with_limits(const Machine& machine)
{
    std::vector<std::string> files{"/etc/security/limits.conf"};
    for (const auto& name : machine.names("/etc/security/limits.d"))
        files.push_back("/etc/security/limits.d/" + name);
    std::set<std::string> groups;
    bool read = false;
    for (const auto& file : files)
        if (const auto text = machine.text(file)) {
            read = true;
            for (const auto line : lines_of(*text))
                if (auto group = group_with_rtprio(line); group && group_named(machine, *group))
                    groups.insert(std::move(*group));
        }
    return read ? std::optional(std::vector(groups.begin(), groups.end())) : std::nullopt;
}

/// All limits at once: whoever has to log in again should have to but once.
Fix limits_fix(const Machine& machine, const Survey& survey)
{
    Fix fix{
        .text =
            "Allow it to the group audio in /etc/security/limits.d, put yourself into that group, and log in "
            "again (or run 'sudo loginctl terminate-user $USER', which ends the session)",
        .effect = Effect::new_login,
        .files = {{"/etc/security/limits.d/90-decant-realtime.conf", "@audio - rtprio  95\n"
                                                                     "@audio - memlock unlimited\n"
                                                                     "@audio - nice    -19\n"}}};
    const auto& user = machine.facts.user_name;
    fix.commands.push_back(
        {"usermod -aG audio " + shell_quoted(user), "gpasswd -d " + shell_quoted(user) + " audio"});
    // A group of the distribution's, unless its limits have turned out to be too low.
    for (const auto& name : groups_with_limits(machine).value_or(std::vector<std::string>())) {
        if (contains(group_named(machine, name)->members, user))
            continue;
        const auto group = shell_quoted(name);
        fix.text = fmt::format(
            "Put yourself into the group {}, which has limits of its own in /etc/security, and log in again "
            "(or run 'sudo loginctl terminate-user $USER', which ends the session)",
            name);
        fix.files.clear();
        fix.commands = {{fmt::format("usermod -aG {} {}", group, shell_quoted(user)),
                         fmt::format("gpasswd -d {} {}", shell_quoted(user), group)}};
        break;
    }
    if (survey.service_lacks) {
        fix.text =
            "The shell has it and the services do not, which were started before or without PAM's limits. "
            "Give it to the user manager itself with a drop-in of user@.service, and log in again (or "
            "reboot)";
        fix.commands.clear();
        fix.files = {{"/etc/systemd/system/user@.service.d/90-decant-realtime.conf", "[Service]\n"
                                                                                     "LimitRTPRIO=95\n"
                                                                                     "LimitMEMLOCK=infinity\n"
                                                                                     "LimitNICE=-19\n"}};
        fix.commands = {{"systemctl daemon-reload", "systemctl daemon-reload"}};
    }
    return fix;
}

} // namespace

Finding check_rtprio(const Machine& machine)
{
    const std::string why = fmt::format(
        "PipeWire's daemon runs at {}, decantd's loops at {} and the guard of their deadlines above. Without "
        "the right "
        "to that, RealtimeKit gives everybody the same 20 at most, with a time limit that kills; {}.",
        daemon_priority, client_priority, period_of(machine));
    const auto seen = survey(machine, "Max realtime priority", daemon_priority, cap_sys_nice, plain);
    if (!seen.any)
        return unreadable("no /proc/…/limits can be read", why);
    return seen.enough ? good(seen.text, why) : bad(seen.text, why, limits_fix(machine, seen));
}

Finding check_memlock(const Machine& machine)
{
    constexpr std::uint64_t wanted = 256 * mebi;
    const std::string why = fmt::format(
        "Memory that is not locked may be on the disk when a block needs it: some 10000 µs, where {}. "
        "Samples and the memory that hosts share with decantd are locked as far as the limit goes.",
        period_of(machine));
    const auto seen = survey(machine, "Max locked memory", wanted, cap_ipc_lock, in_mib);
    if (!seen.any)
        return unreadable("no /proc/…/limits can be read", why);
    return seen.enough ? good(seen.text, why) : bad(seen.text, why, limits_fix(machine, seen));
}

Finding check_nice(const Machine& machine)
{
    constexpr std::uint64_t wanted = 31; // nice -11
    const std::string why =
        "Where no real-time priority is to be had, PipeWire and wineserver (Wine 10.1 and later does so "
        "itself) fall back on a nice level of -11, which this limit allows.";
    const auto seen = survey(machine, "Max nice priority", wanted, cap_sys_nice, plain);
    if (!seen.any)
        return unreadable("no /proc/…/limits can be read", why);
    if (seen.enough)
        return good(seen.text, why);
    // Nobody needs it who may be real-time.
    const auto realtime = survey(machine, "Max realtime priority", daemon_priority, cap_sys_nice, plain);
    if (realtime.any && realtime.enough)
        return note(seen.text, why);
    return bad(seen.text, why, limits_fix(machine, seen));
}

Finding check_groups(const Machine& machine)
{
    const std::string why =
        "Limits are given to groups. Being in the file /etc/group is not enough: a session has the "
        "groups of the moment when it began.";
    const auto groups = groups_with_limits(machine);
    const auto session = machine.status("self", "Groups");
    if (!groups || !session)
        return unreadable("/etc/security/limits.conf or /proc/self/status cannot be read", why);
    std::vector<std::string> ids;
    for (const auto id : words_of(*session))
        ids.emplace_back(id);
    if (const auto own = machine.status("self", "Gid"))
        ids.emplace_back(words_of(*own).empty() ? std::string_view() : words_of(*own).front());

    std::vector<std::string> candidates;
    for (const auto& name : *groups) {
        const auto group = group_named(machine, name);
        if (!group)
            continue;
        if (contains(ids, group->id))
            return good("in " + name, why);
        if (contains(group->members, machine.facts.user_name))
            return bad(
                fmt::format("member of {}, but this session is not", name), why,
                {.text = "Log out of all sessions and in again, or reboot", .effect = Effect::new_login});
        candidates.push_back(name);
    }
    if (machine.capable("self", cap_sys_nice))
        return good("privileged, needs none", why);
    if (candidates.empty())
        return note("no group has a limit of its own", why);
    const auto user = shell_quoted(machine.facts.user_name);
    const auto group = shell_quoted(candidates.front());
    return bad("not in " + joined(candidates, " or "), why,
               {.text = fmt::format("sudo usermod -aG {} {}, and log in again", group, user),
                .effect = Effect::new_login,
                .commands = {{fmt::format("usermod -aG {} {}", group, user),
                              fmt::format("gpasswd -d {} {}", user, group)}}});
}

Finding check_rttime(const Machine& machine)
{
    const std::string why = fmt::format("RealtimeKit wants it of every process that it gives real time. In "
                                        "decantd and PipeWire a thread that "
                                        "uses the CPU for longer than this without sleeping is killed, and "
                                        "its process with it, as in a graph "
                                        "that freewheels; in a host it becomes an ordinary thread for ten "
                                        "seconds, and nothing is killed. {}.",
                                        period_of(machine));
    std::vector<std::string> killed;
    std::vector<std::string> warned;
    bool any = false;
    const auto look = [&](std::vector<std::string>& limited, const std::string& name,
                          const std::string& process) {
        const auto limit = machine.limit(process, "Max realtime timeout");
        any |= limit.has_value();
        if (limit && *limit != unlimited)
            limited.push_back(fmt::format("{} {} µs", name, *limit));
    };
    for (const auto& subject : subjects_of(machine))
        look(killed, subject.name, subject.process);
    for (const auto* host : machine.wine_hosts())
        look(warned, fmt::format("host {}", host->id), std::to_string(host->id));
    if (!any)
        return unreadable("no /proc/…/limits can be read", why);
    const Fix fix{.text = "See to limits.rtprio, so that RealtimeKit is not asked. Whoever starts a program "
                          "hands its limit "
                          "on, so start decantd with 'systemctl --user start decant' and not from a program "
                          "that plays sound",
                  .effect = Effect::next_start};
    if (!killed.empty()) {
        killed.insert(killed.end(), warned.begin(), warned.end());
        return bad(joined(killed), why, fix);
    }
    if (warned.empty())
        return good("unlimited", why);
    auto finding = note(joined(warned) + ": a block that takes longer costs a thread its priority", why);
    finding.fix = fix;
    return finding;
}

Finding check_nofile(const Machine& machine)
{
    constexpr std::uint64_t wanted = 524288;
    const std::string why =
        "With esync every event and semaphore of a plugin is an open file, with ntsync so are those "
        "that several processes share; wineserver opens them all.";
    const auto seen = survey(machine, "Max open files", wanted, 24 /* CAP_SYS_RESOURCE */, plain);
    if (!seen.any)
        return unreadable("no /proc/…/limits can be read", why);
    if (seen.enough)
        return good(seen.text, why);
    if (!machine.exists("/dev/ntsync") && !machine.facts.environment.contains("WINEESYNC"))
        return note(seen.text + ", enough without esync and ntsync", why);
    return bad(seen.text, why,
               {.text = "Raise the hard limit with DefaultLimitNOFILE= of the user manager, and reboot",
                .effect = Effect::reboot,
                .files = {{"/etc/systemd/user.conf.d/90-decant-nofile.conf",
                           "[Manager]\nDefaultLimitNOFILE=1024:524288\n"},
                          {"/etc/systemd/system.conf.d/90-decant-nofile.conf",
                           "[Manager]\nDefaultLimitNOFILE=1024:524288\n"}}});
}

} // namespace decant::doctor
