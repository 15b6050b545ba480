// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Memory that is on the disk when it is needed, or not to be had.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/mounts.hpp"
#include "service/doctor/wine-binaries.hpp"
#include "service/doctor/words.hpp"

#include <fmt/format.h>

namespace decant::doctor
{

Finding check_swap(const Machine& machine)
{
    constexpr long long most_swappiness = 10;
    const std::string why =
        fmt::format("A page that was swapped out takes 100 µs from an SSD, 10000 µs from a disk, and blocks "
                    "wait for it unless it was locked; {}. Compressed memory (zram) does not count.",
                    period_of(machine));
    const auto table = machine.text("/proc/swaps");
    const auto swappiness = machine.number("/proc/sys/vm/swappiness");
    if (!table || !swappiness)
        return unreadable("/proc/swaps or /proc/sys/vm/swappiness cannot be read", why);
    std::vector<std::string> disks;
    for (const auto line : lines_of(*table)) {
        const auto fields = words_of(line);
        if (fields.size() >= 3 && fields[0] != "Filename" &&
            fields[0].find("/zram") == std::string_view::npos)
            disks.emplace_back(fields[0]);
    }
    if (disks.empty())
        return good("none on a disk", why);
    const std::string value = fmt::format("{}, swappiness {}", joined(disks), *swappiness);
    if (*swappiness <= most_swappiness)
        return good(value, why);
    return bad(value, why,
               sysctl_fix("Let the kernel give up its file cache first", "vm.swappiness",
                          std::to_string(most_swappiness), std::to_string(*swappiness)));
}

Finding check_tmp(const Machine& machine)
{
    const std::string why =
        "wineserver keeps its socket there, and an older Wine the memory that processes share: on a disk, "
        "the kernel writes that back from time to time. Decant's own regions are in /dev/shm.";
    const auto mount = mount_of(machine, "/tmp");
    if (!mount)
        return unreadable("/proc/self/mountinfo cannot be read", why);
    if (mount->type == "tmpfs")
        return good("in memory", why);
    if (const auto server = wine_binary(machine, WineBinary::server);
        server && contains_text(*server, "wine-mapping"))
        return good(mount->type + ", which does not matter to this Wine", why);
    auto finding = note(mount->type + ": on a disk", why);
    finding.fix =
        Fix{.text = "sudo systemctl enable tmp.mount (Debian 12: copy /usr/share/systemd/tmp.mount to "
                    "/etc/systemd/system first) and reboot; files in /tmp then take memory",
            .effect = Effect::reboot,
            .commands = {{"[ -e /usr/lib/systemd/system/tmp.mount ] || cp -n /usr/share/systemd/tmp.mount "
                          "/etc/systemd/system/ && systemctl enable tmp.mount",
                          "systemctl disable tmp.mount"}}};
    return finding;
}

Finding check_map_count(const Machine& machine)
{
    constexpr long long wanted = 262144;
    const std::string why =
        "Large plugins and sample libraries map more pieces of memory than the kernel's old default of "
        "65530 allows; the one after that fails, and most plugins crash then.";
    const auto count = machine.number("/proc/sys/vm/max_map_count");
    if (!count)
        return unreadable("/proc/sys/vm/max_map_count cannot be read", why);
    if (*count >= wanted)
        return good(std::to_string(*count), why);
    return bad(std::to_string(*count), why,
               sysctl_fix("Raise it to what distributions set today", "vm.max_map_count", "1048576",
                          std::to_string(*count)));
}

Finding check_huge_pages(const Machine& machine)
{
    const std::string why =
        "'always' puts large pages together behind a plugin's back, while its memory waits; 'madvise' "
        "does it for those who ask.";
    const auto text = machine.text("/sys/kernel/mm/transparent_hugepage/enabled");
    if (!text)
        return unreadable("/sys/kernel/mm/transparent_hugepage cannot be read", why);
    const std::string chosen(chosen_of(*text));
    auto finding = note(chosen, why);
    if (chosen == "always")
        finding.fix = Fix{.text = "If the probe shows rare long waits: write madvise into "
                                  "/sys/kernel/mm/transparent_hugepage/enabled",
                          .commands = {{"echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
                                        "echo always > /sys/kernel/mm/transparent_hugepage/enabled"}}};
    return finding;
}

Finding check_inotify(const Machine& machine)
{
    const std::string why =
        "Programs that watch many files, sample browsers among them, fail without a word when these run "
        "out. decantd watches its configuration only.";
    const auto count = machine.number("/proc/sys/fs/inotify/max_user_watches");
    if (!count)
        return unreadable("/proc/sys/fs/inotify cannot be read", why);
    return note(fmt::format("{} watches", *count), why);
}

} // namespace decant::doctor
