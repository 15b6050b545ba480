// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/prefix-setup.hpp"

#include "service/hosts/child-process.hpp"
#include "service/hosts/display-environment.hpp"
#include "service/hosts/wine-prefix.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace decant::service
{
namespace fs = std::filesystem;

namespace
{

constexpr std::chrono::seconds longest_setup{300};     ///< a cold disk and a slow machine
constexpr std::chrono::milliseconds between_looks{50}; ///< whether anybody still waits

[[noreturn]] void throw_given_up(const fs::path& prefix)
{
    throw PluginError(
        "the Wine prefix " + prefix.string() +
            " is not ready, and nobody waits for it any more. It is made when a plugin needs it.",
        PluginError::Kind::passing);
}

/// An exclusive lock that ends with this object, or with the process.
class FileLock
{
    int fd_;

public:
    /// Waits for it until that is given up.
    FileLock(const fs::path& file, const Progress& progress)
        : fd_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600))
    {
        if (fd_ < 0)
            throw PluginError("cannot write to the Wine prefix: " + file.string() + ": " +
                              std::strerror(errno) + ". Check its permissions and the room on its disk.");
        while (flock(fd_, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR)) {
            if (progress.given_up()) {
                close(fd_);
                throw_given_up(file.parent_path());
            }
            std::this_thread::sleep_for(between_looks);
        }
    }
    ~FileLock() { close(fd_); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
};

/// When the wine.inf was made that this Wine fills prefixes from; a prefix remembers it.
std::optional<long long> time_of_wine_inf(const Wine& wine)
{
    std::error_code ignored;
    const fs::path bin = fs::weakly_canonical(wine.loader, ignored).parent_path();
    for (const fs::path& place : {bin / "../share/wine/wine.inf", bin / "../../share/wine/wine.inf"}) {
        struct stat file{};
        if (stat(place.c_str(), &file) == 0)
            return file.st_mtim.tv_sec;
    }
    return std::nullopt;
}

bool is_32_bit_only(const fs::path& prefix)
{
    std::ifstream registry(prefix / "system.reg");
    std::string line;
    for (int i = 0; i < 10 && std::getline(registry, line); ++i)
        if (line == "#arch=win32")
            return true;
    return false;
}

/// Whether it was made by a Wine that had a 32-bit half at that time, too.
bool has_32_bit_windows(const fs::path& prefix)
{
    std::error_code ignored;
    return fs::exists(prefix / "drive_c/windows/syswow64/kernel32.dll", ignored) || is_32_bit_only(prefix);
}

/// What wineboot wrote last; empty if it never came to that.
std::string stamp_of(const fs::path& prefix)
{
    std::string stamp;
    std::ifstream(prefix / ".update-timestamp") >> stamp;
    return stamp;
}

enum class PrefixState { missing, old, without_32_bit, ready };

PrefixState look_at(const Wine& wine, const fs::path& prefix, int bits)
{
    // wineboot writes the time stamp last, so a prefix without one is half made, or very old.
    const std::string stamp = stamp_of(prefix);
    if (stamp.empty())
        return PrefixState::missing;
    long long seconds = 0;
    const auto parsed = std::from_chars(stamp.data(), stamp.data() + stamp.size(), seconds);
    const auto current = time_of_wine_inf(wine);
    const bool differs = parsed.ec == std::errc() && current && *current != seconds; // "disable" is no number
    if (differs)
        return PrefixState::old;
    return bits == 64 || has_32_bit_windows(prefix) ? PrefixState::ready : PrefixState::without_32_bit;
}

void check_owner(const fs::path& prefix)
{
    struct stat directory{};
    if (stat(prefix.c_str(), &directory) != 0)
        throw PluginError("cannot use the Wine prefix " + prefix.string() + ": " + std::strerror(errno) +
                          ".");
    if (!S_ISDIR(directory.st_mode))
        throw PluginError("the Wine prefix " + prefix.string() + " is no directory.");
    if (directory.st_uid != geteuid())
        throw PluginError(
            "the Wine prefix " + prefix.string() +
            " belongs to another user, and Wine refuses that. Run as its owner, or give a prefix of your "
            "own with 'prefix = DIRECTORY'.");
}

/// Wine would make a prefix of any directory, among whatever lies there.
void check_content(const fs::path& prefix)
{
    std::error_code error;
    for (const char* part : {"dosdevices", "drive_c", "system.reg"})
        if (fs::exists(prefix / part, error))
            return;
    const auto entries = fs::directory_iterator(prefix, error);
    const auto other = std::find_if(begin(entries), end(entries), [](const fs::directory_entry& entry) {
        return entry.path().filename() != ".decant-lock" && entry.path().filename() != ".update-timestamp";
    });
    if (other == end(entries))
        return; // to be made, or half made
    const auto around = prefix_around(prefix);
    throw PluginError(prefix.string() +
                      " is no Wine prefix: it has files, but neither drive_c nor dosdevices. " +
                      (around ? "Did you mean " + around->string() + "?"
                              : "Give the directory that holds drive_c, or an empty one for a new prefix."));
}

void run_wineboot(const Wine& wine, const fs::path& prefix, int bits, PrefixState state,
                  const Progress& progress)
{
    // Of a prefix that it has made itself --init takes no notice.
    const std::string action = state == PrefixState::without_32_bit ? "--update" : "--init";
    const std::string by_hand = "'WINEPREFIX=" + prefix.string() + " wineboot " + action + "'";
    if (state == PrefixState::without_32_bit && stamp_of(prefix) == "disable")
        throw PluginError(
            "the Wine prefix " + prefix.string() +
            " was made by a Wine without a 32-bit half, and its .update-timestamp forbids updates. " +
            by_hand + " updates it nevertheless.");
    // Without a display no window can say "the configuration is being updated", which Wine-NSPA's variable
    // brings back; without mscoree and mshtml none asks whether to download Mono and Gecko; without
    // winemenubuilder the user's menus stay as they are.
    const char* window = std::getenv("ENABLE_UPDATE_WINDOW");
    auto display = window != nullptr && std::string_view(window) == "1"
                       ? display_environment()
                       : std::map<std::string, std::string>{{"DISPLAY", ""}, {"WAYLAND_DISPLAY", ""}};
    HostCommand command{{wine.loader, "wineboot", action},
                        {{"WINEPREFIX", prefix},
                         {"WINEARCH", "win64"},
                         {"WINEDEBUG", "-all"},
                         {"WINEDLLOVERRIDES", "mscoree,mshtml=;winemenubuilder.exe=d"}}};
    command.environment.merge(display);
    std::deque<std::string> last_lines;
    std::optional<std::string> end;
    bool succeeded = false;
    {
        ChildProcess process(command,
                             [&last_lines](std::string_view line) {
                                 last_lines.emplace_back(line);
                                 if (last_lines.size() > 5)
                                     last_lines.pop_front();
                             },
                             {});
        const auto give_up = std::chrono::steady_clock::now() + longest_setup;
        do
            end = process.wait(between_looks);
        while (!end && !progress.given_up() && std::chrono::steady_clock::now() < give_up);
        if (!end)
            process.kill_group(); // the prefix is of no use to anybody
        succeeded = process.succeeded();
    }
    if (!end && progress.given_up())
        throw_given_up(prefix);
    const PrefixState made = look_at(wine, prefix, bits);
    if (succeeded && made != PrefixState::missing && made != PrefixState::without_32_bit)
        return;
    std::string text = "Wine could not make the prefix " + prefix.string();
    if (succeeded && made == PrefixState::without_32_bit)
        text +=
            " fit for 32-bit plugins: it has no drive_c/windows/syswow64/kernel32.dll. Is 32-bit Wine of the "
            "same version as the 64-bit one?";
    else
        text += ": wineboot " + end.value_or("did not finish in five minutes") + ".";
    for (const auto& line : last_lines)
        text += "\n  " + line;
    if (succeeded && made == PrefixState::missing)
        text +=
            "\nDoes '" + wine.loader.string() +
            " --version' show the version of a Wine? If not, set DECANT_WINE to a Wine loader, or unset it.";
    else
        text += "\nIs there room on the disk? " + by_hand + " tells more.";
    throw PluginError(text);
}

} // namespace

