// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/host-set.hpp"

#include "service/hosts/spare-hosts.hpp"
#include "tests/bench/costs.hpp"
#include "tests/bench/scheduling.hpp"
#include "tests/support/wait-until.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <stdexcept>

namespace decant::bench
{

namespace
{

/// Of the plugin: exact in binary, and anything but the dry signal that a lost block is replaced with.
constexpr float gain = 0.5F;

/// Where that is in the parameter's range of 0..2.
constexpr double gain_position = 0.25;

/// The CPU of a lane, and of all that works for it.
unsigned cpu_of_lane(std::size_t lane)
{
    const std::vector<unsigned> cpus = allowed_cpus();
    return cpus[lane % cpus.size()];
}

} // namespace

HostSet::HostSet(const Options& options, const WineSession& wine, unsigned chain)
    : options_(options), chain_(chain), signal_(gain),
      guard_(options.guard ? std::make_shared<bridge::Guard>(guard_priority) : nullptr)
{
    file_ = {options.plugin, "", wine.prefix(), {}};
    file_.group = options.group ? fmt::format("bench-{}", chain) : ""; // chains are a process of their own
    for (unsigned part = 0; chain > 1 && part < chain; ++part)
        file_.chain.push_back({fmt::format("gain {}", part), options.plugin.string(), ""});
    for (unsigned index = 0; index < options.instances; ++index) {
        const auto& plugin = plugins_.emplace_back(
            std::make_unique<BridgedPlugin>(file_, options.rate, gain_position, options.mode, guard_));
        if (options.burn_usec != 0)
            plugin->burn(options.burn_usec);
        subjects_.push_back(std::make_unique<PluginSubject>(plugin->processor(), signal_, index,
                                                            options.block, options.rate, options.mode));
        if (std::ranges::find(processes_.hosts, plugin->process()) == processes_.hosts.end())
            processes_.hosts.push_back(plugin->process());
    }
    processes_.wineserver = wine.server();
}

void HostSet::place(Placement placement, unsigned threads) const
{
    const std::vector<unsigned> all = allowed_cpus();
    for (std::size_t index = 0; index < plugins_.size(); ++index) {
        const pid_t thread = plugins_[index]->audio_thread();
        make_realtime(thread, options_.host_priority);
        plugins_[index]->processor().set_wake(Wake::sleep);
        bind_thread(thread, placement == Placement::core ? std::vector{cpu_of_lane(index % threads)} : all);
    }
}

/// The CPUs that have no lane, in turn.
void HostSet::place_awake(unsigned threads) const
{
    const std::vector<unsigned> cpus = allowed_cpus();
    if (threads >= cpus.size())
        throw std::runtime_error(fmt::format(
            "--wake anticipate needs a CPU without callers: --threads {}, or more CPUs", cpus.size() - 1));
    for (std::size_t index = 0; index < plugins_.size(); ++index) {
        const pid_t thread = plugins_[index]->audio_thread();
        make_realtime(thread, options_.host_priority);
        bind_thread(thread, {cpus[threads + index % (cpus.size() - threads)]});
        plugins_[index]->processor().set_wake(Wake::anticipate);
    }
}

std::vector<Lane> HostSet::lanes(unsigned threads, bool bound) const
{
    std::vector<Lane> lanes(threads);
    for (std::size_t index = 0; index < subjects_.size(); ++index)
        lanes[index % threads].subjects.push_back(subjects_[index].get());
    for (std::size_t lane = 0; bound && lane < threads; ++lane)
        lanes[lane].cpu = cpu_of_lane(lane);
    return lanes;
}

Contender HostSet::awake_contender(unsigned threads)
{
    const std::string what = chain_ > 1 ? fmt::format("chain of {}", chain_) : "bridge";
    Contender contender;
    contender.series.name = fmt::format("{}_awake_{}", chain_ > 1 ? "chain" : "bridge", threads);
    contender.series.title = fmt::format("{}, awake, {} thread{}", what, threads, threads == 1 ? "" : "s");
    contender.lanes = lanes(threads, true);
    contender.processes = processes_;
    contender.prepare = [this, threads] {
        place_awake(threads);
    };
    return contender;
}

Contender HostSet::contender(Placement placement, unsigned threads)
{
    Contender contender;
    const std::string_view word = placement == Placement::core ? "core" : "free";
    const std::string what = chain_ > 1 ? fmt::format("chain of {}", chain_) : "bridge";
    contender.series.name = fmt::format("{}_{}_{}", chain_ > 1 ? "chain" : "bridge", word, threads);
    contender.series.title = fmt::format("{}, {}, {} thread{}", what, word, threads, threads == 1 ? "" : "s");
    contender.lanes = lanes(threads, placement == Placement::core);
    contender.processes = processes_;
    contender.prepare = [this, placement, threads] {
        place(placement, threads);
    };
    return contender;
}

std::vector<Contender> HostSet::contenders()
{
    std::vector<Contender> contenders;
    const auto asked = [this](Wake wake) {
        return std::ranges::find(options_.wakes, wake) != options_.wakes.end();
    };
    for (const Placement placement : options_.placements)
        for (const unsigned threads : options_.threads)
            if (asked(Wake::sleep))
                contenders.push_back(contender(placement, threads));
    for (const unsigned threads : options_.threads)
        if (asked(Wake::anticipate))
            contenders.push_back(awake_contender(threads));
    return contenders;
}

std::vector<double> HostSet::times_to_open() const
{
    std::vector<double> times;
    for (const auto& plugin : plugins_)
        times.push_back(plugin->time_to_open().count());
    return times;
}

std::vector<double> HostSet::times_with_spare() const
{
    constexpr int rounds = 9;
    service::SpareHosts spares;
    service::PluginFile file = file_;
    file.group.clear();
    file.spare = true;
    std::vector<double> times;
    for (int round = 0; round <= rounds; ++round) {
        const BridgedPlugin plugin(file, options_.rate, gain_position, options_.mode, guard_);
        if (round > 0) // the first had none
            times.push_back(plugin.time_to_open().count());
        if (!tests::wait_until([&] { return spares.ready(); }))
            throw std::runtime_error("no host waits for the next plugin; is Wine in order?");
    }
    return times;
}

double HostSet::memory_per_instance() const
{
    double sum = 0;
    for (const pid_t host : processes_.hosts)
        sum += static_cast<double>(share_of_memory(host));
    return sum / static_cast<double>(plugins_.size());
}

} // namespace decant::bench
