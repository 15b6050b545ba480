// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bridged-plugin.hpp"

#include "tests/bench/costs.hpp"
#include "wine-host/protocol/version.hpp"

#include <exception>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace decant::bench
{

namespace
{

service::HostCommand host_command(const service::PluginFile& file, const bridge::SharedRegion& region)
{
    const auto progress = [](const std::string& text) {
        fmt::print(stderr, "bridge-bench: {}\n", text);
    };
    service::HostCommand command = service::wine_host_command(file, progress);
    command.arguments.insert(command.arguments.end(), {"--region", region.name()});
    return command;
}

pid_t thread_named(pid_t process, std::string_view wanted)
{
    for (const pid_t thread : threads_of(process)) {
        std::ifstream in(fmt::format("/proc/{}/task/{}/comm", process, thread));
        std::string name;
        if (std::getline(in, name) && name == wanted)
            return thread;
    }
    throw std::runtime_error(fmt::format("the host {} has no thread {}", process, wanted));
}

} // namespace

BridgedPlugin::BridgedPlugin(const service::PluginFile& file, std::uint32_t rate, double position,
                             bridge::BridgeMode mode, std::shared_ptr<bridge::Guard> guard)
    : region_(std::make_shared<bridge::SharedRegion>()), link_(region_),
      process_(
          host_command(file, *region_), [](std::string_view line) { fmt::print(stderr, "host: {}\n", line); },
          [this](const std::string& reason) {
              if (ending_)
                  return; // as asked for: its answer may still lie in the ring
              fmt::print(stderr, "bridge-bench: a host {}\n", reason);
              link_.host_gone();
          })
{
    link_.wait_hello();
    const protocol::PluginDescription plugin = link_.load(file.path.string(), file.plugin_class);
    link_.activate(rate, protocol::max_frames);
    processor_ = std::make_unique<bridge::BridgeProcessor>(
        bridge::BridgeLayout{.inputs = static_cast<std::uint32_t>(plugin.inputs.size()),
                             .outputs = static_cast<std::uint32_t>(plugin.outputs.size())},
        mode, std::move(guard));
    processor_->attach(region_, plugin.latency, process_.pid());
    if (plugin.parameters.empty())
        throw std::runtime_error(file.path.string() + " is not the gain of tests/plugins");
    const protocol::ParameterDescription& parameter = plugin.parameters.front();
    processor_->set_parameter(parameter.id,
                              parameter.minimum + position * (parameter.maximum - parameter.minimum));
    time_to_open_ = std::chrono::steady_clock::now() - started_;
    audio_thread_ = thread_named(process_.pid(), "decant-audio");
}

BridgedPlugin::~BridgedPlugin()
{
    ending_ = true;
    try {
        processor_->detach();
        link_.quit();
        (void)process_.wait(std::chrono::seconds(5));
    } catch (const std::exception& error) {
        fmt::print(stderr, "bridge-bench: {}\n", error.what());
    }
}

} // namespace decant::bench