void ensure_wine_prefix(const Wine& wine, const fs::path& prefix, int bits, const Progress& progress)
{
    std::error_code error;
    fs::create_directories(prefix, error);
    if (error)
        throw PluginError("cannot make the Wine prefix " + prefix.string() + ": " + error.message() +
                          ". Give another one with 'prefix = DIRECTORY' or WINEPREFIX.");
    check_owner(prefix);
    check_content(prefix);

    if (look_at(wine, prefix, bits) != PrefixState::ready) {
        const FileLock lock(prefix / ".decant-lock", progress);
        // Whoever had the lock before us may have done it.
        if (const PrefixState state = look_at(wine, prefix, bits); state != PrefixState::ready) {
            progress.tell(
                (state == PrefixState::missing ? "Making the Wine prefix " : "Updating the Wine prefix ") +
                prefix.string() + ", once; this takes some seconds …");
            run_wineboot(wine, prefix, bits, state, progress);
        }
    }

    if (bits == 64 && is_32_bit_only(prefix))
        throw PluginError(
            "the Wine prefix " + prefix.string() +
            " is a 32-bit one (WINEARCH=win32) and cannot run a 64-bit plugin. Install the 32-bit build of "
            "the plugin, or give another prefix with 'prefix = DIRECTORY'.");
}

} // namespace decant::service
