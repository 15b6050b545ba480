// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whose interrupts come before the audio threads, and where.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"
#include "service/usable-cpus.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace decant::doctor
{

namespace
{

/// A line of /proc/interrupts that has a number.
struct Interrupt {
    std::string number;
    std::vector<std::string> drivers;
};

bool is_audio(std::string_view driver)
{
    return driver.starts_with("snd") || driver.starts_with("xhci") || driver.starts_with("ehci") ||
           driver.starts_with("firewire") || driver.starts_with("AudioDSP") || driver.starts_with("sof");
}

/// Sound cards' and those of the USB controllers that one may be behind. Nothing if the table cannot be read.
std::optional<std::vector<Interrupt>> audio_interrupts(const Machine& machine)
{
    const auto table = machine.text("/proc/interrupts");
    if (!table)
        return std::nullopt;
    const auto lines = lines_of(*table);
    const std::size_t cpus = lines.empty() ? 0 : words_of(lines.front()).size();
    std::vector<Interrupt> interrupts;
    for (const auto line : lines) {
        const auto words = words_of(line);
        // "31:  0  12  PCI-MSI  49152-edge  xhci_hcd, snd_hda_intel:card0"
        if (words.empty() || words[0].find_first_not_of("0123456789:") != std::string_view::npos ||
            words.size() <= cpus + 2)
            continue;
        Interrupt interrupt{.number = std::string(words[0].substr(0, words[0].find(':'))), .drivers = {}};
        const auto names = line.substr(static_cast<std::size_t>(words[cpus + 2].data() - line.data()));
        for (const auto& name : parts_of(names, ',')) {
            const auto driver = words_of(name);
            if (!driver.empty())
                interrupt.drivers.emplace_back(driver.back());
        }
        if (std::any_of(interrupt.drivers.begin(), interrupt.drivers.end(), is_audio))
            interrupts.push_back(std::move(interrupt));
    }
    return interrupts;
}

std::string named(const Interrupt& interrupt)
{
    return fmt::format("{} ({})", interrupt.number, joined(interrupt.drivers));
}

constexpr const char* no_table = "/proc/interrupts cannot be read";
constexpr const char* no_card = "no sound card or USB controller has one";

} // namespace

Finding check_irq_priority(const Machine& machine)
{
    constexpr int least = 50; // the kernel's own
    const std::string why =
        "The interrupt of the sound card starts every cycle. As a thread it has priority 50, like those of "
        "disk and network, and the audio threads above it hold it up; rtirq puts it above them.";
    std::vector<std::string> seen;
    bool behind = false;
    for (const auto& process : machine.processes())
        for (const auto& thread : process.threads) {
            // irq/31-xhci_hcd
            const auto dash = thread.name.find('-');
            if (!thread.name.starts_with("irq/") || dash == std::string::npos ||
                !is_audio(thread.name.substr(dash + 1)))
                continue;
            seen.push_back(thread.name + " " + scheduling_of(thread));
            behind |= !thread.realtime() || thread.priority <= std::max(least, client_priority);
        }
    if (seen.empty()) {
        if (machine.processes().empty() || !machine.text("/proc/cmdline"))
            return unreadable("/proc cannot be read", why);
        return note("no sound card's interrupt is a thread (see kernel.threadirqs)", why);
    }
    if (!behind)
        return good(joined(seen), why);
    return bad(joined(seen), why,
               {.text = "Install rtirq (Debian, Ubuntu: rtirq-init), set RTIRQ_NAME_LIST=\"snd usb\" and "
                        "RTIRQ_PRIO_HIGH=90 in "
                        "/etc/default/rtirq, and start it: sudo systemctl enable --now rtirq",
                .effect = Effect::at_once});
}

Finding check_irq_sharing(const Machine& machine)
{
    const std::string why = "Drivers on one interrupt are asked one after another, whichever of them it was.";
    const auto interrupts = audio_interrupts(machine);
    if (!interrupts)
        return unreadable(no_table, why);
    if (interrupts->empty())
        return note(no_card, why);
    std::vector<std::string> shared;
    std::vector<std::string> alone;
    for (const auto& interrupt : *interrupts) {
        const auto others = std::count_if(interrupt.drivers.begin(), interrupt.drivers.end(),
                                          [](const std::string& driver) { return !is_audio(driver); });
        (others > 0 ? shared : alone).push_back(named(interrupt));
    }
    if (shared.empty())
        return good("alone: " + joined(alone), why);
    return bad(
        "shared: " + joined(shared), why,
        {.text = "Plug the card into another slot or port, or switch the other device off in the firmware",
         .effect = Effect::reboot});
}

Finding check_irq_affinity(const Machine& machine)
{
    const std::string why =
        "On an isolated CPU an interrupt disturbs the thread that the CPU was kept for; elsewhere the "
        "kernel spreads them well enough.";
    const auto interrupts = audio_interrupts(machine);
    if (!interrupts)
        return unreadable(no_table, why);
    const auto isolated =
        service::parse_cpu_list(machine.text("/sys/devices/system/cpu/isolated").value_or(""));
    if (isolated.empty())
        return good("no CPU is isolated", why);
    std::vector<std::string> there;
    for (const auto& number : machine.names("/proc/irq")) {
        auto cpus = machine.text("/proc/irq/" + number + "/effective_affinity_list");
        if (!cpus || cpus->empty())
            cpus = machine.text("/proc/irq/" + number + "/smp_affinity_list");
        const auto list = service::parse_cpu_list(cpus.value_or(""));
        const bool audio = std::any_of(interrupts->begin(), interrupts->end(),
                                       [&number](const Interrupt& one) { return one.number == number; });
        if (!audio && !list.empty() && std::all_of(list.begin(), list.end(), [&isolated](unsigned cpu) {
                return std::find(isolated.begin(), isolated.end(), cpu) != isolated.end();
            }))
            there.push_back(number);
    }
    if (there.empty())
        return good("none on isolated CPUs", why);
    return bad(
        "on isolated CPUs: " + joined(there), why,
        {.text = "Keep them away with the kernel parameter irqaffinity=CPUS (those that are not isolated)",
         .effect = Effect::reboot});
}

Finding check_irqbalance(const Machine& machine)
{
    const std::string why =
        "LinVst's guide suggests irqbalance, the sampler's isolates CPUs: together it may put interrupts "
        "onto the isolated ones.";
    if (machine.processes().empty())
        return unreadable("/proc cannot be read", why);
    const bool runs = std::any_of(machine.processes().begin(), machine.processes().end(),
                                  [](const Process& process) { return process.name == "irqbalance"; });
    const bool isolated = !machine.text("/sys/devices/system/cpu/isolated").value_or("").empty();
    if (!runs)
        return good("does not run", why);
    if (!isolated)
        return note("runs; no CPU is isolated", why);
    return bad("runs, and CPUs are isolated", why,
               {.text = "sudo systemctl disable --now irqbalance, or name the isolated CPUs in "
                        "IRQBALANCE_BANNED_CPULIST in "
                        "/etc/default/irqbalance",
                .commands = {{"systemctl disable --now irqbalance", "systemctl enable --now irqbalance"}}});
}

Finding check_isolation(const Machine& machine)
{
    const std::string why =
        "The kernel moves nothing to or from isolated CPUs: they help only those threads that are bound to "
        "them, and all the others have the fewer. Isolating all but one, as guides do, leaves one CPU for "
        "everything else.";
    const auto isolated = machine.text("/sys/devices/system/cpu/isolated");
    if (!isolated)
        return unreadable("/sys/devices/system/cpu/isolated cannot be read", why);
    const auto no_tick = machine.text("/sys/devices/system/cpu/nohz_full").value_or("");
    const auto callbacks = machine.kernel_parameter("rcu_nocbs").value_or("");
    const auto cpus = service::parse_cpu_list(*isolated);
    if (cpus.empty())
        return good("none", why);
    std::string value =
        fmt::format("isolcpus {}, nohz_full {}, rcu_nocbs {}", *isolated, no_tick.empty() ? "none" : no_tick,
                    callbacks.empty() ? "none" : callbacks);
    for (const auto* service : machine.own_processes("decantd")) {
        const auto allowed = service::parse_cpu_list(
            machine.status(std::to_string(service->id), "Cpus_allowed_list").value_or(""));
        const bool there = std::any_of(allowed.begin(), allowed.end(), [&cpus](unsigned cpu) {
            return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end();
        });
        if (there)
            return note(value + "; decantd may run there", why);
        value += "; decantd does not run there";
    }
    return bad(value, why,
               {.text = "Put decantd there ('systemctl --user edit decant', CPUAffinity=" + *isolated +
                        " below [Service]), or take isolcpus= from the kernel's command line",
                .effect = Effect::reboot});
}

Finding check_smt(const Machine& machine)
{
    const std::string why =
        "Two busy threads of one core run at a bit more than half speed each. decantd uses one CPU of each "
        "core for its loops, so that switching it off is seldom worth it.";
    const auto active = machine.text("/sys/devices/system/cpu/smt/active");
    if (!active)
        return unreadable("/sys/devices/system/cpu/smt cannot be read", why);
    return note(*active == "1" ? "on" : "off", why);
}

} // namespace decant::doctor
