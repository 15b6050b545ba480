// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The Wine prefixes: $WINEPREFIX or ~/.wine, and those of hosts that run.

#include "service/doctor/checks.hpp"
#include "service/doctor/findings.hpp"
#include "service/doctor/mounts.hpp"
#include "service/doctor/wine-binaries.hpp"
#include "service/doctor/words.hpp"

#include <fmt/format.h>
#include <functional>
#include <set>
#include <sys/stat.h>

namespace decant::doctor
{

namespace
{

std::set<std::string> prefixes_of(const Machine& machine)
{
    std::set<std::string> prefixes;
    const auto& environment = machine.facts.environment;
    if (const auto given = environment.find("WINEPREFIX");
        given != environment.end() && given->second.starts_with("/"))
        prefixes.insert(given->second);
    else if (const auto home = environment.find("HOME");
             home != environment.end() && home->second.starts_with("/"))
        prefixes.insert(home->second + "/.wine");
    for (const auto* host : machine.wine_hosts()) {
        const auto variables = machine.environment_of(host->id);
        if (const auto prefix = variables.find("WINEPREFIX"); prefix != variables.end())
            prefixes.insert(prefix->second);
    }
    return prefixes;
}

/// What is wrong with one, and what to do.
struct Trouble {
    std::string value;
    std::string remedy;
};

Finding look_at_each(const Machine& machine, const std::string& why, Effect effect,
                     const std::function<std::optional<Trouble>(const std::string&)>& look)
{
    std::vector<std::string> seen;
    std::vector<std::string> troubles;
    std::vector<std::string> remedies;
    for (const auto& prefix : prefixes_of(machine)) {
        if (!machine.exists(prefix))
            continue;
        seen.push_back(prefix);
        if (const auto trouble = look(prefix)) {
            troubles.push_back(prefix + ": " + trouble->value);
            remedies.push_back(trouble->remedy);
        }
    }
    if (seen.empty())
        return unreadable("no Wine prefix is there yet; decantd makes one when a plugin needs it", why);
    if (troubles.empty())
        return good(joined(seen), why);
    return bad(joined(troubles, "; "), why, {.text = joined(remedies, "; "), .effect = effect});
}

} // namespace

Finding check_prefix_owner(const Machine& machine)
{
    const std::string why =
        "Wine refuses a prefix of somebody else, and cannot write one that root once touched.";
    return look_at_each(
        machine, why, Effect::next_start, [&](const std::string& prefix) -> std::optional<Trouble> {
            for (const auto* name : {"", "/system.reg", "/user.reg", "/dosdevices", "/drive_c"}) {
                struct stat file{};
                if (stat(machine.at(prefix + name).c_str(), &file) == 0 && file.st_uid != machine.facts.user)
                    return Trouble{
                        fmt::format("'{}' belongs to user {}", *name == '\0' ? "." : name + 1, file.st_uid),
                        fmt::format("sudo chown -R {} '{}'", machine.facts.user, prefix)};
            }
            return std::nullopt;
        });
}

Finding check_prefix_architecture(const Machine& machine)
{
    const std::string why = "A prefix made with WINEARCH=win32 runs no 64-bit plugin, ever.";
    return look_at_each(
        machine, why, Effect::next_start, [&](const std::string& prefix) -> std::optional<Trouble> {
            const auto registry = machine.text(prefix + "/system.reg");
            if (!registry)
                return Trouble{"system.reg cannot be read: the prefix is half made",
                               fmt::format("WINEPREFIX='{}' wineboot --init", prefix)};
            // The line stands in the first few.
            if (registry->substr(0, 512).find("#arch=win32") == std::string::npos)
                return std::nullopt;
            return Trouble{
                "32 bits only",
                "Make another prefix and install the plugins into that, or say 'prefix = DIRECTORY'"};
        });
}

Finding check_prefix_version(const Machine& machine)
{
    const std::string why =
        "A prefix that another version of Wine has made is brought up to date when the first plugin is "
        "loaded: some seconds, and while another program uses it, a risk.";
    const auto loader = wine_binary(machine, WineBinary::loader);
    std::error_code ignored;
    const auto bin =
        loader ? std::filesystem::weakly_canonical(*loader, ignored).parent_path() : std::filesystem::path();
    std::optional<long long> installed;
    if (loader)
        for (const auto* share : {"../share/wine/wine.inf", "../../share/wine/wine.inf"}) {
            struct stat file{};
            if (stat((bin / share).c_str(), &file) == 0)
                installed = file.st_mtime;
        }
    if (!installed)
        return unreadable("Wine's wine.inf was not found", why);
    return look_at_each(
        machine, why, Effect::at_once, [&](const std::string& prefix) -> std::optional<Trouble> {
            const auto stamp = machine.text(prefix + "/.update-timestamp");
            if (stamp && stamp->starts_with("disable"))
                return std::nullopt;
            const auto made = stamp ? number_in(*stamp) : std::nullopt;
            if (made == installed)
                return std::nullopt;
            return Trouble{
                made ? "made by another version of Wine" : "half made, or very old",
                fmt::format("close what uses it, and run WINEPREFIX='{}' wineboot --update", prefix)};
        });
}

Finding check_prefix_files(const Machine& machine)
{
    const std::string why =
        "Wine needs links, owners and names with any letter; a network or FUSE file system keeps a plugin "
        "waiting when it reads a sample.";
    if (!mount_of(machine, "/"))
        return unreadable("/proc/self/mountinfo cannot be read", why);
    return look_at_each(
        machine, why, Effect::next_start, [&](const std::string& prefix) -> std::optional<Trouble> {
            const auto mount = mount_of(machine, prefix);
            const std::string type = mount ? mount->type : "";
            for (const auto* slow : {"nfs", "cifs", "smb", "fuse", "ntfs", "vfat", "exfat", "9p"})
                if (type.starts_with(slow))
                    return Trouble{"on " + type,
                                   "Move it to a disk of this machine with a Linux file system"};
            const auto drive = machine.link(prefix + "/dosdevices/c:");
            if (!drive ||
                !machine.exists(drive->starts_with("/") ? *drive : prefix + "/dosdevices/" + *drive))
                return Trouble{"drive C: leads nowhere",
                               fmt::format("ln -sfn ../drive_c '{}/dosdevices/c:'", prefix)};
            return std::nullopt;
        });
}

} // namespace decant::doctor
