// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/check.hpp"

#include "service/doctor/checks.hpp"

#include <array>

namespace decant::doctor
{

namespace
{

constexpr std::array checks{
    Check{"limits.rtprio", "real-time priority allowed", wine_nspa | linvst | sampler, check_rtprio},
    Check{"limits.memlock", "locked memory allowed", wine_nspa | linvst | sampler, check_memlock},
    Check{"limits.nice", "nice level allowed", wine_nspa | linvst | sampler, check_nice},
    Check{"limits.groups", "group with limits", linvst | sampler, check_groups},
    Check{"limits.rttime", "time limit of real-time threads", ours, check_rttime},
    Check{"limits.nofile", "open files allowed", wine_nspa, check_nofile},
    Check{"scheduling.grant", "real-time priority, really asked for", linvst | sampler, check_grant},
    Check{"scheduling.pipewire", "PipeWire's data loops", ours, check_pipewire_threads},
    Check{"scheduling.decant", "decantd's data loops", ours, check_decant_threads},
    Check{"scheduling.hosts", "plugins' audio threads", wine_nspa, check_host_threads},
    Check{"scheduling.wineserver", "wineserver's place", wine_nspa | linvst, check_wineserver_thread},
    Check{"scheduling.rivals", "who else is above", sampler, check_rivals},
    Check{"scheduling.throttling", "real-time throttling", sampler, check_throttling},
    Check{"scheduling.group", "real-time group scheduling", ours, check_rt_group},
    Check{"permission.rtkit", "RealtimeKit", sampler, check_rtkit},
    Check{"permission.portal", "portal for real-time", ours, check_portal},
    Check{"permission.session", "session", ours, check_session},
    Check{"permission.namespace", "container", ours, check_namespace},
    Check{"kernel.preemption", "preemption", linvst | sampler, check_preemption},
    Check{"kernel.threadirqs", "interrupts as threads", wine_nspa | sampler, check_threadirqs},
    Check{"kernel.timers", "timers", wine_nspa, check_timers},
    Check{"kernel.clock", "clock", ours, check_clock},
    Check{"kernel.scheduler", "scheduler", sampler, check_scheduler},
    Check{"kernel.mitigations", "mitigations", ours, check_mitigations},
    Check{"kernel.virtual-machine", "virtual machine", ours, check_virtual_machine},
    Check{"interrupts.priority", "priority of the card's interrupt", wine_nspa | linvst, check_irq_priority},
    Check{"interrupts.sharing", "sharing of the card's interrupt", ours, check_irq_sharing},
    Check{"interrupts.affinity", "CPUs of interrupts", sampler, check_irq_affinity},
    Check{"interrupts.irqbalance", "irqbalance", linvst, check_irqbalance},
    Check{"interrupts.isolation", "isolated CPUs", sampler, check_isolation},
    Check{"interrupts.smt", "two threads per core", linvst | sampler, check_smt},
    Check{"power.governor", "frequency", sampler, check_governor},
    Check{"power.profile", "firmware's profile", ours, check_profile},
    Check{"power.idle-states", "sleep of CPUs", sampler, check_idle_states},
    Check{"power.dma-latency", "right to keep CPUs awake", ours, check_dma_latency},
    Check{"power.turbo", "turbo", sampler, check_turbo},
    Check{"power.sound-card", "sound card's power", ours, check_card_power},
    Check{"power.pcie", "PCIe links", ours, check_aspm},
    Check{"memory.swap", "swap", ours, check_swap},
    Check{"memory.tmp", "/tmp", linvst, check_tmp},
    Check{"memory.map-count", "mappings allowed", ours, check_map_count},
    Check{"memory.huge-pages", "huge pages", ours, check_huge_pages},
    Check{"memory.inotify", "watches", ours, check_inotify},
    Check{"wine.version", "Wine", wine_nspa | linvst, check_wine_version},
    Check{"wine.sync", "how Wine's threads wait", wine_nspa, check_wine_sync},
    Check{"wine.variables", "variables without effect", wine_nspa | linvst, check_wine_variables},
    Check{"wine.debug", "Wine's messages", wine_nspa, check_wine_debug},
    Check{"wine.capability", "capability of wineserver", wine_nspa, check_wine_capability},
    Check{"prefix.owner", "prefix: owner", linvst, check_prefix_owner},
    Check{"prefix.architecture", "prefix: architecture", ours, check_prefix_architecture},
    Check{"prefix.version", "prefix: version", wine_nspa, check_prefix_version},
    Check{"prefix.files", "prefix: files", linvst, check_prefix_files},
    Check{"unit.hardening", "hardening of the unit", ours, check_hardening},
    Check{"unit.start", "how decantd was started", ours, check_unit_start},
    Check{"unit.rtportal", "portal in decant.conf", ours, check_rtportal},
    Check{"graph.quantum", "quantum", sampler, check_quantum},
    Check{"graph.xruns", "xruns", linvst | sampler, check_xruns},
    Check{"graph.clocks", "clocks", ours, check_clocks},
    Check{"graph.late", "late blocks", ours, check_late},
    Check{"graph.load", "load", sampler, check_load},
};

} // namespace

std::span<const Check> all_checks() noexcept
{
    return checks;
}

std::vector<std::string> names_of_guides(unsigned guides)
{
    std::vector<std::string> names;
    if ((guides & wine_nspa) != 0)
        names.emplace_back("wine-nspa");
    if ((guides & linvst) != 0)
        names.emplace_back("linvst");
    if ((guides & sampler) != 0)
        names.emplace_back("sampler");
    if ((guides & ours) != 0)
        names.emplace_back("decant");
    return names;
}

std::vector<Result> examine(const Machine& machine)
{
    std::vector<Result> results;
    for (const auto& check : checks)
        results.push_back({&check, check.look(machine)});
    return results;
}

} // namespace decant::doctor
