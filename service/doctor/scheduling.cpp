// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Who really runs before whom.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace decant::doctor
{

namespace
{

/// The threads of PipeWire that process.
std::vector<Thread> data_loops_of(const Process& process)
{
    std::vector<Thread> loops;
    for (const auto& thread : process.threads)
        if (thread.name.starts_with("data-loop") || thread.name.starts_with("pw-data-loop"))
            loops.push_back(thread);
    return loops;
}

int highest_priority(const Process& process)
{
    int highest = 0;
    for (const auto& thread : process.threads)
        if (thread.realtime())
            highest = std::max(highest, thread.priority);
    return highest;
}

/// Which way a priority was come by shows in what it is.
Fix priority_fix(const std::string& unit)
{
    return {.text = fmt::format(
                "See to limits.rtprio first, then 'systemctl --user restart {}'. If it was real-time "
                "once, RealtimeKit has taken it back after a suspend or a busy moment; only a limit "
                "is safe from that",
                unit),
            .effect = Effect::next_start};
}

Finding look_at_loops(const Machine& machine, const std::vector<const Process*>& processes,
                      const std::string& name, const std::string& unit)
{
    const std::string why = fmt::format("A data loop that is not real-time waits for every other program; "
                                        "{}, and one wait is enough to miss it.",
                                        period_of(machine));
    std::vector<std::string> seen;
    bool all = true;
    bool by_limit = true;
    for (const auto* process : processes)
        for (const auto& loop : data_loops_of(*process)) {
            const std::string text = process->name + ": " + scheduling_of(loop);
            if (std::find(seen.begin(), seen.end(), text) == seen.end())
                seen.push_back(text);
            all &= loop.realtime();
            by_limit &= loop.priority > 20;
        }
    if (seen.empty())
        return unreadable(processes.empty() ? fmt::format("no {} of yours runs", name)
                                            : fmt::format("no data loop of {} is visible", name),
                          why);
    if (!all)
        return bad(joined(seen), why, priority_fix(unit));
    return by_limit ? good(joined(seen), why)
                    : note(joined(seen) + ", from RealtimeKit: all are equal, and have a time limit", why);
}

} // namespace

Finding check_grant(const Machine& machine)
{
    const std::string why =
        "What limits and RealtimeKit promise is worth what the kernel says when it is asked. This is "
        "a child of this shell; limits.rtprio tells of the services.";
    const auto* grant = machine.facts.grant.known();
    if (grant == nullptr)
        return unreadable(machine.facts.grant.why_unknown(), why);
    if (grant->error == 0)
        return good(fmt::format("FIFO {} granted", grant->priority), why);
    const std::string value =
        fmt::format("FIFO {} refused: {}", grant->priority, std::strerror(grant->error));
    const auto limit = machine.limit("self", "Max realtime priority");
    if (limit && *limit >= static_cast<std::uint64_t>(grant->priority))
        return bad(value + ", although the limit allows it", why,
                   {.text = "See to scheduling.group; else a seccomp filter or a container refuses it",
                    .effect = Effect::at_once});
    if (machine.facts.rtkit.known() != nullptr)
        return note(value + "; RealtimeKit is there to be asked", why);
    return bad(value, why, {.text = "See to limits.rtprio", .effect = Effect::new_login});
}

Finding check_pipewire_threads(const Machine& machine)
{
    return look_at_loops(machine, machine.own_processes("pipewire"), "PipeWire", "pipewire pipewire-pulse");
}

Finding check_decant_threads(const Machine& machine)
{
    return look_at_loops(machine, machine.own_processes("decantd"), "decantd", "decant");
}

Finding check_host_threads(const Machine& machine)
{
    const std::string why =
        fmt::format("The data loop waits for the host's audio thread in every block, so the slower of "
                    "the two counts. While nothing plays, a host has no priority; {}.",
                    period_of(machine));
    const auto hosts = machine.wine_hosts();
    if (hosts.empty())
        return unreadable("no Windows plugin is loaded", why);
    std::size_t realtime = 0;
    for (const auto* host : hosts)
        realtime += highest_priority(*host) > 0 ? 1U : 0U;
    const std::string value = fmt::format("{} of {} hosts real-time", realtime, hosts.size());
    if (realtime == hosts.size())
        return good(value, why);
    const auto services = machine.own_processes("decantd");
    const bool loops_are = std::any_of(services.begin(), services.end(),
                                       [](const Process* service) { return highest_priority(*service) > 0; });
    if (!loops_are && !services.empty())
        return bad(value, why, priority_fix("decant"));
    bool playing = false;
    if (const auto* rack = machine.facts.rack.known())
        playing = !rack->empty() && std::all_of(rack->begin(), rack->end(), [](const RackNode& node) {
            return !node.plugin || node.load > 0;
        });
    if (!playing || realtime > 0)
        return note(value, why);
    return bad(value + " while all of them play", why, priority_fix("decant"));
}

Finding check_wineserver_thread(const Machine& machine)
{
    constexpr int nice_enough = -11;
    const std::string why =
        "A plugin's own threads ask wineserver whenever they wait for one another (less with ntsync or "
        "fsync), and it serves one after another. It belongs below the audio threads and above "
        "everything else.";
    const auto servers = machine.own_processes("wineserver");
    if (servers.empty())
        return unreadable("no wineserver of yours runs", why);
    int audio = 0;
    for (const auto* host : machine.wine_hosts())
        audio = std::max(audio, highest_priority(*host));
    std::vector<std::string> seen;
    bool enough = true;
    bool above_audio = false;
    for (const auto* server : servers) {
        const auto main = std::find_if(server->threads.begin(), server->threads.end(),
                                       [server](const Thread& thread) { return thread.id == server->id; });
        if (main == server->threads.end())
            continue;
        seen.push_back(scheduling_of(*main));
        enough &= main->realtime() || main->nice <= nice_enough;
        above_audio |= main->realtime() && audio > 0 && main->priority > audio;
    }
    if (seen.empty())
        return unreadable("its threads cannot be read", why);
    if (above_audio)
        return bad(
            joined(seen) + ", above the audio threads", why,
            {.text = "Unset what raised it (STAGING_RT_PRIORITY_SERVER, setcap): decantd puts it below them "
                     "when a plugin is loaded, unless that has more rights",
             .effect = Effect::at_once});
    if (enough)
        return good(joined(seen), why);
    auto finding =
        note(joined(seen) + ": matters if plugins have threads of their own and there is no ntsync", why);
    finding.fix =
        Fix{.text = fmt::format(
                "With the right to a priority (limits.rtprio) decantd puts it below the audio threads of its "
                "plugins; by hand, for as long as it runs: chrt -f -p 60 {}",
                servers.front()->id)};
    return finding;
}

Finding check_rivals(const Machine& machine)
{
    const std::string why = fmt::format(
        "Whoever runs above the audio threads runs first, for as long as it wants; {}.", period_of(machine));
    if (machine.processes().empty())
        return unreadable("/proc cannot be read", why);
    std::vector<std::string> rivals;
    for (const auto& process : machine.processes()) {
        // The kernel's own are short, and interrupts belong above.
        if (process.arguments.empty() || process.name.starts_with("pipewire") ||
            process.name == "wireplumber" || process.name == "decantd" || process.name.starts_with("rtkit"))
            continue;
        const int highest = highest_priority(process);
        if (highest > client_priority)
            rivals.push_back(fmt::format("{} ({}) at {}", process.name, process.id, highest));
    }
    if (rivals.empty())
        return good("nobody", why);
    return bad(joined(rivals), why,
               {.text = fmt::format("Start them with a priority below {}, or end them while you play; "
                                    "'sudo chrt -r -p 10 PID' lowers one that runs",
                                    client_priority),
                .effect = Effect::at_once});
}

Finding check_throttling(const Machine& machine)
{
    const std::string why = fmt::format(
        "The kernel stops all real-time threads of a CPU that used more than this part of a second, and "
        "saves the "
        "machine from a thread that never sleeps. -1 makes a hanging plugin a hanging machine; {}.",
        period_of(machine));
    const auto runtime = machine.number("/proc/sys/kernel/sched_rt_runtime_us");
    const auto period = machine.number("/proc/sys/kernel/sched_rt_period_us");
    if (!runtime || !period || *period <= 0)
        return unreadable("/proc/sys/kernel/sched_rt_runtime_us cannot be read", why);
    if (*runtime < 0)
        return note("switched off", why);
    const double part = static_cast<double>(*runtime) / static_cast<double>(*period);
    const std::string value =
        fmt::format("after {:.0f} % of {:.2g} s", 100 * part, static_cast<double>(*period) / 1e6);
    constexpr double usual = 0.95;
    if (part >= usual)
        return good(value, why);
    return bad(value, why,
               sysctl_fix("Back to the kernel's default, 95 %", "kernel.sched_rt_runtime_us",
                          std::to_string(*period / 100 * 95), std::to_string(*runtime)));
}

Finding check_rt_group(const Machine& machine)
{
    const std::string why =
        "A kernel with real-time group scheduling gives a group of processes (every service is one) no "
        "real-time at all, whatever the limits say, unless somebody has shared it out.";
    const auto& options = machine.kernel_options();
    if (options.empty())
        return unreadable("the kernel's configuration is neither in /proc/config.gz nor in /boot", why);
    const auto option = options.find("CONFIG_RT_GROUP_SCHED");
    if (option == options.end() || option->second != "y")
        return good("not built in", why);
    const auto parameter = machine.kernel_parameter("rt_group_sched");
    const auto off = options.find("CONFIG_RT_GROUP_SCHED_DEFAULT_DISABLED");
    if (parameter == "0" || (!parameter && off != options.end() && off->second == "y"))
        return good("built in, switched off", why);
    const auto* grant = machine.facts.grant.known();
    if (grant != nullptr && grant->error == 0)
        return note("built in; real-time is granted all the same", why);
    if (grant != nullptr && machine.limit("self", "Max realtime priority").value_or(0) == 0)
        return note("built in and on; whether it refuses shows when limits.rtprio is good", why);
    return bad("built in and on", why,
               kernel_parameter_fix("Switch it off with the kernel parameter rt_group_sched=0 "
                                    "(Linux 6.16 and later), or use another kernel",
                                    "rt_group_sched=0"));
}

} // namespace decant::doctor
