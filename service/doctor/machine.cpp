// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/machine.hpp"

#include "service/doctor/words.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sched.h>
#include <sys/stat.h>
#include <utility>
#include <zlib.h>

namespace decant::doctor
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t most_bytes = 8 << 20;

bool is_process(const std::string& name)
{
    return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

/// Of /proc/…/stat. Its second field is a name in parentheses, which may hold anything.
std::optional<Thread> thread_of(std::string_view stat)
{
    const auto open = stat.find('(');
    const auto close = stat.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return std::nullopt;
    // Counted from the third field, as proc(5) counts them.
    constexpr std::size_t nice_field = 19 - 3;
    constexpr std::size_t priority_field = 40 - 3;
    constexpr std::size_t policy_field = 41 - 3;
    const auto fields = words_of(stat.substr(close + 1));
    if (fields.size() <= policy_field)
        return std::nullopt;
    const auto field = [&fields](std::size_t index) {
        return static_cast<int>(number_in(fields[index]).value_or(0));
    };
    Thread thread;
    thread.name = stat.substr(open + 1, close - open - 1);
    thread.nice = field(nice_field);
    thread.priority = field(priority_field);
    thread.policy = field(policy_field);
    return thread;
}

/// NAME=VALUE and "# NAME is not set" lines.
std::map<std::string, std::string> options_in(std::string_view text)
{
    std::map<std::string, std::string> options;
    for (const auto line : lines_of(text)) {
        constexpr std::string_view unset = " is not set";
        if (line.starts_with("# CONFIG_") && line.ends_with(unset))
            options.emplace(line.substr(2, line.size() - 2 - unset.size()), "n");
        else if (const auto equals = line.find('=');
                 line.starts_with("CONFIG_") && equals != std::string_view::npos)
            options.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return options;
}

std::string unpacked(const fs::path& file)
{
    std::string text;
    gzFile in = gzopen(file.c_str(), "rb");
    if (in == nullptr)
        return text;
    std::string piece(1 << 16, '\0');
    for (int read = 0; text.size() < most_bytes &&
                       (read = gzread(in, piece.data(), static_cast<unsigned>(piece.size()))) > 0;)
        text.append(piece, 0, static_cast<std::size_t>(read));
    gzclose(in);
    return text;
}

} // namespace

bool Thread::realtime() const noexcept
{
    return policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_DEADLINE;
}

Machine::Machine(fs::path root) : root_(std::move(root)) {}

fs::path Machine::at(std::string_view path) const
{
    return root_ / fs::path(path).relative_path();
}

std::optional<std::string> Machine::text(std::string_view path) const
{
    std::error_code error;
    const fs::path file = at(path);
    if (!fs::is_regular_file(file, error)) // a fifo would keep us waiting
        return std::nullopt;
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return std::nullopt;
    // Files of /proc have no size: read until they end.
    std::string content;
    std::string piece(1 << 14, '\0');
    while (content.size() < most_bytes) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        content.append(piece, 0, static_cast<std::size_t>(in.gcount()));
        if (!in)
            break;
    }
    if (in.bad())
        return std::nullopt;
    while (!content.empty() && (content.back() == '\n' || content.back() == ' '))
        content.pop_back();
    return content;
}

std::optional<long long> Machine::number(std::string_view path) const
{
    const auto content = text(path);
    return content ? number_in(*content) : std::nullopt;
}

bool Machine::exists(std::string_view path) const
{
    std::error_code error;
    return fs::exists(at(path), error);
}

std::optional<std::string> Machine::link(std::string_view path) const
{
    std::error_code error;
    const auto target = fs::read_symlink(at(path), error);
    return error ? std::nullopt : std::optional(target.string());
}

