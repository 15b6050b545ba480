// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bridged-plugin.hpp"

#include "wine-host/protocol/version.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace decant::bench
{

namespace
{

service::HostCommand host_command(const service::PluginFile& file, int priority)
{
    auto command = service::wine_host_command(file, [](const std::string& text) {
        fmt::print(stderr, "{}: {}\n", program_invocation_short_name, text);
    });
    if (priority > 0)
        command.arguments.insert(command.arguments.end(), {"--rt-priority", std::to_string(priority)});
    return command;
}

} // namespace

BridgedPlugin::BridgedPlugin(const service::PluginFile& file, std::uint32_t rate, double position,
                             bridge::BridgeMode mode, std::shared_ptr<bridge::Guard> guard, int priority)
    : host_(host_command(file, priority), file, {}, {.notification = {}, .output = [](std::string_view line) {
                                                         fmt::print(stderr, "host: {}\n", line);
                                                     }})
{
    const protocol::PluginDescription& plugin = host_.load();
    host_.activate(rate, protocol::max_frames);
    processor_ = std::make_unique<bridge::BridgeProcessor>(
        bridge::BridgeLayout{.inputs = static_cast<std::uint32_t>(plugin.inputs.size()),
                             .outputs = static_cast<std::uint32_t>(plugin.outputs.size())},
        mode, std::move(guard));
    processor_->attach(host_.region(), plugin.latency, host_.process());
    if (plugin.parameters.empty())
        throw std::runtime_error(file.path.string() + " is not the gain of tests/plugins");
    const protocol::ParameterDescription& parameter = plugin.parameters.front();
    processor_->set_parameter(parameter.id,
                              parameter.minimum + position * (parameter.maximum - parameter.minimum));
    if (plugin.parameters.size() > 1)
        burn_ = plugin.parameters[1];
    time_to_open_ = std::chrono::steady_clock::now() - started_;
    while ((audio_thread_ = static_cast<pid_t>(host_.region()->memory().audio_thread.load())) == 0)
        std::this_thread::yield(); // it was made before the host said hello
}

void BridgedPlugin::burn(std::uint32_t usec)
{
    constexpr double most_usec = 10'000;
    if (!burn_ || burn_->name != "Burn")
        throw std::runtime_error("only the burner of tests/plugins takes as long as it is told");
    processor_->set_parameter(burn_->id, usec / most_usec);
}

BridgedPlugin::~BridgedPlugin()
{
    processor_->detach();
    host_.quit(std::chrono::seconds(5));
}

} // namespace decant::bench
