// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/wine-host/wine-host.hpp"

#include "nodes/bridge/exchange-process.hpp"
#include "nodes/bridge/futex.hpp"
#include "service/hosts/wine.hpp"
#include "tests/support/wait-until.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace decant::tests
{
namespace
{

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    if (value == nullptr)
        throw std::runtime_error(std::string(name) +
                                 " is not set: run this through `meson test --suite wine`");
    return value;
}

/// Not `wine`, which is a script on Debian: the loader is the host's process.
std::string loader()
{
    static const service::Wine wine = service::find_wine();
    return wine.loader_for(bits_under_test()).string();
}

Arguments with_options(Arguments command, const Arguments& options)
{
    command.insert(command.end(), options.begin(), options.end());
    return command;
}

/// Keeps a host, and with it Wine's own processes in the prefix, alive for as long as the tests run: Wine
/// ends them with the last program, and each test would start them again.
///
/// Up before any other host: the first program in a prefix starts the rest of Wine (wineboot), on which all
/// that come meanwhile wait. If it is killed in the middle of that, together with its group as a test's
/// processes are, they wait for minutes (run_wineboot in Wine's ntdll), and so does everybody until the last
/// of them has gone.
class Session
{
    std::shared_ptr<bridge::SharedRegion> region_ = std::make_shared<bridge::SharedRegion>();
    bridge::HostLink link_{region_};
    ChildProcess host_{with_options(wine_host_command(), {"--region", region_->name()}),
                       wine_host_environment()};

public:
    Session()
    {
        constexpr std::chrono::minutes patience(5); // of Wine itself, for what others have left behind
        link_.wait_hello(patience);
    }
};

void keep_session()
{
    static const Session session;
}

} // namespace

int bits_under_test()
{
    const char* bits = std::getenv("DECANT_TEST_BITS");
    return bits == nullptr ? 64 : std::stoi(bits);
}

Arguments wine_host_command()
{
    return {loader(),
            variable("DECANT_WINE_ROOT") + (bits_under_test() == 64 ? "/x86_64-windows/decant-host64.exe"
                                                                    : "/i386-windows/decant-host32.exe")};
}

Environment wine_host_environment()
{
    Environment environment = own_environment();
    environment["WINEPREFIX"] = variable("DECANT_TEST_PREFIX");
    environment["WINELOADER"] = loader();
    environment["WINEDLLPATH"] = variable("DECANT_WINE_ROOT");
    environment["WINEDLLOVERRIDES"] = "mscoree,mshtml,winemenubuilder.exe=d;avrt=n,b";
    environment.try_emplace("WINEDEBUG", "-all");
    environment.erase("DISPLAY");
    environment.erase("WAYLAND_DISPLAY");
    return environment;
}

std::filesystem::path test_plugin(const std::string& name)
{
    return std::filesystem::path(variable("DECANT_TEST_PLUGINS")) / name;
}

const std::vector<FormatUnderTest>& formats_under_test()
{
    using protocol::PluginFormat;
    // VST2 and VST3 know parameters from 0 to 1 alone.
    static const std::vector<FormatUnderTest> formats{
        {PluginFormat::vst2, ".dll", 1},
        {PluginFormat::vst3, ".vst3", 1},
        {PluginFormat::clap, ".clap", 2},
    };
    return formats;
}

WineGroup::WineGroup(const Arguments& options)
    : process_((keep_session(),
                with_options(with_options(wine_host_command(), {"--group", region_->name()}), options)),
               wine_host_environment())
{
    link_.wait_hello();
}

WineHost::WineHost(const Arguments& options, pid_t service, const Environment& more)
    : link_(region_, [this](const bridge::Notification& said) { heard_.push_back(said); })
{
    keep_session();
    if (service != 0)
        region().service_pid = static_cast<std::uint32_t>(service);
    Arguments command = with_options(wine_host_command(), {"--region", region_->name()});
    Environment environment = wine_host_environment();
    for (const auto& [name, value] : more)
        environment[name] = value;
    process_.emplace(with_options(command, options), environment);
}

WineHost::WineHost(WineGroup& group)
    : group_(&group), link_(region_, [this](const bridge::Notification& said) { heard_.push_back(said); })
{
    group.link().open(region_->name());
}

WineHost::~WineHost() = default;

protocol::PluginDescription WineHost::load(const std::string& name, const std::string& plugin_class)
{
    link_.wait_hello();
    return link_.load(test_plugin(name).string(), plugin_class);
}

protocol::PluginDescription WineHost::load_chain(std::vector<protocol::LoadedPart> parts)
{
    for (auto& part : parts)
        part.path = test_plugin(part.path).string();
    link_.wait_hello();
    return link_.load(parts);
}

const std::vector<bridge::Notification>& WineHost::heard()
{
    link_.poll_notifications();
    return heard_;
}

bool WineHost::hears_value(std::uint32_t id, double value)
{
    return wait_until([&] {
        return std::any_of(heard().begin(), heard().end(), [&](const bridge::Notification& said) {
            const auto* moved = std::get_if<bridge::ParameterChanged>(&said);
            return moved != nullptr && moved->id == id && moved->value == value;
        });
    });
}

protocol::BlockReply WineHost::run_block()
{
    if (!exchange_)
        exchange_.emplace(region_);
    const std::uint64_t now = bridge::now_nsec();
    const auto limit = std::chrono::duration_cast<std::chrono::nanoseconds>(patience);
    exchange_->post(now, {now + static_cast<std::uint64_t>(limit.count()), 0});
    if (!exchange_->wait())
        throw std::runtime_error("the host does not answer a block; it says: " + process().errors());
    return region().result;
}

bridge::HostError WineHost::failure_of(const std::string& path, const std::string& plugin_class)
{
    try {
        link_.wait_hello();
        link_.load(path, plugin_class);
    } catch (const bridge::HostError& error) {
        return error;
    }
    throw std::runtime_error("the host loads " + path);
}

} // namespace decant::tests
