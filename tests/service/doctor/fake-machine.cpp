// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/service/doctor/fake-machine.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>

namespace decant::doctor
{

namespace fs = std::filesystem;

FakeMachine::FakeMachine()
{
    facts.user = 1000;
    facts.user_name = "musician";
    facts.environment = {{"HOME", "/home/musician"}};
}

FakeMachine& FakeMachine::file(std::string_view path, std::string_view text)
{
    const fs::path file = root() / fs::path(path).relative_path();
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return *this;
}

FakeMachine& FakeMachine::link(std::string_view path, std::string_view target)
{
    const fs::path file = root() / fs::path(path).relative_path();
    fs::create_directories(file.parent_path());
    fs::create_symlink(target, file);
    return *this;
}

FakeMachine& FakeMachine::process(int id, std::string_view name, const std::vector<std::string>& arguments)
{
    const auto directory = fmt::format("/proc/{}", id);
    std::string command;
    for (const auto& argument : arguments)
        command += argument + '\0';
    file(directory + "/comm", fmt::format("{}\n", name));
    file(directory + "/cmdline", command);
    file(directory + "/status", fmt::format("Name:\t{}\nUid:\t1000\t1000\t1000\t1000\n", name));
    return thread(id, id, name, SCHED_OTHER, 0);
}

FakeMachine& FakeMachine::thread(int process, int id, std::string_view name, int policy, int priority,
                                 int nice)
{
    // Fields 3 to 41 of proc(5).
    std::vector<std::string> fields(39, "0");
    fields.at(0) = "S";
    fields.at(19 - 3) = std::to_string(nice);
    fields.at(40 - 3) = std::to_string(priority);
    fields.at(41 - 3) = std::to_string(policy);
    return file(fmt::format("/proc/{}/task/{}/stat", process, id),
                fmt::format("{} ({}) {}\n", id, name, fmt::join(fields, " ")));
}

FakeMachine& FakeMachine::limit(const std::string& process, const std::string& row, const std::string& hard)
{
    limits_[process][row] = hard;
    std::string table = "Limit                     Soft Limit           Hard Limit           Units     \n";
    for (const auto& [name, value] : limits_[process])
        table += fmt::format("{:<26}{:<21}{:<21}\n", name, "0", value);
    return file("/proc/" + process + "/limits", table);
}

FakeMachine& FakeMachine::status(const std::string& process, std::string_view field, std::string_view value)
{
    const auto path = root() / "proc" / process / "status";
    std::ifstream in(path);
    std::string text;
    for (std::string line; std::getline(in, line);)
        if (!line.starts_with(fmt::format("{}:", field)))
            text += line + '\n';
    return file("/proc/" + process + "/status", fmt::format("{}{}:\t{}\n", text, field, value));
}

namespace
{

std::map<std::string, std::set<State>, std::less<>> states_seen;

} // namespace

const std::map<std::string, std::set<State>, std::less<>>& FakeMachine::seen()
{
    return states_seen;
}

Finding FakeMachine::look(std::string_view id) const
{
    const auto checks = all_checks();
    const auto check =
        std::find_if(checks.begin(), checks.end(), [id](const Check& one) { return one.id == id; });
    if (check == checks.end())
        throw std::logic_error(fmt::format("there is no check {}", id));
    Machine machine(root());
    machine.facts = facts;
    auto finding = check->look(machine);
    states_seen[std::string(id)].insert(finding.state);
    return finding;
}

} // namespace decant::doctor
