// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What saving power costs: a CPU that sleeps deeply, runs slowly, or a sound card that was switched off.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <sys/stat.h>

namespace decant::doctor
{

namespace
{

constexpr const char* cpus_directory = "/sys/devices/system/cpu";

/// cpu0, cpu1 …
std::vector<std::string> cpus_of(const Machine& machine)
{
    std::vector<std::string> cpus;
    for (const auto& name : machine.names(cpus_directory))
        if (name.starts_with("cpu") && name.size() > 3 &&
            name.find_first_not_of("0123456789", 3) == std::string::npos)
            cpus.push_back(fmt::format("{}/{}", cpus_directory, name));
    return cpus;
}

/// "performance", or "powersave on 3 of 4 CPUs".
std::string counted(const std::map<std::string, int>& values)
{
    int all = 0;
    for (const auto& [value, count] : values)
        all += count;
    std::vector<std::string> parts;
    for (const auto& [value, count] : values)
        parts.push_back(count == all ? value : fmt::format("{} on {} of {} CPUs", value, count, all));
    return joined(parts);
}

std::map<std::string, int> values_of(const Machine& machine, std::string_view file)
{
    std::map<std::string, int> values;
    for (const auto& cpu : cpus_of(machine))
        if (const auto value = machine.text(fmt::format("{}/cpufreq/{}", cpu, file)))
            ++values[*value];
    return values;
}

/// The program of the user that keeps CPUs from sleeping deeply; empty if none does.
std::string holder_of_latency(const Machine& machine)
{
    for (const auto* process : machine.own_processes(""))
        for (const auto& name : machine.names(fmt::format("/proc/{}/fd", process->id)))
            if (machine.link(fmt::format("/proc/{}/fd/{}", process->id, name)) == "/dev/cpu_dma_latency")
                return process->name;
    return {};
}

} // namespace

Finding check_governor(const Machine& machine)
{
    const std::string why = fmt::format("A CPU that has to speed up first computes the first blocks after a "
                                        "pause two to four times slower; {}.",
                                        period_of(machine));
    const auto governors = values_of(machine, "scaling_governor");
    if (governors.empty())
        return machine.exists(cpus_directory)
                   ? note("the machine, or the host of a virtual one, sets the frequency by itself", why)
                   : unreadable(fmt::format("{} cannot be read", cpus_directory), why);
    const auto preferences = values_of(machine, "energy_performance_preference");
    const auto driver =
        machine.text(fmt::format("{}/cpu0/cpufreq/scaling_driver", cpus_directory)).value_or("?");
    const std::string value = fmt::format("{} ({}{})", counted(governors), driver,
                                          preferences.empty() ? "" : ", preference " + counted(preferences));
    const auto all = [](const std::map<std::string, int>& values, const char* wanted) {
        return values.size() == 1 && values.begin()->first == wanted;
    };
    if (all(governors, "performance"))
        return good(value, why);
    // intel_pstate and amd_pstate in active mode: "powersave" is the name of their scaling, which the
    // preference steers.
    if (all(governors, "powersave") && all(preferences, "performance"))
        return good(value, why);
    if (all(governors, "schedutil"))
        return note(value + ": real-time threads get full speed with it", why);
    const std::string before = governors.begin()->first;
    return bad(value, why,
               {.text =
                    "sudo cpupower frequency-set -g performance, or 'powerprofilesctl set performance' where "
                    "power-profiles-daemon runs; the setting lasts until the next boot",
                .commands = {
                    {"for g in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; do echo performance > "
                     "\"$g\"; done",
                     "for g in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; do echo " +
                         shell_quoted(before) + " > \"$g\"; done"}}});
}

Finding check_profile(const Machine& machine)
{
    const std::string why = "The firmware's profile caps what the governor may ask for.";
    const auto profile = machine.text("/sys/firmware/acpi/platform_profile");
    if (!profile)
        return machine.exists("/sys") ? good("this machine has none", why)
                                      : unreadable("/sys cannot be read", why);
    if (*profile != "low-power" && *profile != "quiet" && *profile != "cool")
        return good(*profile, why);
    return bad(*profile, why,
               {.text = "powerprofilesctl set performance, or write 'performance' or 'balanced' into "
                        "/sys/firmware/acpi/platform_profile",
                .commands = {{"echo balanced > /sys/firmware/acpi/platform_profile",
                              "echo " + shell_quoted(*profile) + " > /sys/firmware/acpi/platform_profile"}}});
}

Finding check_idle_states(const Machine& machine)
{
    const auto period = machine.facts.quantum.period_usec();
    const double most = std::min(period / 20, 150.0);
    const std::string why = fmt::format(
        "A CPU that sleeps deeply wakes late, in every block with a pause before it. {}; {:.0f} µs are a "
        "twentieth of that or enough anyway.",
        period_of(machine), most);
    const auto cpus = cpus_of(machine);
    if (cpus.empty())
        return unreadable(fmt::format("{} cannot be read", cpus_directory), why);
    long long deepest = 0;
    std::string name = "none";
    for (const auto& cpu : cpus)
        for (const auto& state : machine.names(cpu + "/cpuidle")) {
            const std::string directory = cpu + "/cpuidle/" + state;
            const auto latency = machine.number(directory + "/latency");
            if (!latency || machine.text(directory + "/disable").value_or("0") != "0" || *latency < deepest)
                continue;
            deepest = *latency;
            name = machine.text(directory + "/name").value_or(state);
        }
    const std::string value = fmt::format("deepest state {}, {} µs to leave", name, deepest);
    if (static_cast<double>(deepest) <= most)
        return good(value, why);
    if (const auto holder = holder_of_latency(machine); !holder.empty())
        return good(value + ", not entered while " + holder + " holds /dev/cpu_dma_latency", why);
    return bad(
        value, why,
        {.text = fmt::format(
             "'sudo cpupower idle-set -D {:.0f}' until the next boot. (processor.max_cstate=1 on the "
             "kernel's command line, which guides advise, has no effect with intel_idle, and holds for ever)",
             most),
         .commands = {{fmt::format("cpupower idle-set -D {:.0f}", most), "cpupower idle-set -E"}}});
}

Finding check_dma_latency(const Machine& machine)
{
    const std::string why = "A program that holds this file open keeps the CPUs out of deep sleep meanwhile, "
                            "and only then; jackd and others do. By default only root may.";
    struct stat file{};
    if (stat(machine.at("/dev/cpu_dma_latency").c_str(), &file) != 0)
        return unreadable("there is no /dev/cpu_dma_latency", why);
    const std::string mode = fmt::format("mode {:04o}, group {}", file.st_mode & 07777, file.st_gid);
    if (const auto holder = holder_of_latency(machine); !holder.empty())
        return good("held by " + holder, why);
    if (machine.facts.user == 0 || (file.st_mode & S_IWOTH) != 0 ||
        (file.st_uid == machine.facts.user && (file.st_mode & S_IWUSR) != 0))
        return good(mode, why);
    const auto groups = machine.status("self", "Groups").value_or("");
    if ((file.st_mode & S_IWGRP) != 0)
        for (const auto group : words_of(groups))
            if (number_in(group) == static_cast<long long>(file.st_gid))
                return good(mode, why);
    auto finding = note(mode, why);
    finding.fix =
        Fix{.text = "Where power.idle-states is bad: a rule for udev that gives it to the group audio",
            .files = {{"/etc/udev/rules.d/90-decant-dma-latency.rules",
                       "KERNEL==\"cpu_dma_latency\", GROUP=\"audio\", MODE=\"0660\"\n"}},
            .commands = {{"udevadm control --reload && udevadm trigger --name-match=cpu_dma_latency",
                          "udevadm control --reload && chown root:root /dev/cpu_dma_latency && chmod "
                          "0600 /dev/cpu_dma_latency"}}};
    return finding;
}

Finding check_turbo(const Machine& machine)
{
    const std::string why =
        "Guides switch turbo off for an even speed. A block that is done sooner is never worse; off is "
        "worth it only where the CPU gets too hot and slows down for seconds.";
    if (!machine.exists(cpus_directory))
        return unreadable(fmt::format("{} cannot be read", cpus_directory), why);
    if (const auto off = machine.text("/sys/devices/system/cpu/intel_pstate/no_turbo"))
        return note(*off == "0" ? "on" : "off", why);
    if (const auto boost = machine.text("/sys/devices/system/cpu/cpufreq/boost"))
        return note(*boost == "0" ? "off" : "on", why);
    return note("cannot be switched", why);
}

Finding check_card_power(const Machine& machine)
{
    const std::string why =
        "A sound card that was switched off to save power clicks when it wakes, and may not be there for "
        "the first second.";
    if (!machine.exists("/sys"))
        return unreadable("/sys cannot be read", why);
    std::vector<std::string> asleep;
    const auto devices = machine.names("/sys/class/sound");
    bool any = std::any_of(devices.begin(), devices.end(),
                           [](const std::string& name) { return name.starts_with("card"); });
    Fix fix{.text = "Keep it on with a rule for udev (USB) or options snd_hda_intel power_save=0"};
    const auto hda = machine.number("/sys/module/snd_hda_intel/parameters/power_save");
    if (hda.value_or(0) > 0) {
        asleep.push_back(fmt::format("HDA after {} s", *hda));
        fix.files.push_back({"/etc/modprobe.d/90-decant-hda.conf", "options snd_hda_intel power_save=0\n"});
        fix.commands.push_back(
            {"echo 0 > /sys/module/snd_hda_intel/parameters/power_save",
             fmt::format("echo {} > /sys/module/snd_hda_intel/parameters/power_save", *hda)});
    }
    for (const auto& interface : machine.names("/sys/bus/usb/devices")) {
        const auto colon = interface.find(':');
        if (colon == std::string::npos ||
            machine.text("/sys/bus/usb/devices/" + interface + "/bInterfaceClass") != "01") // audio
            continue;
        any = true;
        const std::string control = "/sys/bus/usb/devices/" + interface.substr(0, colon) + "/power/control";
        const std::string text = "USB " + interface.substr(0, colon);
        if (machine.text(control) != "auto" || std::find(asleep.begin(), asleep.end(), text) != asleep.end())
            continue;
        asleep.push_back(text);
        fix.commands.push_back(
            {"echo on > " + shell_quoted(control), "echo auto > " + shell_quoted(control)});
    }
    if (asleep.empty())
        return any ? good("stays on", why) : note("this machine has no sound card", why);
    return bad("may be switched off: " + joined(asleep), why, fix);
}

Finding check_aspm(const Machine& machine)
{
    const std::string why =
        fmt::format("Links to PCIe cards that sleep take up to 100 µs to wake, in front of every "
                    "interrupt and transfer; {}.",
                    period_of(machine));
    const auto policy = machine.text("/sys/module/pcie_aspm/parameters/policy");
    if (!policy)
        return machine.exists("/sys") ? good("not in this kernel", why)
                                      : unreadable("/sys cannot be read", why);
    const std::string chosen(chosen_of(*policy));
    if (!chosen.starts_with("powersave") && !chosen.starts_with("powersupersave"))
        return good(chosen.empty() ? *policy : chosen, why);
    return bad(
        chosen, why,
        {.text = "Give the decision back to the firmware: pcie_aspm.policy=default",
         .commands = {{"echo default > /sys/module/pcie_aspm/parameters/policy",
                       "echo " + shell_quoted(chosen) + " > /sys/module/pcie_aspm/parameters/policy"}}});
}

} // namespace decant::doctor
