// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How soon the kernel lets go of a CPU, and how well it keeps time.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <fmt/format.h>
#include <optional>

namespace decant::doctor
{

namespace
{

bool built_with(const Machine& machine, const std::string& option)
{
    const auto found = machine.kernel_options().find(option);
    return found != machine.kernel_options().end() && found->second == "y";
}

/// How a kernel whose model is chosen at boot was booted. "PREEMPT_DYNAMIC" in `uname -v` says only that it
/// can be chosen.
struct Preemption {
    std::string model;  ///< none, voluntary, lazy, full, rt
    std::string source; ///< who says so
};

std::optional<Preemption> preemption_of(const Machine& machine)
{
    if (machine.text("/sys/kernel/realtime").value_or("") == "1")
        return Preemption{"rt", "/sys/kernel/realtime"};
    // For root, where debugfs is mounted: "none voluntary (full) lazy".
    if (const auto text = machine.text("/sys/kernel/debug/sched/preempt"))
        if (const auto open = text->find('('), close = text->find(')');
            open < close && close != std::string::npos)
            return Preemption{text->substr(open + 1, close - open - 1), "/sys/kernel/debug/sched/preempt"};
    const auto version = machine.text("/proc/sys/kernel/version").value_or("");
    if (version.find("PREEMPT_RT") != std::string::npos)
        return Preemption{"rt", "uname -v"};
    const bool dynamic =
        version.find("PREEMPT_DYNAMIC") != std::string::npos || built_with(machine, "CONFIG_PREEMPT_DYNAMIC");
    if (const auto parameter = machine.kernel_parameter("preempt"); dynamic && parameter)
        return Preemption{*parameter, "kernel parameter preempt="};
    for (const auto& [option, model] :
         {std::pair{"CONFIG_PREEMPT_RT", "rt"}, std::pair{"CONFIG_PREEMPT_LAZY", "lazy"},
          std::pair{"CONFIG_PREEMPT", "full"}, std::pair{"CONFIG_PREEMPT_VOLUNTARY", "voluntary"},
          std::pair{"CONFIG_PREEMPT_NONE", "none"}})
        if (built_with(machine, option))
            return Preemption{model, dynamic ? "the default of a PREEMPT_DYNAMIC kernel" : "built in"};
    if (!dynamic && version.find("PREEMPT") != std::string::npos)
        return Preemption{"full", "uname -v"};
    return std::nullopt;
}

} // namespace

Finding check_preemption(const Machine& machine)
{
    const std::string why =
        fmt::format("With 'none' and 'voluntary' a thread that has to run now waits until the kernel has "
                    "finished whatever "
                    "it does for somebody else, some 1000 µs at worst; {}. 'lazy' and 'full' let real-time "
                    "threads in at once, 'rt' nearly always.",
                    period_of(machine));
    const auto preemption = preemption_of(machine);
    if (!preemption)
        return unreadable("neither /proc/sys/kernel/version nor the kernel's configuration tells", why);
    const std::string value = fmt::format("{} ({})", preemption->model, preemption->source);
    if (preemption->model == "full" || preemption->model == "lazy" || preemption->model == "rt")
        return good(value, why);
    const auto version = machine.text("/proc/sys/kernel/version").value_or("");
    const bool dynamic =
        version.find("PREEMPT_DYNAMIC") != std::string::npos || built_with(machine, "CONFIG_PREEMPT_DYNAMIC");
    if (dynamic)
        return bad(value, why,
                   kernel_parameter_fix("Boot with the kernel parameter preempt=full", "preempt=full"));
    return bad(
        value, why,
        {.text = "Install a kernel with PREEMPT or PREEMPT_DYNAMIC (Debian's and Ubuntu's lowlatency and rt, "
                 "Arch's linux, linux-rt and linux-zen) and boot it",
         .effect = Effect::reboot});
}

Finding check_threadirqs(const Machine& machine)
{
    const std::string why =
        "Interrupts that are threads can be put in order: the sound card's first, the disk's and the "
        "network's behind the audio threads. Without, all of them come first. Worth it only "
        "together with interrupts.priority.";
    if (!machine.text("/proc/cmdline"))
        return unreadable("/proc/cmdline cannot be read", why);
    if (const auto preemption = preemption_of(machine); preemption && preemption->model == "rt")
        return good("yes, as always with PREEMPT_RT", why);
    if (machine.kernel_parameter("threadirqs"))
        return good("yes", why);
    auto finding = note("no", why);
    finding.fix =
        kernel_parameter_fix("Boot with the kernel parameter threadirqs, and install rtirq", "threadirqs");
    return finding;
}

Finding check_timers(const Machine& machine)
{
    const auto& quantum = machine.facts.quantum;
    const std::string why = fmt::format("Without high-resolution timers a thread wakes up with the next "
                                        "tick, up to 10000 µs late; {}. With them "
                                        "the tick's rate (HZ) does not matter to real-time threads.",
                                        period_of(machine));
    const auto& options = machine.kernel_options();
    if (options.empty())
        return unreadable("the kernel's configuration is neither in /proc/config.gz nor in /boot", why);
    const auto hz = options.find("CONFIG_HZ");
    const std::string rate = hz == options.end() ? "?" : hz->second;
    if (machine.kernel_parameter("highres") == "off")
        return bad("switched off by highres=off", why,
                   {.text = "Take highres=off from the kernel's command line", .effect = Effect::reboot});
    if (built_with(machine, "CONFIG_HIGH_RES_TIMERS"))
        return good(fmt::format("high resolution, HZ {}", rate), why);
    const double tick_usec = 1e6 / static_cast<double>(std::max(number_in(rate).value_or(100), 1LL));
    return bad(fmt::format("low resolution: {:.0f} µs, {:.0f} % of the period", tick_usec,
                           100 * tick_usec / quantum.period_usec()),
               why, {.text = "Boot a kernel that has CONFIG_HIGH_RES_TIMERS", .effect = Effect::reboot});
}

Finding check_clock(const Machine& machine)
{
    const std::string why =
        "Every block reads the clock some ten times: from a counter of the CPU (tsc, or a virtual "
        "machine's) that takes 20 ns, from a chip (hpet, acpi_pm) 1 to 5 µs and a system call.";
    const auto clock = machine.text("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    if (!clock)
        return unreadable("/sys/devices/system/clocksource cannot be read", why);
    if (*clock != "hpet" && *clock != "acpi_pm" && *clock != "jiffies" && *clock != "refined-jiffies")
        return good(*clock, why);
    const bool forced =
        machine.kernel_parameter("clocksource").has_value() || machine.kernel_parameter("notsc");
    return bad(
        *clock, why,
        {.text = forced
                     ? "Take clocksource= and notsc from the kernel's command line"
                     : "The kernel found the CPU's counter unreliable ('sudo dmesg | grep -i tsc' says why): "
                       "update the firmware",
         .effect = Effect::reboot});
}

Finding check_scheduler(const Machine& machine)
{
    const std::string why =
        "BORE and the schedulers of sched_ext share the CPU out among ordinary threads: windows, "
        "editors, loading. Real-time threads, all of the audio, never get to them.";
    if (!machine.text("/proc/sys/kernel/osrelease"))
        return unreadable("/proc/sys/kernel cannot be read", why);
    if (machine.text("/sys/kernel/sched_ext/state").value_or("") == "enabled")
        return note(
            fmt::format("sched_ext: {}", machine.text("/sys/kernel/sched_ext/root/ops").value_or("?")), why);
    if (const auto bore = machine.number("/proc/sys/kernel/sched_bore"))
        return note(*bore != 0 ? "BORE" : "BORE, switched off", why);
    return note("the kernel's own", why);
}

Finding check_mitigations(const Machine& machine)
{
    const std::string why =
        "The defences against flaws of CPUs make each of the four system calls of a block dearer, by "
        "less than 1 µs on CPUs of the last years. Leave them on.";
    if (!machine.text("/proc/cmdline"))
        return unreadable("/proc/cmdline cannot be read", why);
    const auto parameter = machine.kernel_parameter("mitigations");
    return note(parameter ? "mitigations=" + *parameter : "the kernel's default", why);
}

Finding check_virtual_machine(const Machine& machine)
{
    const std::string why =
        fmt::format("A virtual machine runs when its host lets it: pauses of some 1000 µs are usual, no "
                    "setting in here prevents them, and {}.",
                    period_of(machine));
    const auto cpus = machine.text("/proc/cpuinfo");
    if (!cpus)
        return unreadable("/proc/cpuinfo cannot be read", why);
    for (const auto line : lines_of(*cpus))
        if (line.starts_with("flags"))
            for (const auto flag : words_of(line))
                if (flag == "hypervisor") {
                    const auto vendor = machine.text("/sys/class/dmi/id/product_name");
                    return note("virtual machine" + (vendor ? " (" + *vendor + ")" : ""), why);
                }
    return good("real hardware", why);
}

} // namespace decant::doctor
