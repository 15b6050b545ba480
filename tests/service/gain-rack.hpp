// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/service/running-service.hpp"

#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/process-table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace decant::service
{

inline const nodes::PortLayout mono_in{.inputs = {{"input", "MONO", ""}}, .outputs = {}};
inline const nodes::PortLayout mono_out{.inputs = {}, .outputs = {{"output", "MONO", ""}}};

/// What says where a test plugin lies, "gain" or "sine".
inline std::string path_of(const std::string& plugin)
{
    return fmt::format("path = \"{}/decant-test-{}.dll\"", std::getenv("DECANT_TEST_PLUGINS"), plugin);
}

/// The configuration of a node, with `plugin` as its name, and of others beside it.
inline std::string node_of(const std::string& plugin, const std::string& what, const std::string& more,
                           const std::string& beside = {})
{
    return fmt::format("decant.nodes = [ {{ name = {} {} prefix = \"{}\" {} }} {} ]", plugin, what,
                       std::getenv("DECANT_TEST_PREFIX"), more, beside);
}

/// The configuration of a test plugin.
inline std::string node(const std::string& plugin, const std::string& more = {})
{
    return node_of(plugin, path_of(plugin), more);
}

/// The hosts of a node, which are called as it is.
inline std::vector<pid_t> hosts_of(RunningService& service, const std::string& node = "gain")
{
    auto hosts = tests::children_of(service.process().id());
    std::erase_if(hosts, [&](pid_t id) { return tests::name_of(id) != node; });
    return hosts;
}

/// Strikes the hosts of a node dead when a while has passed, whatever they are doing then.
inline void strike(RunningService& service, const std::string& node, std::chrono::milliseconds after)
{
    const auto hosts = hosts_of(service, node);
    REQUIRE_FALSE(hosts.empty());
    const auto when = std::chrono::steady_clock::now() + after;
    REQUIRE(tests::wait_until([&] { return std::chrono::steady_clock::now() >= when; }));
    for (const pid_t host : hosts)
        REQUIRE(::kill(host, SIGKILL) == 0);
}

/// The thread of a process that bears this name; 0 if there is none.
inline pid_t thread_named(const std::string& wanted, pid_t process)
{
    for (const auto& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process))) {
        std::string name;
        if (std::getline(std::ifstream(thread.path() / "comm"), name) && name == wanted)
            return std::stoi(thread.path().filename().string());
    }
    return 0;
}

/// The gain plugin, whose parameter goes from 0 to 1 as VST2 has it and means 0 to 2, with noise going in and
/// a listener behind it.
class GainRack : public RunningService
{
public:
    tests::GraphClient client{session()};
    tests::NoiseSource noise;
    tests::NoiseListener listener;
    std::unique_ptr<tests::TestNode> source;
    std::unique_ptr<tests::TestNode> recorder;

    explicit GainRack(const std::string& more = {}, const std::string& what = path_of("gain"),
                      const std::string& beside = {}, const tests::Environment& environment = {})
    {
        for (const auto& [name, value] : environment)
            session().set_environment(name, value);
        configure(node_of("gain", what, more, beside));
        start();
        REQUIRE(wait_for_state("gain", "running"));
        source = std::make_unique<tests::TestNode>(client, "source", mono_out, noise);
        recorder = std::make_unique<tests::TestNode>(client, "recorder", mono_in, listener);
        session().link("source:output", "decant.gain:" + port(tests::Direction::input));
        session().link("decant.gain:" + port(tests::Direction::output), "recorder:input");
    }

    std::string port(tests::Direction direction)
    {
        return session().graph().ports_of("decant.gain", direction).at(0).name;
    }

    /// Whether the recorder comes to hear the noise with that gain, twenty blocks of it bit by bit.
    bool hears(float gain)
    {
        return tests::wait_until([&] { // blocks that went out before a change are still to come
            listener.gain = gain;
            listener.listen(256, 48000);
            return tests::wait_until([&] { return listener.exact >= 20; }, std::chrono::seconds(2));
        });
    }

    std::uint64_t late() const { return listed("gain").at("late"); }
};

} // namespace decant::service
