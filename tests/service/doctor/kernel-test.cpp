// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The kernel, its interrupts, the power it saves and the memory it gives.

#include "tests/service/doctor/fake-machine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace decant::doctor
{

using Catch::Matchers::ContainsSubstring;

namespace
{

const std::string cpu = "/sys/devices/system/cpu/";

void set_kernel(FakeMachine& machine, const std::string& version, const std::string& options)
{
    machine.file("/proc/sys/kernel/osrelease", "6.18.1\n")
        .file("/proc/sys/kernel/version", version + "\n")
        .file("/boot/config-6.18.1", options);
}

} // namespace

TEST_CASE("kernel.preemption: PREEMPT_DYNAMIC says nothing; how it was booted does")
{
    FakeMachine machine;
    CHECK(machine.state("kernel.preemption") == State::unreadable);

    const std::string dynamic = "#1 SMP PREEMPT_DYNAMIC Debian 6.18.1";
    set_kernel(machine, dynamic,
               "CONFIG_PREEMPT_DYNAMIC=y\nCONFIG_PREEMPT_NONE=y\n# CONFIG_PREEMPT is not set\n");
    const auto none = machine.look("kernel.preemption");
    CHECK(none.state == State::bad);
    CHECK_THAT(none.value, ContainsSubstring("none"));
    CHECK(none.fix.value().kernel_parameters == "preempt=full");
    CHECK(none.fix.value().effect == Effect::reboot);

    machine.file("/proc/cmdline", "quiet preempt=full -- preempt=none\n");
    CHECK(machine.state("kernel.preemption") == State::ok);

    machine.file("/proc/cmdline", "quiet preempt=voluntary\n");
    set_kernel(machine, dynamic, "CONFIG_PREEMPT_DYNAMIC=y\nCONFIG_PREEMPT=y\n");
    CHECK(machine.state("kernel.preemption") == State::bad);

    machine.file("/sys/kernel/debug/sched/preempt", "none voluntary full (lazy)\n");
    CHECK_THAT(machine.look("kernel.preemption").value, ContainsSubstring("lazy"));
    CHECK(machine.state("kernel.preemption") == State::ok);
}

TEST_CASE("kernel.preemption: a kernel for servers has to be replaced, a real-time one is best")
{
    FakeMachine machine;
    set_kernel(machine, "#1 SMP", "CONFIG_PREEMPT_VOLUNTARY=y\n");
    const auto finding = machine.look("kernel.preemption");
    CHECK(finding.state == State::bad);
    CHECK(finding.fix.value().kernel_parameters.empty());

    machine.file("/sys/kernel/realtime", "1\n");
    CHECK(machine.state("kernel.preemption") == State::ok);
}

TEST_CASE("kernel.threadirqs: worth considering, and always so with PREEMPT_RT")
{
    FakeMachine machine;
    CHECK(machine.state("kernel.threadirqs") == State::unreadable);
    machine.file("/proc/cmdline", "quiet\n");
    CHECK(machine.state("kernel.threadirqs") == State::info);
    CHECK(machine.look("kernel.threadirqs").fix.value().kernel_parameters == "threadirqs");
    machine.file("/proc/cmdline", "quiet threadirqs\n");
    CHECK(machine.state("kernel.threadirqs") == State::ok);
}

TEST_CASE("kernel.timers: a tick is no clock for audio")
{
    FakeMachine machine;
    CHECK(machine.state("kernel.timers") == State::unreadable);
    set_kernel(machine, "#1", "CONFIG_HIGH_RES_TIMERS=y\nCONFIG_HZ=250\n");
    CHECK(machine.state("kernel.timers") == State::ok);
    set_kernel(machine, "#1", "CONFIG_HZ=250\n");
    machine.facts.quantum = {.frames = 64, .rate = 48000, .source = "test"};
    CHECK(machine.state("kernel.timers") == State::bad);
    CHECK_THAT(machine.look("kernel.timers").value, ContainsSubstring("300 %"));
}

TEST_CASE("kernel.clock: a chip is slow to read")
{
    FakeMachine machine;
    const auto file = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    CHECK(machine.state("kernel.clock") == State::unreadable);
    machine.file(file, "tsc\n");
    CHECK(machine.state("kernel.clock") == State::ok);
    machine.file(file, "hpet\n");
    CHECK(machine.state("kernel.clock") == State::bad);
}

TEST_CASE("kernel.scheduler, kernel.mitigations, kernel.virtual-machine: good to know")
{
    FakeMachine machine;
    CHECK(machine.state("kernel.scheduler") == State::unreadable);
    CHECK(machine.state("kernel.mitigations") == State::unreadable);
    CHECK(machine.state("kernel.virtual-machine") == State::unreadable);
    machine.file("/proc/sys/kernel/osrelease", "6.18.1\n").file("/proc/sys/kernel/sched_bore", "1\n");
    CHECK_THAT(machine.look("kernel.scheduler").value, ContainsSubstring("BORE"));
    machine.file("/proc/cmdline", "mitigations=off\n");
    CHECK(machine.look("kernel.mitigations").value == "mitigations=off");
    machine.file("/proc/cpuinfo", "processor : 0\nflags : fpu tsc\n");
    CHECK(machine.state("kernel.virtual-machine") == State::ok);
    machine.file("/proc/cpuinfo", "processor : 0\nflags : fpu hypervisor tsc\n");
    CHECK(machine.state("kernel.virtual-machine") == State::info);
}

TEST_CASE("interrupts: the card's thread above the others, alone, and not on isolated CPUs")
{
    FakeMachine machine;
    for (const auto* id : {"interrupts.priority", "interrupts.sharing", "interrupts.affinity",
                           "interrupts.irqbalance", "interrupts.isolation", "interrupts.smt"})
        CHECK(machine.state(id) == State::unreadable);

    machine.file("/proc/cmdline", "threadirqs\n").process(90, "irq/31-xhci_hcd", {});
    machine.thread(90, 90, "irq/31-xhci_hcd", SCHED_FIFO, 50);
    CHECK(machine.state("interrupts.priority") == State::bad);
    machine.thread(90, 90, "irq/31-xhci_hcd", SCHED_FIFO, 90);
    CHECK(machine.state("interrupts.priority") == State::ok);

    machine.file("/proc/interrupts",
                 "            CPU0       CPU1\n"
                 "  9:          0          4   IO-APIC    9-fasteoi   acpi\n"
                 " 31:          7          0  PCI-MSI-0000:00:14.0    0-edge      xhci_hcd\n"
                 "NMI:          0          0   Non-maskable interrupts\n");
    CHECK(machine.state("interrupts.sharing") == State::ok);
    CHECK(machine.state("interrupts.affinity") == State::ok);
    machine.file("/proc/interrupts",
                 "            CPU0       CPU1\n"
                 " 16:          7          0   IO-APIC   16-fasteoi   snd_hda_intel:card0, nvidia\n");
    CHECK(machine.state("interrupts.sharing") == State::bad);
    CHECK_THAT(machine.look("interrupts.sharing").value, ContainsSubstring("nvidia"));
    machine.file("/proc/interrupts", "            CPU0\n");
    CHECK(machine.state("interrupts.sharing") == State::info);
}

TEST_CASE("interrupts: isolated CPUs are for the threads that are bound to them, and for nothing else")
{
    FakeMachine machine;
    machine.file(cpu + "isolated", "\n")
        .file("/proc/interrupts", "   CPU0\n")
        .process(5, "irqbalance", {"irqbalance"});
    CHECK(machine.state("interrupts.isolation") == State::ok);
    CHECK(machine.state("interrupts.affinity") == State::ok);
    CHECK(machine.state("interrupts.irqbalance") == State::info);

    machine.file(cpu + "isolated", "2-3\n");
    CHECK(machine.state("interrupts.irqbalance") == State::bad);
    CHECK(machine.state("interrupts.isolation") == State::bad);
    machine.process(6, "decantd", {"decantd"}).status("6", "Cpus_allowed_list", "0-3");
    CHECK(machine.state("interrupts.isolation") == State::info);

    CHECK(machine.state("interrupts.affinity") == State::ok);
    machine.file("/proc/irq/40/smp_affinity_list", "2\n");
    CHECK(machine.state("interrupts.affinity") == State::bad);

    machine.file(cpu + "smt/active", "1\n");
    CHECK(machine.look("interrupts.smt").value == "on");
}

TEST_CASE("interrupts.irqbalance: one that does not run does no harm")
{
    FakeMachine machine;
    machine.process(1, "init", {"init"});
    CHECK(machine.state("interrupts.irqbalance") == State::ok);
}

TEST_CASE("power.governor: performance, or a driver that does the same under another name")
{
    FakeMachine machine;
    CHECK(machine.state("power.governor") == State::unreadable);
    machine.file(cpu + "cpu0/cpufreq/scaling_governor", "performance\n")
        .file(cpu + "cpu1/cpufreq/scaling_governor", "performance\n");
    CHECK(machine.state("power.governor") == State::ok);
    machine.file(cpu + "cpu1/cpufreq/scaling_governor", "powersave\n");
    CHECK_THAT(machine.look("power.governor").value, ContainsSubstring("powersave on 1 of 2 CPUs"));
    CHECK(machine.state("power.governor") == State::bad);
    machine.file(cpu + "cpu0/cpufreq/scaling_governor", "powersave\n")
        .file(cpu + "cpu0/cpufreq/energy_performance_preference", "performance\n");
    CHECK(machine.state("power.governor") == State::ok);
    machine.file(cpu + "cpu0/cpufreq/scaling_governor", "schedutil\n")
        .file(cpu + "cpu1/cpufreq/scaling_governor", "schedutil\n");
    CHECK(machine.state("power.governor") == State::info);
}

TEST_CASE("power.governor: what a file says gets into no shell unquoted")
{
    FakeMachine machine;
    machine.file(cpu + "cpu0/cpufreq/scaling_governor", "x'; reboot; '\n");
    CHECK_THAT(machine.look("power.governor").fix.value().commands.at(0).undo,
               ContainsSubstring("echo 'x'\\''; reboot; '\\''' >"));
}

TEST_CASE("power.profile: low power caps everything else")
{
    FakeMachine machine;
    CHECK(machine.state("power.profile") == State::unreadable);
    machine.file("/sys/firmware/acpi/platform_profile", "performance\n");
    CHECK(machine.state("power.profile") == State::ok);
    machine.file("/sys/firmware/acpi/platform_profile", "low-power\n");
    CHECK(machine.state("power.profile") == State::bad);
}

TEST_CASE("power.idle-states: a state that takes long to leave is bad unless it is held off")
{
    FakeMachine machine;
    CHECK(machine.state("power.idle-states") == State::unreadable);
    const std::string states = cpu + "cpu0/cpuidle/";
    machine.file(states + "state0/latency", "0\n").file(states + "state1/latency", "2\n");
    CHECK(machine.state("power.idle-states") == State::ok);
    machine.file(states + "state2/latency", "1048\n").file(states + "state2/name", "C10\n");
    CHECK(machine.state("power.idle-states") == State::bad);
    CHECK_THAT(machine.look("power.idle-states").value, ContainsSubstring("C10, 1048 µs"));
    machine.file(states + "state2/disable", "1\n");
    CHECK(machine.state("power.idle-states") == State::ok);
    machine.file(states + "state2/disable", "0\n")
        .process(6, "decantd", {"decantd"})
        .link("/proc/6/fd/9", "/dev/cpu_dma_latency");
    CHECK(machine.state("power.idle-states") == State::ok);
}

TEST_CASE("power.idle-states: the shorter the period, the less sleep there may be")
{
    FakeMachine machine;
    machine.file(cpu + "cpu0/cpuidle/state1/latency", "85\n");
    CHECK(machine.state("power.idle-states") == State::ok);
    machine.facts.quantum = {.frames = 64, .rate = 48000, .source = "test"};
    CHECK(machine.state("power.idle-states") == State::bad);
}

TEST_CASE("power.dma-latency: the file has to be the user's to write")
{
    FakeMachine machine;
    CHECK(machine.state("power.dma-latency") == State::unreadable);
    machine.file("/dev/cpu_dma_latency", "");
    const auto file = machine.root() / "dev/cpu_dma_latency";
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    machine.facts.user = 123456; // owns nothing here
    CHECK(machine.state("power.dma-latency") == State::info);
    std::filesystem::permissions(file, std::filesystem::perms(0666));
    CHECK(machine.state("power.dma-latency") == State::ok);
}

TEST_CASE("power.turbo: either is fine")
{
    FakeMachine machine;
    CHECK(machine.state("power.turbo") == State::unreadable);
    machine.file(cpu + "intel_pstate/no_turbo", "1\n");
    CHECK(machine.look("power.turbo").value == "off");
    CHECK(machine.state("power.turbo") == State::info);
}

TEST_CASE("power.sound-card: a card that is switched off is found by what it is, not by its name")
{
    FakeMachine machine;
    CHECK(machine.state("power.sound-card") == State::unreadable);
    machine.file("/sys/bus/usb/devices/1-4:1.0/bInterfaceClass", "03\n")
        .file("/sys/bus/usb/devices/1-4/power/control", "auto\n");
    CHECK(machine.state("power.sound-card") == State::info);
    CHECK(machine.look("power.sound-card").value == "this machine has no sound card");
    machine.file("/sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "01\n")
        .file("/sys/bus/usb/devices/1-2/power/control", "on\n");
    CHECK(machine.state("power.sound-card") == State::ok);
    machine.file("/sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "01\n")
        .file("/sys/bus/usb/devices/1-2/power/control", "auto\n")
        .file("/sys/module/snd_hda_intel/parameters/power_save", "10\n");
    const auto finding = machine.look("power.sound-card");
    CHECK(finding.state == State::bad);
    CHECK(finding.value == "may be switched off: HDA after 10 s, USB 1-2");
}

TEST_CASE("power.pcie: links that sleep are late")
{
    FakeMachine machine;
    CHECK(machine.state("power.pcie") == State::unreadable);
    machine.file("/sys/module/pcie_aspm/parameters/policy",
                 "[default] performance powersave powersupersave\n");
    CHECK(machine.state("power.pcie") == State::ok);
    machine.file("/sys/module/pcie_aspm/parameters/policy",
                 "default performance powersave [powersupersave]\n");
    CHECK(machine.state("power.pcie") == State::bad);
}

TEST_CASE("memory.swap: on a disk and willingly used is bad, compressed memory is none")
{
    FakeMachine machine;
    CHECK(machine.state("memory.swap") == State::unreadable);
    const std::string head = "Filename Type Size Used Priority\n";
    machine.file("/proc/swaps", head + "/dev/zram0 partition 8 0 100\n")
        .file("/proc/sys/vm/swappiness", "60\n");
    CHECK(machine.state("memory.swap") == State::ok);
    machine.file("/proc/swaps", head + "/dev/sda2 partition 8 0 -2\n");
    CHECK(machine.state("memory.swap") == State::bad);
    machine.file("/proc/sys/vm/swappiness", "10\n");
    CHECK(machine.state("memory.swap") == State::ok);
}

TEST_CASE("memory.tmp: in memory is right, and on a disk worth a thought")
{
    FakeMachine machine;
    CHECK(machine.state("memory.tmp") == State::unreadable);
    machine.file("/proc/self/mountinfo", "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n");
    CHECK(machine.state("memory.tmp") == State::info);
    machine.file("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                         "30 22 0:30 / /tmp rw - tmpfs tmpfs rw\n"
                                         "31 22 0:31 / /tmpother rw - ext4 /dev/sdb1 rw\n");
    CHECK(machine.state("memory.tmp") == State::ok);
}

TEST_CASE("memory.map-count, memory.huge-pages, memory.inotify")
{
    FakeMachine machine;
    for (const auto* id : {"memory.map-count", "memory.huge-pages", "memory.inotify"})
        CHECK(machine.state(id) == State::unreadable);
    machine.file("/proc/sys/vm/max_map_count", "65530\n");
    CHECK(machine.state("memory.map-count") == State::bad);
    machine.file("/proc/sys/vm/max_map_count", "1048576\n");
    CHECK(machine.state("memory.map-count") == State::ok);
    machine.file("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    CHECK(machine.look("memory.huge-pages").value == "madvise");
    CHECK_FALSE(machine.look("memory.huge-pages").fix);
    machine.file("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
    CHECK(machine.look("memory.huge-pages").fix);
    machine.file("/proc/sys/fs/inotify/max_user_watches", "8192\n");
    CHECK(machine.state("memory.inotify") == State::info);
}

} // namespace decant::doctor
