// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Hosts under real Wine that are killed and stopped in the middle of a block, two hundred times each: takes
// many minutes, with the delays between restarts and the limit on them that musicians have.

#include "tests/service/gain-rack.hpp"
#include "tests/support/holdings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <sched.h>
#include <string>
#include <sys/types.h>
#include <thread>

namespace decant::service
{
namespace
{

using tests::wait_until;

constexpr std::uint32_t quantum = 1024;
constexpr std::uint32_t rate = 48000;

/// Looks at a thread of high priority, which an ordinary one beside it would hardly ever see at work.
class Hunter
{
    static constexpr int priority = 95; ///< above all audio threads

    static void schedule(int policy, int with_priority) noexcept
    {
        const sched_param parameters{.sched_priority = with_priority};
        (void)::sched_setscheduler(0, policy,
                                   &parameters); // where it may not, more strikes come between blocks
    }

    static bool runs(pid_t process, pid_t thread)
    {
        std::string text;
        std::getline(std::ifstream(fmt::format("/proc/{}/task/{}/stat", process, thread)), text);
        const auto name_end = text.rfind(')');
        return name_end != std::string::npos && text.substr(name_end).starts_with(") R");
    }

public:
    Hunter() noexcept { schedule(SCHED_FIFO, priority); }
    ~Hunter() { schedule(SCHED_OTHER, 0); }
    Hunter(const Hunter&) = delete;
    Hunter& operator=(const Hunter&) = delete;

    /// Whether the thread comes to run within a second; returns in the middle of that.
    [[nodiscard]] bool sees(pid_t process, pid_t thread) const
    {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        bool seen = false;
        while (!(seen = runs(process, thread)) && std::chrono::steady_clock::now() < limit)
            std::this_thread::sleep_for(std::chrono::microseconds(300));
        return seen;
    }
};

/// A plugin that works hard, and who listens to it.
struct Victim {
    std::string name;
    tests::NoiseListener listener{};
    std::unique_ptr<tests::TestNode> ear{};
    pid_t struck = 0; ///< its last host
};

/// The gain, of which no block is to be lost, and four victims beside it.
class Storm
{
    static std::string victims_beside()
    {
        std::string nodes;
        for (int i = 0; i < 4; ++i)
            nodes += fmt::format("{{ name = victim{} {} prefix = \"{}\" params = {{ Burn = 0.3 }} }}\n", i,
                                 path_of("burner"), std::getenv("DECANT_TEST_PREFIX"));
        return nodes;
    }

    GainRack rack_{"params = { Gain = 0.25 }", path_of("gain"), victims_beside()};
    std::deque<Victim> victims_;
    unsigned in_block_ = 0;
    unsigned enabled_ = 0;

public:
    Storm()
    {
        rack_.session().set_quantum(quantum);
        rack_.listener.gain = 0.5F;
        for (int i = 0; i < 4; ++i) {
            auto& victim = victims_.emplace_back(fmt::format("victim{}", i));
            REQUIRE(rack_.wait_for_state(victim.name, "running"));
            const auto port = [&](tests::Direction direction) {
                return rack_.session().graph().ports_of("decant." + victim.name, direction).at(0).path();
            };
            victim.ear = std::make_unique<tests::TestNode>(rack_.client, "ear-" + victim.name, mono_in,
                                                           victim.listener);
            rack_.session().link("source:output", port(tests::Direction::input));
            rack_.session().link(port(tests::Direction::output), "ear-" + victim.name + ":input");
            // What the configuration does not have is in the state alone.
            REQUIRE(rack_.decant({"set", victim.name, "Gain=0.125"}).exit == 0);
            victim.listener.gain = 0.25F;
        }
        REQUIRE(rack_.decant({"save"}).exit == 0);
    }

    /// It has another host than was struck, and is heard as its state says. Who is given up is enabled, as
    /// people do it.
    void wait_for(Victim& victim)
    {
        const bool back = wait_until(
            [&] {
                const auto hosts = hosts_of(rack_, victim.name);
                if (hosts.size() == 1 && hosts[0] != victim.struck) {
                    victim.listener.listen(quantum, rate);
                    return wait_until([&] { return victim.listener.exact >= 3; }, std::chrono::seconds(1));
                }
                if (rack_.listed(victim.name).at("state") == "failed") {
                    ++enabled_;
                    (void)rack_.decant({"enable", victim.name});
                }
                return false;
            },
            std::chrono::seconds(120));
        INFO(victim.name << "\n" << rack_.decant({"list"}).output << rack_.process().errors());
        REQUIRE(back);
    }

    void wait_for_all()
    {
        for (auto& victim : victims_)
            wait_for(victim);
    }

    void strike(unsigned times, int signal)
    {
        for (unsigned i = 0; i < times; ++i) {
            auto& victim = victims_[i % victims_.size()];
            wait_for(victim);
            victim.struck = hosts_of(rack_, victim.name).at(0);
            const pid_t thread = thread_named("decant-audio", victim.struck);
            in_block_ += Hunter().sees(victim.struck, thread) ? 1U : 0U;
            REQUIRE(::kill(victim.struck, signal) == 0);
        }
        wait_for_all();
    }

    /// Strikes, and checks what that did to the gain, the driver and the service.
    void run(unsigned times, int signal, const char* what)
    {
        strike(8, signal); // what is made once is made
        const auto before = tests::holdings_of(rack_.process().id());
        const auto late = rack_.late();
        const auto xruns = rack_.session().driver_xruns();
        const auto began = std::chrono::steady_clock::now();
        in_block_ = enabled_ = 0;
        rack_.listener.listen(quantum, rate);

        strike(times, signal);

        const std::uint64_t exact = rack_.listener.exact;
        const std::uint64_t damaged = rack_.listener.damaged;
        const std::uint64_t missed = rack_.listener.missed / quantum;
        const std::uint64_t silent = rack_.listener.silent;
        const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        const auto after = tests::holdings_of(rack_.process().id());
        WARN(fmt::format(
            "{} hosts {}, {} in a block, {} times enabled, in {:.0f} s; of {} blocks of the gain {} "
            "were damaged, {} missed, {} silent, {} late; the driver had {} xruns; descriptors {} "
            "and {}, threads {} and {}, own pages {} and {}",
            times, what, in_block_, enabled_, seconds, exact + damaged, damaged, missed, silent,
            rack_.late() - late, rack_.session().driver_xruns() - xruns, before.descriptors,
            after.descriptors, before.threads, after.threads, before.resident, after.resident));
        CHECK(in_block_ >= times / 2);
        CHECK(silent == 0);
        CHECK(wait_until([&] { return 3 * (rack_.late() - late) >= damaged; })); // for want of a CPU alone
        CHECK(missed <= times / 20);                                             // the same
        CHECK(rack_.session().driver_xruns() - xruns <= times);
        constexpr std::size_t spare_host = 4; // which comes and goes, with its descriptors
        tests::check_flat(before, rack_.process().id(), spare_host);
    }
};

} // namespace

TEST_CASE("hosts that are killed in a block, two hundred times, cost the others nothing and leave nothing",
          "[.storm]")
{
    Storm().run(200, SIGKILL, "killed");
}

TEST_CASE("hosts that stop in a block, two hundred times, cost the others nothing and leave nothing",
          "[.storm]")
{
    Storm().run(200, SIGSTOP, "stopped");
}

} // namespace decant::service
