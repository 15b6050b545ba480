// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/state-file.hpp"

#include "service/hosts/host-command.hpp"
#include "wine-host/protocol/messages.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace decant::service
{
namespace fs = std::filesystem;

namespace
{

constexpr const char* before_suffix = ".bak";
constexpr const char* older_suffix = ".older";
constexpr std::size_t largest_file = std::size_t{protocol::max_message_bytes} + std::size_t{1024} * 1024;

PluginError io_error(const char* what, const fs::path& file)
{
    return PluginError(std::string("cannot ") + what + " the state " + file.string() + ": " +
                       std::strerror(errno) + ". Check its permissions and the room on its disk.");
}

/// The whole file; nothing if there is none. Throws PluginError.
std::optional<std::vector<std::byte>> contents(const fs::path& file)
{
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error == std::errc::no_such_file_or_directory)
        return std::nullopt;
    if (error) { // a folder, or what would have to be opened to know more, as a pipe, for which that waits
        errno = error.value();
        throw io_error("read", file);
    }
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw io_error("read", file);
    std::vector<std::byte> bytes(std::min<std::size_t>(size, largest_file));
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

/// Writes a new file through to the disk; removes it again if that fails.
void write_through(const fs::path& file, std::span<const std::byte> bytes)
{
    const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        throw io_error("write", file);
    bool written = true;
    while (!bytes.empty() && written) {
        const ssize_t count = write(fd, bytes.data(), bytes.size());
        if (count > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        else
            written = count < 0 && errno == EINTR;
    }
    written = written && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (!written) {
        unlink(file.c_str());
        errno = error;
        throw io_error("write", file);
    }
}

void sync_directory(const fs::path& directory) noexcept
{
    if (const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

fs::path with_suffix(fs::path file, const std::string& suffix)
{
    file += suffix;
    return file;
}

/// Of the files `<file>.aside-N`.
std::set<unsigned> numbers_aside(const fs::path& file)
{
    const std::string beginning = file.filename().string() + ".aside-";
    std::set<unsigned> numbers;
    std::error_code error;
    for (fs::directory_iterator entry(file.parent_path(), error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const std::string name = entry->path().filename();
        if (!name.starts_with(beginning))
            continue;
        unsigned number = 0;
        const char* const end = name.data() + name.size();
        const auto read = std::from_chars(name.data() + beginning.size(), end, number);
        if (read.ec == std::errc() && read.ptr == end && number < UINT_MAX)
            numbers.insert(number);
    }
    return numbers;
}

/// A text as a file's name: what could mean a directory or hide the file is written as %2F.
std::string file_name_of(std::string_view text)
{
    std::string name;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = std::isalnum(byte) != 0 || byte >= 0x80 || letter == '-' || letter == '_' ||
                           letter == ' ' || (letter == '.' && !name.empty());
        if (plain) {
            name.push_back(letter);
        } else {
            char code[4];
            std::snprintf(code, sizeof code, "%%%02X", byte);
            name += code;
        }
    }
    return name;
}

/// Where the state of a plugin waits while another one has the name.
fs::path waiting_file(const fs::path& file, const std::string& plugin)
{
    constexpr std::size_t longest = 120; // an instrument's id is its path, of which the end says most
    auto name = file_name_of(plugin);
    name.erase(0, name.size() - std::min(name.size(), longest));
    char sum[16];
    std::snprintf(sum, sizeof sum, "-%08x", checksum(std::as_bytes(std::span(plugin))));
    return with_suffix(file, ".of-" + name + sum);
}

/// Renames a state with the one before it. What is there in its place is set aside.
void move_states(const fs::path& from, const fs::path& to)
{
    for (const char* suffix : {"", before_suffix}) {
        const auto source = with_suffix(from, suffix);
        const auto target = with_suffix(to, suffix);
        if (!fs::exists(source))
            continue;
        if (fs::exists(target))
            set_state_aside(target);
        if (rename(source.c_str(), target.c_str()) != 0)
            throw io_error("rename", source);
    }
}

bool is_of(const StateReading& reading, const std::string& plugin)
{
    return reading.state && reading.state->plugin == plugin;
}

/// What another plugin has left gives way to what waits for this one.
void exchange_states(StateReading& reading, const std::string& plugin)
{
    const auto& file = reading.file;
    if (const auto other = std::exchange(reading.state, std::nullopt)) {
        const auto waiting = waiting_file(file, other->plugin);
        move_states(file, waiting);
        reading.problems.push_back("the state " + file.string() + " belongs to another plugin (" +
                                   other->plugin + "). It is kept as " + waiting.string() +
                                   ", and comes back when that has the name again");
    }
    move_states(waiting_file(file, plugin), file);
    auto own = read_state_file(file);
    reading.problems.insert(reading.problems.end(), own.problems.begin(), own.problems.end());
    reading.newer = own.newer;
    if (is_of(own, plugin))
        reading.state = std::move(own.state);
}

/// What is ours where a newer decantd has been; at first that is what it has left us of before.
StateReading read_older(const StateReading& newer, const std::string& plugin)
{
    const auto older = with_suffix(newer.file, older_suffix);
    const bool left = is_of(newer, plugin) && !fs::exists(older);
    try {
        if (left)
            write_state_file(older, *newer.state);
    } catch (const PluginError&) { // NOLINT(bugprone-empty-catch)
        // It is used all the same; the next one that cannot be saved is told.
    }
    auto reading = read_state_file_of(older, plugin);
    if (left)
        reading.state = newer.state;
    reading.problems.insert(reading.problems.begin(), newer.problems.begin(), newer.problems.end());
    reading.problems.push_back("the state " + newer.file.string() +
                               " was written by a newer decantd, and stays for that: update Decant to have "
                               "it back. Until then the state is kept as " +
                               reading.file.string());
    return reading;
}

/// The state of an older decantd that is more recent than ours.
std::optional<fs::path> saved_since_by_older(const fs::path& file)
{
    auto older = with_suffix(file, older_suffix);
    std::error_code missing;
    const auto then = fs::last_write_time(older, missing);
    if (missing)
        return std::nullopt;
    const auto now = fs::last_write_time(file, missing);
    return missing || then > now ? std::optional(std::move(older)) : std::nullopt;
}

} // namespace

fs::path state_file_of(std::string_view node)
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return fs::path(value != nullptr ? value : "");
    };
    fs::path directory = variable("XDG_STATE_HOME");
    if (!directory.is_absolute()) { // as the specification asks
        if (!variable("HOME").is_absolute())
            throw PluginError("no place for the states of plugins: neither XDG_STATE_HOME nor HOME is set.");
        directory = variable("HOME") / ".local/state";
    }
    return directory / "decant" / (file_name_of(node) + ".state");
}

void write_state_file(const fs::path& file, const SavedState& state)
{
    const std::vector<std::byte> bytes = encode(state);
    if (const auto before = contents(file)) {
        if (*before == bytes)
            return;
        const auto decoded = decode_state(*before);
        const auto* other = std::get_if<SavedState>(&decoded);
        if (other != nullptr && other->plugin != state.plugin)
            move_states(file, waiting_file(file, other->plugin));
    }

    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error) {
        errno = error.value();
        throw io_error("make a directory for", file);
    }
    const fs::path fresh = with_suffix(file, ".new");
    const fs::path before = with_suffix(file, before_suffix);
    write_through(fresh, bytes);
    // A second name rather than a renaming: there is a whole state under the right name at every moment.
    if (fs::exists(file, error)) {
        unlink(before.c_str());
        if (link(file.c_str(), before.c_str()) != 0)
            rename(file.c_str(), before.c_str()); // a file system without hard links
    }
    if (rename(fresh.c_str(), file.c_str()) != 0)
        throw io_error("replace", file);
    sync_directory(file.parent_path());
}

StateReading read_state_file(const fs::path& file)
{
    StateReading reading{.state = {}, .problems = {}, .file = file};
    for (const fs::path& candidate : {file, with_suffix(file, before_suffix)}) {
        const auto bytes = contents(candidate);
        if (!bytes)
            continue;
        auto decoded = decode_state(*bytes);
        if (auto* state = std::get_if<SavedState>(&decoded)) {
            reading.state = std::move(*state);
            if (!reading.problems.empty())
                reading.problems.back() += ". The one before it is used";
            return reading;
        }
        if (std::holds_alternative<NewerState>(decoded))
            reading.newer = true;
        else
            reading.problems.push_back("the state " + candidate.string() + " is damaged; it is kept as " +
                                       set_state_aside(candidate).string());
    }
    return reading;
}

StateReading read_state_file_of(const fs::path& file, const std::string& plugin)
{
    auto reading = read_state_file(file);
    if (!reading.newer && !is_of(reading, plugin))
        exchange_states(reading, plugin);
    if (reading.newer)
        return read_older(reading, plugin);
    if (const auto since = saved_since_by_older(file))
        reading.problems.push_back("an older decantd has saved another state since, " + since->string() +
                                   ". To have that, stop decantd and rename it to " + file.string());
    return reading;
}

SavedState load_state_file(const fs::path& file)
{
    const auto bytes = contents(file);
    if (!bytes)
        throw PluginError("there is no state " + file.string() + ".");
    auto decoded = decode_state(*bytes);
    if (std::holds_alternative<NewerState>(decoded))
        throw PluginError(file.string() + " was written by a newer decantd. Update Decant to read it.");
    if (auto* state = std::get_if<SavedState>(&decoded))
        return std::move(*state);
    throw PluginError(file.string() + " is no state of decantd, or damaged.");
}

fs::path set_state_aside(const fs::path& file)
{
    constexpr std::size_t most_kept = 5; // of plugins that refuse their state at every start
    if (const fs::path before = with_suffix(file, before_suffix); !fs::exists(file) && fs::exists(before))
        return set_state_aside(before);
    auto numbers = numbers_aside(file);
    const auto aside_with = [&file](unsigned number) {
        return with_suffix(file, ".aside-" + std::to_string(number));
    };
    const fs::path aside = aside_with(numbers.empty() ? 1 : *numbers.rbegin() + 1);
    if (rename(file.c_str(), aside.c_str()) != 0)
        throw io_error("set aside", file);
    for (; numbers.size() >= most_kept; numbers.erase(numbers.begin()))
        unlink(aside_with(*numbers.begin()).c_str());
    return aside;
}

} // namespace decant::service
