// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Wine, its prefixes, the service's unit and the graph.

#include "tests/service/doctor/fake-machine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <unistd.h>

namespace decant::doctor
{

using Catch::Matchers::ContainsSubstring;

namespace
{

/// As WineHQ's packages install it.
void install_wine(FakeMachine& machine, const std::string& known_to_server,
                  const std::string& known_to_ntdll = "")
{
    machine
        .file("/opt/wine-stable/bin/wine", "\x7f"
                                           "ELF")
        .file("/opt/wine-stable/bin/wineserver", "\x7f"
                                                 "ELF" +
                                                     known_to_server)
        .file("/opt/wine-stable/lib/wine/x86_64-unix/ntdll.so", "\x7f"
                                                                "ELF" +
                                                                    known_to_ntdll)
        .file("/opt/wine-stable/share/wine/wine.inf", "");
    std::filesystem::permissions(machine.root() / "opt/wine-stable/bin/wine", std::filesystem::perms(0755));
}

const std::string prefix = "/home/musician/.wine";

void make_prefix(FakeMachine& machine)
{
    machine.file(prefix + "/system.reg", "WINE REGISTRY Version 2\n\n#arch=win64\n")
        .file(prefix + "/drive_c/x", "")
        .link(prefix + "/dosdevices/c:", "../drive_c")
        .file("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    machine.facts.user = getuid(); // the files are ours
}

Graph playing_graph()
{
    Graph graph;
    graph.seconds = 1;
    graph.drivers = {{.name = "card", .frames = 256, .rate = 48000, .nodes = {{"card"}, {"decant.bass"}}}};
    return graph;
}

} // namespace

TEST_CASE("wine.version: none is worth knowing, one that is too old is bad")
{
    FakeMachine machine;
    CHECK(machine.state("wine.version") == State::info);
    install_wine(machine, "");
    CHECK(machine.state("wine.version") == State::unreadable);
    machine.facts.wine_version = std::string("wine-6.0.3 (Debian 6.0.3~repack-1)");
    CHECK(machine.state("wine.version") == State::bad);
    machine.facts.wine_version = std::string("wine-10.0");
    CHECK(machine.state("wine.version") == State::ok);
}

TEST_CASE("wine.sync: what is in effect shows in wineserver's descriptors")
{
    FakeMachine machine;
    CHECK(machine.state("wine.sync") == State::unreadable);
    install_wine(machine, "/dev/ntsync");
    machine.process(40, "wineserver", {"wineserver"})
        .link("/proc/40/fd/7", "/dev/ntsync")
        .file("/dev/ntsync", "");
    CHECK(machine.state("wine.sync") == State::ok);
    CHECK(machine.look("wine.sync").value == "in effect: ntsync");

    FakeMachine without;
    install_wine(without, "/dev/ntsync");
    without.process(40, "wineserver", {"wineserver"})
        .link("/proc/40/fd/7", "socket:[12]")
        .file("/dev/ntsync", "");
    CHECK(without.state("wine.sync") == State::bad);

    FakeMachine module;
    install_wine(module, "/dev/ntsync");
    module.file("/proc/sys/kernel/osrelease", "6.14.0").file("/boot/config-6.14.0", "CONFIG_NTSYNC=m\n");
    CHECK(module.look("wine.sync").fix.value().commands.at(0).apply == "modprobe ntsync");

    FakeMachine fsync;
    install_wine(fsync, "WINEFSYNC");
    fsync.process(40, "wineserver", {"wineserver"}).link("/proc/40/fd/7", "/dev/shm/wine-1a2b-fsync");
    CHECK(fsync.look("wine.sync").value == "in effect: fsync");

    FakeMachine old;
    install_wine(old, "");
    CHECK(old.state("wine.sync") == State::info);
}

TEST_CASE("wine.variables: whether one has an effect shows in Wine's own files")
{
    FakeMachine machine;
    CHECK(machine.state("wine.variables") == State::unreadable);
    install_wine(machine, "", "WINEESYNC");
    CHECK(machine.state("wine.variables") == State::ok);
    machine.facts.environment["WINEESYNC"] = "1";
    CHECK(machine.state("wine.variables") == State::info);
    machine.process(6, "decantd", {"decantd"})
        .file("/proc/6/environ", std::string("STAGING_SHARED_MEMORY=1\0NSPA_RT_PRIO=78\0", 41));
    const auto finding = machine.look("wine.variables");
    CHECK(finding.state == State::bad);
    CHECK(finding.value == "without effect: STAGING_SHARED_MEMORY=1, NSPA_RT_PRIO=78");
}

TEST_CASE("wine.variables: esync and fsync are in effect if wineserver shows it, whatever its files know")
{
    FakeMachine machine;
    install_wine(machine, "", "WINEFSYNC WINEESYNC");
    machine.facts.environment["WINEFSYNC"] = "1";
    CHECK(machine.look("wine.variables").value == "in effect: WINEFSYNC=1 (when a wineserver starts)");
    machine.process(40, "wineserver", {"wineserver"}).link("/proc/40/fd/7", "socket:[12]");
    CHECK(machine.state("wine.variables") == State::bad);
    CHECK(machine.look("wine.variables").value == "without effect: WINEFSYNC=1");
    machine.link("/proc/40/fd/8", "/dev/shm/wine-1a2b-fsync");
    CHECK(machine.state("wine.variables") == State::info);
    CHECK(machine.look("wine.variables").value == "in effect: WINEFSYNC=1");
    machine.facts.environment["WINEESYNC"] = "1";
    CHECK(machine.look("wine.variables").value == "without effect: WINEESYNC=1");
}

TEST_CASE("wine.variables: what Decant heeds itself has an effect with every Wine")
{
    FakeMachine machine;
    install_wine(machine, "");
    machine.facts.environment["WINE_RT_PRIO"] = "78";
    machine.facts.environment["WINE_RT_POLICY"] = "FF";
    const auto finding = machine.look("wine.variables");
    CHECK(finding.state == State::info);
    CHECK(finding.value == "in effect: WINE_RT_PRIO=78, WINE_RT_POLICY=FF");
}

TEST_CASE("wine.debug: messages are for looking for faults")
{
    FakeMachine machine;
    CHECK(machine.state("wine.debug") == State::ok);
    machine.facts.environment["WINEDEBUG"] = "+seh,+relay";
    CHECK(machine.state("wine.debug") == State::bad);
    machine.facts.environment.clear();
    CHECK(machine.state("wine.debug") == State::unreadable);
}

TEST_CASE("wine.capability: none is needed")
{
    FakeMachine machine;
    CHECK(machine.state("wine.capability") == State::unreadable);
    install_wine(machine, "");
    CHECK(machine.state("wine.capability") == State::info);
}

TEST_CASE("prefix: one that is in order is left alone, and where there is none nothing is known")
{
    FakeMachine machine;
    install_wine(machine, "");
    for (const auto* id : {"prefix.owner", "prefix.architecture", "prefix.version", "prefix.files"})
        CHECK(machine.state(id) == State::unreadable);
    make_prefix(machine);
    for (const auto* id : {"prefix.owner", "prefix.architecture", "prefix.files"})
        CHECK(machine.state(id) == State::ok);
}

TEST_CASE("prefix.owner: somebody else's is refused by Wine")
{
    FakeMachine machine;
    make_prefix(machine);
    ++machine.facts.user;
    CHECK(machine.state("prefix.owner") == State::bad);
}

TEST_CASE("prefix.architecture: 32 bits only, or half made")
{
    FakeMachine machine;
    make_prefix(machine);
    machine.file(prefix + "/system.reg", "WINE REGISTRY Version 2\n\n#arch=win32\n");
    CHECK(machine.state("prefix.architecture") == State::bad);
    std::filesystem::remove(machine.root() / prefix.substr(1) / "system.reg");
    CHECK(machine.state("prefix.architecture") == State::bad);
}

TEST_CASE("prefix.version: another Wine has made it, unless updates are switched off")
{
    FakeMachine machine;
    make_prefix(machine);
    install_wine(machine, "");
    machine.file(prefix + "/.update-timestamp", "1234\n");
    CHECK(machine.state("prefix.version") == State::bad);
    machine.file(prefix + "/.update-timestamp", "disable\n");
    CHECK(machine.state("prefix.version") == State::ok);
}

TEST_CASE("prefix.files: not on a network, and drive C: has to lead somewhere")
{
    FakeMachine machine;
    make_prefix(machine);
    machine.file("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                         "23 22 0:40 / /home/musician rw - nfs4 server:/home rw\n");
    CHECK_THAT(machine.look("prefix.files").value, ContainsSubstring("on nfs4"));

    FakeMachine broken;
    make_prefix(broken);
    std::filesystem::remove_all(broken.root() / prefix.substr(1) / "drive_c");
    CHECK_THAT(broken.look("prefix.files").value, ContainsSubstring("C: leads nowhere"));
}

TEST_CASE("unit.hardening: what kills a Wine host is named, from the unit or from a drop-in")
{
    FakeMachine machine;
    CHECK(machine.state("unit.hardening") == State::unreadable);
    machine.file("/usr/lib/systemd/user/decant.service",
                 "[Service]\n#MemoryDenyWriteExecute=yes\nNoNewPrivileges=yes\n");
    CHECK(machine.state("unit.hardening") == State::ok);
    machine.file("/home/musician/.config/systemd/user/decant.service.d/hard.conf",
                 "[Service]\nMemoryDenyWriteExecute=yes\n");
    CHECK(machine.look("unit.hardening").value == "MemoryDenyWriteExecute=yes");
    machine.file("/home/musician/.config/systemd/user/decant.service.d/soft.conf",
                 "[Service]\nMemoryDenyWriteExecute=no\n");
    CHECK(machine.state("unit.hardening") == State::ok);
    machine.process(6, "decantd", {"decantd"}).status("6", "Seccomp", "2");
    CHECK(machine.state("unit.hardening") == State::bad);
}

TEST_CASE("unit.start: by systemd, or by hand")
{
    FakeMachine machine;
    CHECK(machine.state("unit.start") == State::unreadable);
    machine.process(6, "decantd", {"decantd"});
    CHECK(machine.state("unit.start") == State::unreadable);
    machine.file("/proc/6/cgroup", "0::/user.slice/user-1000.slice/session-2.scope\n");
    CHECK(machine.state("unit.start") == State::info);
    machine.file("/proc/6/cgroup", "0::/user.slice/user@1000.service/session.slice/decant.service\n");
    CHECK(machine.state("unit.start") == State::ok);
}

TEST_CASE("unit.rtportal: a copy of the configuration without the switch is found")
{
    FakeMachine machine;
    CHECK(machine.state("unit.rtportal") == State::unreadable);
    machine.file("/usr/share/pipewire/decant.conf", "context.modules = [\n rtportal.enabled = false\n]\n");
    CHECK(machine.state("unit.rtportal") == State::ok);
    machine.file("/home/musician/.config/pipewire/decant.conf", "context.modules = []\n");
    CHECK(machine.state("unit.rtportal") == State::bad);
}

TEST_CASE("graph: without a daemon nothing is known, and what plays is judged by what it misses")
{
    FakeMachine machine;
    for (const auto* id : {"graph.quantum", "graph.xruns", "graph.clocks", "graph.late", "graph.load"})
        CHECK(machine.state(id) == State::unreadable);

    machine.facts.graph = playing_graph();
    for (const auto* id : {"graph.quantum", "graph.xruns", "graph.clocks"})
        CHECK(machine.state(id) == State::ok);

    auto graph = playing_graph();
    graph.drivers[0].nodes[1].xruns = 7;
    machine.facts.graph = graph;
    CHECK(machine.state("graph.xruns") == State::info);
    graph.drivers[0].nodes[1].new_xruns = 1;
    machine.facts.graph = graph;
    CHECK(machine.state("graph.xruns") == State::bad);
    CHECK_THAT(machine.look("graph.xruns").value, ContainsSubstring("decant.bass 7"));

    graph.drivers.push_back({.name = "headset", .frames = 256, .rate = 16000, .nodes = {}});
    graph.forced_quantum = 256;
    machine.facts.graph = graph;
    CHECK(machine.state("graph.clocks") == State::info);
    CHECK(machine.state("graph.quantum") == State::info);
}

TEST_CASE("graph.late and graph.load: the rack's own figures")
{
    FakeMachine machine;
    machine.facts.rack = std::vector{RackNode{.name = "bass", .plugin = true, .load = 0.2}};
    CHECK(machine.state("graph.late") == State::ok);
    CHECK(machine.state("graph.load") == State::ok);
    machine.facts.rack = std::vector{RackNode{.name = "bass", .plugin = true, .load = 0.9, .late = 3}};
    CHECK(machine.state("graph.late") == State::bad);
    CHECK(machine.state("graph.load") == State::bad);
    CHECK_THAT(machine.look("graph.late").fix.value().text, ContainsSubstring("bass"));
}

} // namespace decant::doctor
