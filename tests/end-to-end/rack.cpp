// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/end-to-end/rack.hpp"

#include "tests/support/process-table.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>

namespace decant::tests
{
namespace
{

/// Wine's first start in a fresh prefix takes its time on a busy machine.
constexpr std::chrono::seconds wine_patience{120};

/// The words of a command line in /proc; none if the process is gone.
std::vector<std::string> command_line(const std::filesystem::path& process)
{
    std::ifstream file(process / "cmdline");
    std::vector<std::string> words;
    for (std::string word; std::getline(file, word, '\0');)
        words.push_back(word);
    return words;
}

bool is_descendant(pid_t process, pid_t ancestor)
{
    while (process > 1 && process != ancestor)
        process = parent_of(process);
    return process == ancestor;
}

/// Set by Meson for tests with Wine.
std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    if (value == nullptr)
        throw std::runtime_error(std::string(name) + " is not set: run this through `meson test`");
    return value;
}

void write_drop_in(const PrivateSession& session, const std::string& configuration)
{
    const auto directory = session.config_home() / "pipewire" / "decant.conf.d";
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "rack.conf") << configuration;
}

} // namespace

Rack::Rack(PrivateSession& session, const std::string& configuration) : session_(session)
{
    session.set_environment("DECANT_WINE_ROOT", variable("DECANT_WINE_ROOT"));
    session.set_environment("DECANT_CONFIG_DIR", DECANT_TEST_CONFIG_DIR);
    session.set_environment("WINEPREFIX", variable("DECANT_TEST_PREFIX"));
    write_drop_in(session, configuration);
    service_ = session.spawn({DECANTD});
}

Rack::~Rack()
{
    service_->stop(std::chrono::seconds(20)); // the hosts save their states
}

void Rack::configure(const std::string& configuration)
{
    write_drop_in(session_, configuration);
    service_->signal(SIGHUP);
}

std::map<std::string, nlohmann::json> Rack::nodes() const
{
    const auto list = session_.run({DECANT, "list", "--json"});
    std::map<std::string, nlohmann::json> nodes;
    const auto json = nlohmann::json::parse(list.output, nullptr, false);
    if (list.exit == 0 && json.is_array())
        for (const auto& node : json)
            nodes[node.at("name")] = node;
    return nodes;
}

bool Rack::wait_for(const std::string& node, const std::string& state) const
{
    std::string last;
    const auto decided = [&] {
        const auto all = nodes();
        const auto found = all.find(node);
        last = found == all.end() ? "" : found->second.at("state").get<std::string>();
        return last == state || last == "failed";
    };
    const bool reached = wait_until(decided, wine_patience) && last == state;
    if (!reached)
        WARN("decantd said:\n" << service_->errors() << service_->output());
    return reached;
}

std::vector<std::string> Rack::ports(const std::string& node, Direction direction) const
{
    std::vector<std::string> paths;
    for (const auto& port : session_.graph().ports_of("decant." + node, direction))
        if (port.properties.value("format.dsp", "").find("audio") != std::string::npos)
            paths.push_back(port.path());
    return paths;
}

std::optional<pid_t> Rack::host_of(const std::string& node) const
{
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos)
            continue;
        const auto words = command_line(entry.path());
        const bool host = std::any_of(words.begin(), words.end(), [](const std::string& word) {
            return word.find("decant-host") != std::string::npos;
        });
        const auto id = static_cast<pid_t>(std::stoi(name));
        const bool named = name_of(id) == node.substr(0, 15);
        if (host && named && is_descendant(id, service_->id()))
            return id;
    }
    return std::nullopt;
}

Result Rack::decant(Arguments arguments) const
{
    arguments.insert(arguments.begin(), DECANT);
    return session_.run(arguments, std::chrono::seconds(60));
}

void Rack::set_parameter(const std::string& node, const std::string& name, double value) const
{
    const auto id = nodes().at(node).at("id").get<int>();
    const auto result = session_.run({"pw-cli", "s", std::to_string(id), "Props",
                                      fmt::format("{{ params = [ \"{}\" {} ] }}", name, value)});
    if (result.exit != 0)
        throw std::runtime_error("pw-cli: " + result.errors);
}

double Rack::parameter(const std::string& node, const std::string& name) const
{
    const auto found = session_.graph().find_node("decant." + node);
    if (!found)
        return NAN;
    const auto props = found->at("info").at("params").value("Props", nlohmann::json::array());
    const auto list =
        props.empty() ? nlohmann::json::array() : props.at(0).value("params", nlohmann::json::array());
    for (std::size_t i = 0; i + 1 < list.size(); i += 2)
        if (list[i] == name)
            return list[i + 1].get<double>();
    return NAN;
}

bool hears(const NoiseListener& listener, std::uint64_t blocks)
{
    if (wait_until([&] { return listener.exact >= blocks; }))
        return true;
    UNSCOPED_INFO("heard " << listener.exact << " exact blocks, " << listener.jumps << " jumps, "
                           << listener.damaged << " damaged, " << listener.silent << " silent");
    return false;
}

std::filesystem::path test_plugin(const std::string& file)
{
    return std::filesystem::path(variable("DECANT_TEST_PLUGINS")) / file;
}

} // namespace decant::tests
