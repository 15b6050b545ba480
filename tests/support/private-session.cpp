// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/private-session.hpp"

#include <array>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <vector>

namespace decant::tests
{
namespace
{

namespace fs = std::filesystem;

const fs::path source_root = DECANT_SOURCE_ROOT;

constexpr const char* core_name = "decant-private";

/// Whether the test that runs now has failed already, for the destructor of the session.
bool test_failed = false;

class FailureListener : public Catch::EventListenerBase
{
public:
    using Catch::EventListenerBase::EventListenerBase;

    void testCaseStarting(const Catch::TestCaseInfo&) override { test_failed = false; }
    void assertionEnded(const Catch::AssertionStats& stats) override
    {
        test_failed = test_failed || !stats.assertionResult.isOk();
    }
};

CATCH_REGISTER_LISTENER(FailureListener)

fs::path make_temporary_directory()
{
    auto name = (fs::temp_directory_path() / "decant-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), name);
    return name;
}

/// What programs need that has nothing to do with a session.
Environment neutral_environment()
{
    Environment result;
    for (const auto& [name, value] : own_environment()) {
        if (name == "PATH" || name == "LD_LIBRARY_PATH" || name == "TMPDIR" || name == "TZ" ||
            name == "LANG" || name == "USER" || name == "LOGNAME" || name.starts_with("LC_") ||
            name.ends_with("SAN_OPTIONS") || name == "WIREPLUMBER_DEBUG" || name == "PIPEWIRE_DEBUG" ||
            name.starts_with("DECANT_"))
            result[name] = value;
    }
    return result;
}

Environment private_environment(const fs::path& home)
{
    auto result = neutral_environment();
    const auto set = [&](const char* name, const fs::path& value) {
        result[name] = value.string();
    };
    set("HOME", home);
    set("XDG_RUNTIME_DIR", home / "run");
    set("XDG_CONFIG_HOME", home / "config");
    set("XDG_STATE_HOME", home / "state");
    set("XDG_DATA_HOME", home / "data");
    set("XDG_CACHE_HOME", home / "cache");
    for (const auto& name : {"run", "config/pipewire", "state", "data", "cache"})
        fs::create_directories(home / name);
    fs::permissions(home / "run", fs::perms::owner_all);

    // A name of its own besides the directory of its own: whoever loses the one cannot reach the user's
    // daemon.
    result["PIPEWIRE_CORE"] = core_name;
    result["PIPEWIRE_REMOTE"] = core_name;
    result["PIPEWIRE_LOG_SYSTEMD"] = "false";
    // Not unset: a library that misses it looks for the user's bus on its own.
    set("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + (home / "run" / "no-bus").string());

    set("WIREPLUMBER_CONFIG_DIR",
        fmt::format("{}:{}:{}:/usr/share/wireplumber", (home / "config/wireplumber").string(),
                    (source_root / "config/private-session").string(), (source_root / "config").string()));
    set("WIREPLUMBER_DATA_DIR", (home / "data/wireplumber").string() + ":/usr/share/wireplumber");
    fs::create_directories(home / "data/wireplumber");
    fs::create_directory_symlink(source_root / "lua-scripts", home / "data/wireplumber/scripts");
    return result;
}

void write_file(const fs::path& path, const std::string& content)
{
    fs::create_directories(path.parent_path());
    std::ofstream file(path);
    file << content;
    if (!file.flush())
        throw std::runtime_error("cannot write " + path.string());
}

} // namespace

TemporaryDirectory::TemporaryDirectory() : path_(make_temporary_directory()) {}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

PrivateSession::PrivateSession() : PrivateSession(Options{}) {}

PrivateSession::PrivateSession(const Options& options) : environment_(private_environment(home()))
{
    const auto pipewire_config = config_home() / "pipewire";
    fs::copy_file(source_root / "config/private-session/pipewire.conf", pipewire_config / "pipewire.conf");
    write_file(pipewire_config / "pipewire.conf.d/10-clock.conf",
               fmt::format("context.properties = {{ default.clock.quantum = {} default.clock.rate = {} }}\n",
                           options.quantum, options.rate));
    if (!options.pipewire_drop_in.empty())
        write_file(pipewire_config / "pipewire.conf.d/20-test.conf", options.pipewire_drop_in);
    if (!options.wireplumber_drop_in.empty())
        write_file(config_home() / "wireplumber/wireplumber.conf.d/90-test.conf",
                   options.wireplumber_drop_in);

    start_pipewire();
    if (options.session_manager)
        start_wireplumber();
}

PrivateSession::~PrivateSession()
{
    if (test_failed || std::uncaught_exceptions() > 0)
        std::cerr << logs();
    if (wireplumber_)
        wireplumber_->kill();
    if (pipewire_)
        pipewire_->kill();
    kill_strays();
}

std::unique_ptr<ChildProcess> PrivateSession::spawn(const Arguments& arguments) const
{
    return std::make_unique<ChildProcess>(arguments, environment_);
}

Result PrivateSession::run(const Arguments& arguments, std::chrono::milliseconds limit) const
{
    return tests::run(arguments, environment_, limit);
}

Graph PrivateSession::graph() const
{
    const auto result = run({"pw-dump", "--no-colors"});
    auto dump = nlohmann::json::parse(result.output, nullptr, false);
    if (result.exit != 0 || !dump.is_array())
        throw std::runtime_error(fmt::format("pw-dump failed: {}{}", result.errors, logs()));
    return Graph(std::move(dump));
}

void PrivateSession::link(const std::string& output, const std::string& input) const
{
    Result result{};
    const bool done = wait_until([&] {
        result = run({"pw-link", output, input});
        return result.exit == 0 && graph().linked(output, input);
    });
    if (!done)
        throw std::runtime_error(fmt::format("pw-link {} {}: {}", output, input, result.errors));
    if (!wait_until([&] { return graph().flows(output, input); }))
        throw std::runtime_error(fmt::format("the link from {} to {} does not become active", output, input));
}

void PrivateSession::unlink(const std::string& output, const std::string& input) const
{
    const auto result = run({"pw-link", "--disconnect", output, input});
    if (result.exit != 0)
        throw std::runtime_error(fmt::format("pw-link --disconnect {} {}: {}", output, input, result.errors));
}

void PrivateSession::set_quantum(std::uint32_t frames) const
{
    set_metadata("settings", "clock.force-quantum", std::to_string(frames));
}

void PrivateSession::set_rate(std::uint32_t hertz) const
{
    set_metadata("settings", "clock.force-rate", std::to_string(hertz));
}

void PrivateSession::set_metadata(const std::string& object, const std::string& key, const std::string& value,
                                  const std::string& type) const
{
    Arguments arguments{"pw-metadata", "--name", object, "0", key, value};
    if (!type.empty())
        arguments.push_back(type);
    const auto result = run(arguments);
    if (result.exit != 0)
        throw std::runtime_error(fmt::format("`{}` failed: {}", fmt::join(arguments, " "), result.errors));
}

std::uint64_t PrivateSession::driver_xruns() const
{
    // The first round of pw-top has no figures yet.
    std::istringstream lines(run({"pw-top", "--batch-mode", "--iterations=2"}).output);
    std::optional<std::uint64_t> xruns;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::vector<std::string> row;
        for (std::string word; words >> word;)
            row.push_back(word);
        constexpr std::size_t errors = 8;
        if (row.size() > errors && row.back() == "Dummy-Driver")
            xruns = std::stoull(row[errors]);
    }
    if (!xruns)
        throw std::runtime_error("pw-top does not show the driver");
    return *xruns;
}

void PrivateSession::kill_pipewire()
{
    pipewire_->kill();
}

void PrivateSession::kill_wireplumber()
{
    wireplumber_->kill();
}

void PrivateSession::start_pipewire()
{
    if (pipewire_ && pipewire_->running())
        return;
    pipewire_ = spawn({"pipewire", "-c", (config_home() / "pipewire/pipewire.conf").string()});
    if (!wait_until([&] { return !pipewire_->running() || pipewire_ready(); }) || !pipewire_->running())
        throw std::runtime_error("the private pipewire does not come up\n" + logs());
}

void PrivateSession::start_wireplumber()
{
    // After the loss of PipeWire it is on its way out, perhaps not yet gone.
    if (wireplumber_)
        wireplumber_->stop();
    wireplumber_ = spawn({"wireplumber", "-p", "private-session"});
    if (!wait_until([&] { return !wireplumber_->running() || wireplumber_ready(); }) ||
        !wireplumber_->running())
        throw std::runtime_error("the private wireplumber does not come up\n" + logs());
}

bool PrivateSession::pipewire_ready() const
{
    if (!fs::exists(home() / "run" / core_name))
        return false;
    const auto result = run({"pw-dump", "--no-colors"});
    auto dump = nlohmann::json::parse(result.output, nullptr, false);
    return result.exit == 0 && dump.is_array() &&
           Graph(std::move(dump)).ports_of("test-sink", Direction::input).size() == 2;
}

bool PrivateSession::wireplumber_ready() const
{
    // The default sink is the last thing that the policy settles.
    const auto snapshot = graph();
    const auto sink = snapshot.metadata("default", "default.audio.sink");
    return sink && !sink->is_null() && snapshot.ports_of("test-sink", Direction::input).size() == 2;
}

namespace
{

/// Whether a program of Windows runs in a prefix that others share. The first of them that came has started
/// wineserver for all: its end would leave the hosts of other tests without.
bool is_shared_wine(const std::string& variables, const std::string& home)
{
    constexpr std::string_view name{"\0WINEPREFIX=", 12};
    const auto found = ('\0' + variables).find(name);
    return found != std::string::npos && variables.compare(found + name.size() - 1, home.size(), home) != 0;
}

} // namespace

std::string PrivateSession::logs() const
{
    std::string result;
    if (pipewire_)
        result += "--- pipewire\n" + pipewire_->output() + pipewire_->errors();
    if (wireplumber_)
        result += "--- wireplumber\n" + wireplumber_->output() + wireplumber_->errors();
    return result;
}

/// A process that made itself a session of its own, such as wineserver, is in no group of ours. Its
/// environment names our directory, which nobody else's does.
void PrivateSession::kill_strays() const noexcept
{
    try {
        const auto mark = "XDG_RUNTIME_DIR=" + (home() / "run").string() + '\0';
        for (const auto& entry : fs::directory_iterator("/proc")) {
            const auto name = entry.path().filename().string();
            pid_t id = 0;
            const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
            if (error != std::errc{} || end != name.data() + name.size())
                continue;
            std::ifstream file(entry.path() / "environ", std::ios::binary);
            const std::string variables{std::istreambuf_iterator<char>(file), {}};
            if (is_shared_wine(variables, home().string()))
                continue;
            if (variables.starts_with(mark) || variables.find('\0' + mark) != std::string::npos)
                ::kill(id, SIGKILL);
        }
    } catch (const std::exception& error) {
        std::cerr << "processes of a private session may be left: " << error.what() << '\n';
    }
}

} // namespace decant::tests