std::vector<std::string> Machine::names(std::string_view directory) const
{
    std::vector<std::string> result;
    std::error_code error;
    for (fs::directory_iterator entry(at(directory), error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        result.push_back(entry->path().filename().string());
    std::sort(result.begin(), result.end());
    return result;
}

std::optional<Process> Machine::read_process(const std::string& id) const
{
    const std::string directory = "/proc/" + id;
    const auto name = text(directory + "/comm");
    const auto owner = status(id, "Uid");
    if (!name || !owner)
        return std::nullopt;
    Process process;
    process.id = static_cast<pid_t>(number_in(id).value_or(0));
    process.name = *name;
    process.owner = static_cast<uid_t>(number_in(*owner).value_or(-1));
    process.arguments = parts_of(text(directory + "/cmdline").value_or(""), '\0');
    for (const auto& task : names(directory + "/task")) {
        const auto stat = text(directory + "/task/" + task + "/stat");
        auto thread = stat ? thread_of(*stat) : std::nullopt;
        if (!thread)
            continue; // it has ended meanwhile
        thread->id = static_cast<pid_t>(number_in(task).value_or(0));
        process.threads.push_back(std::move(*thread));
    }
    return process;
}

const std::vector<Process>& Machine::processes() const
{
    if (!processes_) {
        processes_.emplace();
        for (const auto& name : names("/proc"))
            if (is_process(name))
                if (auto process = read_process(name))
                    processes_->push_back(std::move(*process));
    }
    return *processes_;
}

std::vector<const Process*> Machine::own_processes(std::string_view name) const
{
    std::vector<const Process*> result;
    for (const auto& process : processes())
        if (process.owner == facts.user && process.name.starts_with(name))
            result.push_back(&process);
    return result;
}

std::vector<const Process*> Machine::wine_hosts() const
{
    std::vector<const Process*> result;
    for (const auto& process : processes())
        if (process.owner == facts.user &&
            std::any_of(process.arguments.begin(), process.arguments.end(), [](const std::string& argument) {
                return argument.ends_with("decant-host64.exe") || argument.ends_with("decant-host32.exe");
            }))
            result.push_back(&process);
    return result;
}

const Process* Machine::user_manager() const
{
    for (const auto* process : own_processes("systemd"))
        if (std::find(process->arguments.begin(), process->arguments.end(), "--user") !=
            process->arguments.end())
            return process;
    return nullptr;
}

std::optional<std::uint64_t> Machine::limit(const std::string& process, std::string_view row) const
{
    const auto table = text("/proc/" + process + "/limits");
    if (!table)
        return std::nullopt;
    for (const auto line : lines_of(*table)) {
        if (!line.starts_with(row))
            continue;
        const auto fields = words_of(line.substr(row.size())); // soft, hard, unit
        if (fields.size() < 2)
            return std::nullopt;
        if (fields[1] == "unlimited")
            return unlimited;
        const auto value = number_in(fields[1]);
        return value && *value >= 0 ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::string> Machine::status(const std::string& process, std::string_view field) const
{
    const auto table = text("/proc/" + process + "/status");
    if (!table)
        return std::nullopt;
    for (const auto line : lines_of(*table))
        if (line.starts_with(field) && line.substr(field.size()).starts_with(":"))
            return std::string(trimmed(line.substr(field.size() + 1)));
    return std::nullopt;
}

bool Machine::capable(const std::string& process, unsigned capability) const
{
    const auto text = status(process, "CapEff");
    if (!text)
        return false;
    std::uint64_t bits = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), bits, 16);
    return error == std::errc() && (bits >> capability & 1) != 0;
}

std::map<std::string, std::string> Machine::environment_of(pid_t process) const
{
    std::map<std::string, std::string> environment;
    for (const auto& part :
         parts_of(text("/proc/" + std::to_string(process) + "/environ").value_or(""), '\0'))
        if (const auto equals = part.find('='); equals != std::string::npos)
            environment[part.substr(0, equals)] = part.substr(equals + 1);
    return environment;
}

const std::map<std::string, std::string>& Machine::kernel_options() const
{
    if (!kernel_options_) {
        const std::string release = text("/proc/sys/kernel/osrelease").value_or("");
        kernel_options_ = options_in(unpacked(at("/proc/config.gz")));
        for (const auto& file :
             {"/boot/config-" + release, "/lib/modules/" + release + "/config",
              "/usr/lib/modules/" + release + "/config", "/lib/modules/" + release + "/build/.config"})
            if (kernel_options_->empty())
                kernel_options_ = options_in(text(file).value_or(""));
    }
    return *kernel_options_;
}

std::optional<std::string> Machine::kernel_parameter(std::string_view name) const
{
    std::optional<std::string> value; // the last one counts
    const auto line = text("/proc/cmdline").value_or("");
    for (const auto word : words_of(line)) {
        if (word == "--") // what follows is for the first process
            break;
        if (word == name)
            value = "";
        else if (word.starts_with(name) && word.substr(name.size()).starts_with("="))
            value = word.substr(name.size() + 1);
    }
    return value;
}

} // namespace decant::doctor
