// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is allowed, who really has it, and who else might give it.

#include "tests/service/doctor/fake-machine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cerrno>

namespace decant::doctor
{

using Catch::Matchers::ContainsSubstring;

namespace
{

const std::string rtprio = "Max realtime priority";
const std::string memlock = "Max locked memory";

void add_user_manager(FakeMachine& machine)
{
    machine.process(700, "systemd", {"/usr/lib/systemd/systemd", "--user"});
}

} // namespace

TEST_CASE("limits.rtprio: enough everywhere is fine, unless it is missing where the service gets its own")
{
    FakeMachine machine;
    CHECK(machine.state("limits.rtprio") == State::unreadable);

    machine.limit("self", rtprio, "95");
    CHECK(machine.state("limits.rtprio") == State::ok);

    add_user_manager(machine);
    machine.limit("700", rtprio, "0");
    const auto finding = machine.look("limits.rtprio");
    CHECK(finding.state == State::bad);
    CHECK(finding.value == "user manager 0, this shell 95");
    REQUIRE(finding.fix);
    CHECK(finding.fix->effect == Effect::new_login);
    CHECK_THAT(finding.fix->files.at(0).path, ContainsSubstring("user@.service.d"));
}

TEST_CASE("limits.rtprio: where nobody has it, it is given to a group that the user is put into")
{
    FakeMachine machine;
    machine.limit("self", rtprio, "0");
    const auto finding = machine.look("limits.rtprio");
    CHECK(finding.state == State::bad);
    REQUIRE(finding.fix);
    CHECK_THAT(finding.fix->files.at(0).path, ContainsSubstring("/etc/security/limits.d/"));
    CHECK_THAT(finding.fix->commands.at(0).apply, ContainsSubstring("'musician'"));
}

TEST_CASE(
    "limits.rtprio: a group that has limits already is preferred, until its limits turn out to be too low")
{
    FakeMachine machine;
    machine.limit("self", rtprio, "0")
        .file("/etc/security/limits.d/25-pw-rlimits.conf", "@pipewire - rtprio 95\n")
        .file("/etc/group", "pipewire:x:990:\n");
    auto fix = machine.look("limits.rtprio").fix.value();
    CHECK(fix.files.empty());
    CHECK(fix.commands.at(0).apply == "usermod -aG 'pipewire' 'musician'");
    machine.file("/etc/group", "pipewire:x:990:musician\n");
    fix = machine.look("limits.rtprio").fix.value();
    CHECK(fix.files.size() == 1);
}

TEST_CASE("limits.rtprio: a process with CAP_SYS_NICE needs no limit")
{
    FakeMachine machine;
    machine.limit("self", rtprio, "0").status("self", "CapEff", "000001ffffffffff");
    CHECK(machine.state("limits.rtprio") == State::ok);
}

TEST_CASE("limits.memlock: 8 MiB is too little, unlimited is enough, and a strange table tells nothing")
{
    FakeMachine machine;
    machine.limit("self", memlock, "8388608");
    CHECK(machine.state("limits.memlock") == State::bad);
    CHECK_THAT(machine.look("limits.memlock").value, ContainsSubstring("8 MiB"));
    machine.limit("self", memlock, "unlimited");
    CHECK(machine.state("limits.memlock") == State::ok);
    machine.file("/proc/self/limits", "Max locked memory\n");
    CHECK(machine.state("limits.memlock") == State::unreadable);
}

TEST_CASE("limits.nice: matters only to who may not be real-time")
{
    FakeMachine machine;
    CHECK(machine.state("limits.nice") == State::unreadable);
    machine.limit("self", "Max nice priority", "31");
    CHECK(machine.state("limits.nice") == State::ok);
    machine.limit("self", "Max nice priority", "0");
    CHECK(machine.state("limits.nice") == State::bad);
    machine.limit("self", rtprio, "95");
    CHECK(machine.state("limits.nice") == State::info);
}

TEST_CASE("limits.groups: the group of the limits has to be in the session, not only in /etc/group")
{
    FakeMachine machine;
    CHECK(machine.state("limits.groups") == State::unreadable);
    machine.file("/etc/security/limits.d/audio.conf", "# @video - rtprio 95\n@audio   -  rtprio     95\n")
        .file("/etc/group", "video:x:44:musician\naudio:x:29:pulse\n")
        .file("/proc/self/status", "Gid:\t1000\t1000\nGroups:\t44 1000\n");
    const auto outside = machine.look("limits.groups");
    CHECK(outside.state == State::bad);
    CHECK_THAT(outside.fix.value().text, ContainsSubstring("usermod -aG 'audio'"));

    machine.file("/etc/group", "audio:x:29:pulse,musician\n");
    CHECK_THAT(machine.look("limits.groups").value, ContainsSubstring("this session is not"));

    machine.status("self", "Groups", "29 44 1000");
    CHECK(machine.state("limits.groups") == State::ok);
}

TEST_CASE("limits.rttime: a time limit kills the service, and a host only loses its priority")
{
    FakeMachine machine;
    CHECK(machine.state("limits.rttime") == State::unreadable);
    machine.limit("self", "Max realtime timeout", "unlimited");
    CHECK(machine.state("limits.rttime") == State::ok);
    machine
        .process(50, "wine64-preloader", {"wine64", "/usr/lib/decant/wine/x86_64-windows/decant-host64.exe"})
        .limit("50", "Max realtime timeout", "200000");
    CHECK(machine.state("limits.rttime") == State::info);
    CHECK(machine.look("limits.rttime").value ==
          "host 50 200000 µs: a block that takes longer costs a thread its priority");
    machine.process(6, "decantd", {"decantd"}).limit("6", "Max realtime timeout", "200000");
    CHECK(machine.state("limits.rttime") == State::bad);
    CHECK(machine.look("limits.rttime").value == "decantd 200000 µs, host 50 200000 µs");
}

TEST_CASE("limits.nofile: half a million matters with ntsync and esync only")
{
    FakeMachine machine;
    CHECK(machine.state("limits.nofile") == State::unreadable);
    machine.limit("self", "Max open files", "524288");
    CHECK(machine.state("limits.nofile") == State::ok);
    machine.limit("self", "Max open files", "4096");
    CHECK(machine.state("limits.nofile") == State::info);
    machine.file("/dev/ntsync", "");
    CHECK(machine.state("limits.nofile") == State::bad);
}

TEST_CASE("scheduling.grant: what the kernel says counts")
{
    FakeMachine machine;
    CHECK(machine.state("scheduling.grant") == State::unreadable);
    machine.facts.grant = Grant{83, 0};
    CHECK(machine.state("scheduling.grant") == State::ok);
    machine.facts.grant = Grant{83, EPERM};
    CHECK(machine.state("scheduling.grant") == State::bad);
    machine.limit("self", rtprio, "95");
    CHECK_THAT(machine.look("scheduling.grant").value, ContainsSubstring("although the limit allows it"));
}

TEST_CASE("scheduling.pipewire and scheduling.decant: every data loop has to be real-time")
{
    for (const auto& [id, name] :
         {std::pair("scheduling.pipewire", "pipewire"), std::pair("scheduling.decant", "decantd")}) {
        FakeMachine machine;
        CHECK(machine.state(id) == State::unreadable);
        machine.process(10, name, {name}).thread(10, 11, "data-loop.0", SCHED_FIFO, 83);
        CHECK(machine.state(id) == State::ok);
        machine.thread(10, 12, "data-loop.1", SCHED_RR, 20);
        CHECK(machine.state(id) == State::info);
        machine.thread(10, 12, "data-loop.1", SCHED_OTHER, 0);
        CHECK(machine.state(id) == State::bad);
        CHECK_THAT(machine.look(id).value, ContainsSubstring("nice 0"));
    }
}

TEST_CASE("scheduling.hosts: a host without priority is bad if the loops have one and everything plays")
{
    FakeMachine machine;
    CHECK(machine.state("scheduling.hosts") == State::unreadable);
    machine.process(20, "decantd", {"decantd"}).thread(20, 21, "data-loop.0", SCHED_FIFO, 83);
    machine.process(30, "decant-host64.e", {"wine64", "Z:\\decant-host64.exe"});
    CHECK(machine.state("scheduling.hosts") == State::info);
    machine.facts.rack = std::vector{RackNode{.name = "bass", .plugin = true, .load = 0.1}};
    CHECK(machine.state("scheduling.hosts") == State::bad);
    machine.thread(30, 31, "audio", SCHED_FIFO, 83);
    CHECK(machine.state("scheduling.hosts") == State::ok);
}

TEST_CASE("scheduling.wineserver: below the audio threads, above everybody else")
{
    FakeMachine machine;
    CHECK(machine.state("scheduling.wineserver") == State::unreadable);
    machine.process(40, "wineserver64", {"wineserver"});
    CHECK(machine.state("scheduling.wineserver") == State::info);
    machine.thread(40, 40, "wineserver64", SCHED_OTHER, 0, -11);
    CHECK(machine.state("scheduling.wineserver") == State::ok);
    machine.process(30, "decant-host64.e", {"wine64", "decant-host64.exe"})
        .thread(30, 31, "audio", SCHED_FIFO, 83)
        .thread(40, 40, "wineserver64", SCHED_FIFO, 90);
    CHECK(machine.state("scheduling.wineserver") == State::bad);
}

TEST_CASE("scheduling.rivals: a program above the audio threads is named, a kernel's thread is none")
{
    FakeMachine machine;
    CHECK(machine.state("scheduling.rivals") == State::unreadable);
    machine.process(15, "migration/0", {}).thread(15, 15, "migration/0", SCHED_FIFO, 99);
    CHECK(machine.state("scheduling.rivals") == State::ok);
    machine.process(66, "miner", {"miner"}).thread(66, 67, "work", SCHED_FIFO, 99);
    CHECK(machine.state("scheduling.rivals") == State::bad);
    CHECK_THAT(machine.look("scheduling.rivals").value, ContainsSubstring("miner (66) at 99"));
}

TEST_CASE("scheduling.throttling: the kernel's 95 % is right, less cuts sound off, none is dangerous")
{
    FakeMachine machine;
    CHECK(machine.state("scheduling.throttling") == State::unreadable);
    machine.file("/proc/sys/kernel/sched_rt_period_us", "1000000\n")
        .file("/proc/sys/kernel/sched_rt_runtime_us", "950000\n");
    CHECK(machine.state("scheduling.throttling") == State::ok);
    machine.file("/proc/sys/kernel/sched_rt_runtime_us", "500000\n");
    CHECK(machine.state("scheduling.throttling") == State::bad);
    machine.file("/proc/sys/kernel/sched_rt_runtime_us", "-1\n");
    CHECK(machine.state("scheduling.throttling") == State::info);
}

TEST_CASE("scheduling.group: a kernel with group scheduling has to be booted without it")
{
    FakeMachine machine;
    CHECK(machine.state("scheduling.group") == State::unreadable);
    machine.file("/proc/sys/kernel/osrelease", "6.16.0\n")
        .file("/boot/config-6.16.0", "# CONFIG_RT_GROUP_SCHED is not set\n");
    CHECK(machine.state("scheduling.group") == State::ok);
    machine.file("/boot/config-6.16.0", "CONFIG_RT_GROUP_SCHED=y\n");
    CHECK(machine.look("scheduling.group").fix.value().kernel_parameters == "rt_group_sched=0");
    machine.file("/proc/cmdline", "quiet rt_group_sched=0\n");
    CHECK(machine.state("scheduling.group") == State::ok);
}

TEST_CASE("permission.rtkit: needed only where the limits do not suffice")
{
    FakeMachine machine;
    CHECK(machine.state("permission.rtkit") == State::unreadable);
    machine.facts.rtkit = RealtimeService{20, -15, 200000};
    CHECK(machine.state("permission.rtkit") == State::info);
    machine.limit("self", rtprio, "95");
    CHECK(machine.state("permission.rtkit") == State::ok);
}

TEST_CASE("permission.portal: one that promises no time at all is the broken one")
{
    FakeMachine machine;
    CHECK(machine.state("permission.portal") == State::unreadable);
    machine.facts.rtkit = RealtimeService{20, -15, 200000};
    machine.facts.portal = RealtimeService{20, -15, 200000};
    CHECK(machine.state("permission.portal") == State::ok);
    machine.facts.portal = RealtimeService{20, -15, 0};
    CHECK(machine.state("permission.portal") == State::bad);
}

TEST_CASE("permission.session: lingering alone gets nothing from RealtimeKit")
{
    FakeMachine machine;
    CHECK(machine.state("permission.session") == State::unreadable);
    machine.file("/run/systemd/users/1000", "NAME=musician\nSTATE=active\n");
    CHECK(machine.state("permission.session") == State::ok);
    machine.file("/run/systemd/users/1000", "NAME=musician\nSTATE=lingering\n");
    CHECK(machine.state("permission.session") == State::bad);
}

TEST_CASE("permission.namespace: numbers of processes have to be those of the machine")
{
    FakeMachine machine;
    CHECK(machine.state("permission.namespace") == State::unreadable);
    machine.status("self", "NSpid", "4711");
    CHECK(machine.state("permission.namespace") == State::ok);
    machine.status("self", "NSpid", "4711\t12");
    CHECK(machine.state("permission.namespace") == State::bad);
    machine.file("/.flatpak-info", "");
    CHECK_THAT(machine.look("permission.namespace").value, ContainsSubstring("flatpak"));
}

} // namespace decant::doctor
