// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/graph-run.hpp"

#include "tests/bench/report.hpp"
#include "tests/bench/wine-session.hpp"
#include "tests/service/running-service.hpp"
#include "tests/support/wait-until.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace decant::bench
{

namespace
{

constexpr const char* sink = "test-sink";

std::string rack_of(const Options& options, const std::filesystem::path& prefix)
{
    const std::string path = fmt::format("path = \"{}\"", options.plugin.string());
    std::string more = fmt::format("prefix = \"{}\" mode = {} wake = {}", prefix.string(),
                                   mode_name(options.mode), wake_name(options.wakes.front()));
    if (options.group)
        more += " group = bench";
    std::string chain;
    for (unsigned part = 0; part < options.chain; ++part)
        chain += fmt::format("{{ name = gain{} {} }} ", part, path);
    std::string nodes;
    for (unsigned index = 0; index < options.instances; ++index)
        nodes += fmt::format("{{ name = node{} {} {} }}\n", index,
                             chain.empty() ? path : fmt::format("chain = [ {}]", chain), more);
    return "decant.nodes = [\n" + nodes + "]";
}

std::string first_output(const service::RunningService& service, const std::string& node)
{
    return service.session().graph().ports_of(node, tests::Direction::output).at(0).name;
}

nlohmann::json list(const service::RunningService& service)
{
    return nlohmann::json::parse(service.session().run({DECANT, "list", "--json"}).output);
}

/// By node. It is another number whenever a second has passed in which the node played.
std::map<std::string, double> loads(const service::RunningService& service)
{
    std::map<std::string, double> loads;
    for (const auto& node : list(service))
        loads[node.at("name")] = node.value("load", 0.0);
    return loads;
}

/// Waits until all nodes play.
void wait_for_sound(const service::RunningService& service)
{
    const auto before = loads(service);
    const bool play = tests::wait_until([&] {
        const auto now = loads(service);
        return std::all_of(now.begin(), now.end(), [&before](const auto& node) {
            return node.second != 0 && before.contains(node.first) && node.second != before.at(node.first);
        });
    });
    if (!play)
        throw std::runtime_error("a node does not play after the graph has changed its quantum");
}

/// The count of pw-top, which reads it from the profiler. Its second page is the first with numbers.
std::uint64_t xruns_of_driver(const service::RunningService& service)
{
    std::istringstream lines(service.session().run({"pw-top", "-b", "-n", "2"}).output);
    std::optional<std::uint64_t> xruns;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        const std::vector<std::string> row{std::istream_iterator<std::string>(words), {}};
        constexpr std::size_t count = 8;
        if (row.size() > count + 1 && row.back() == sink)
            xruns = std::stoull(row[count]);
    }
    if (!xruns)
        throw std::runtime_error("pw-top tells no xruns of the sink; is PipeWire's profiler in order?");
    return *xruns;
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

GraphFindings sum_of(const nlohmann::json& nodes)
{
    GraphFindings findings;
    std::vector<double> p50;
    std::vector<double> p99;
    for (const auto& node : nodes) {
        findings.late += node.value("late", std::uint64_t{0});
        findings.dropped += node.value("dropped", std::uint64_t{0});
        findings.node_xruns += node.value("xruns", std::uint64_t{0});
        findings.load += node.value("load", 0.0);
        if (const auto trip = node.find("round-trip"); trip != node.end() && trip->is_object()) {
            p50.push_back(trip->value("p50", 0.0));
            p99.push_back(trip->value("p99", 0.0));
        }
    }
    findings.p50 = median(p50);
    findings.p99 = median(p99);
    return findings;
}

} // namespace

GraphFindings run_graph(const Options& options)
{
    if (options.wakes.size() != 1)
        throw std::runtime_error("a --graph has one --wake at a time");
    const WineSession wine(options.prefix);
    service::RunningService service;
    service.configure(rack_of(options, wine.prefix()));
    service.start();
    for (unsigned index = 0; index < options.instances; ++index) {
        const auto name = fmt::format("node{}", index);
        if (!service.wait_for_state(name, "running"))
            throw std::runtime_error(name + " does not run; decantd says: " + service.process().errors());
        service.session().link(fmt::format("decant.{0}:{1}", name, first_output(service, "decant." + name)),
                               fmt::format("{}:playback_FL", sink));
    }
    service.session().set_rate(options.rate);
    service.session().set_quantum(options.block);
    wait_for_sound(service);
    const GraphFindings before = sum_of(list(service));
    const std::uint64_t xruns_before = xruns_of_driver(service);
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
    GraphFindings findings = sum_of(list(service));
    findings.late -= before.late;
    findings.dropped -= before.dropped;
    findings.node_xruns -= before.node_xruns;
    findings.driver_xruns = xruns_of_driver(service) - xruns_before;
    return findings;
}

std::string table(const Options& options, const GraphFindings& findings)
{
    const std::string nodes = options.chain > 1
                                  ? fmt::format("{} chains of {}", options.instances, options.chain)
                                  : fmt::format("{} nodes", options.instances);
    return fmt::format(
        "{} in a graph of {} frames at {} Hz, {}, {} s\n"
        "  driver xruns          {:>10}  {}\n"
        "  cycles without a node {:>10}\n"
        "  blocks late           {:>10}\n"
        "  blocks dropped        {:>10}\n"
        "  load of all nodes     {:>10.3f}\n"
        "  round trip p50, us    {:>10.1f}\n"
        "  round trip p99, us    {:>10.1f}\n",
        nodes, options.block, options.rate, way_of(options), options.seconds, findings.driver_xruns,
        findings.driver_xruns == 0 ? "goal of 0 met" : "goal of 0 not met", findings.node_xruns,
        findings.late, findings.dropped, findings.load, findings.p50, findings.p99);
}

std::string json(const Options& options, const GraphFindings& findings)
{
    return nlohmann::ordered_json{{"block", options.block},
                                  {"rate", options.rate},
                                  {"instances", options.instances},
                                  {"mode", mode_name(options.mode)},
                                  {"wake", wake_name(options.wakes.front())},
                                  {"group", options.group},
                                  {"chain", options.chain},
                                  {"seconds", options.seconds},
                                  {"driver_xruns", findings.driver_xruns},
                                  {"node_xruns", findings.node_xruns},
                                  {"late", findings.late},
                                  {"dropped", findings.dropped},
                                  {"load", findings.load},
                                  {"round_trip", {{"p50", findings.p50}, {"p99", findings.p99}}}}
               .dump(2) +
           '\n';
}

} // namespace decant::bench
