// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Hosts that die, stop or lie hundreds of times in a row: every block comes back in time, the plugin comes
// back, and nothing is left behind.

#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/bridge/futex.hpp"
#include "service/hosts/plugin-host.hpp"
#include "tests/service/hosts/plugin-audience.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/holdings.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <variant>

#include <signal.h>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using decant::tests::wait_until;
namespace fake_parameter = decant::tests::fake_parameter;

namespace
{

constexpr std::uint32_t frames = 64;
constexpr std::uint64_t period_nsec = 2'000'000;

/// Plays a processor without a pause, one block per period.
class Player
{
    bridge::BridgeProcessor& processor_;
    std::atomic<float> heard_ = 0;

    void play(const std::stop_token& stopped)
    {
        std::array<float, frames> ones{};
        ones.fill(1);
        std::array<std::array<float, frames>, 2> out{};
        const std::array<const float*, 2> inputs{ones.data(), ones.data()};
        const std::array<float*, 2> outputs{out[0].data(), out[1].data()};
        std::uint64_t next = bridge::now_nsec();
        while (!stopped.stop_requested()) {
            const std::uint64_t start = bridge::now_nsec();
            processor_.process({.frames = frames,
                                .rate = 48000,
                                .start_nsec = start,
                                .deadline_nsec = start + period_nsec,
                                .freewheel = false,
                                .transport = {},
                                .inputs = inputs,
                                .outputs = outputs,
                                .midi_in = {},
                                .midi_out = nullptr});
            finite = finite && std::all_of(out[0].begin(), out[0].end(), [](float x) { return x == x; });
            heard_ = out[0][frames - 1];
            ++blocks;
            next = std::max(next + period_nsec, start);
            std::this_thread::sleep_for(std::chrono::nanoseconds(next - start));
        }
    }

public:
    std::atomic<std::uint64_t> blocks = 0;
    std::atomic<bool> finite = true;

    explicit Player(bridge::BridgeProcessor& processor)
        : processor_(processor), thread_([this](const std::stop_token& stopped) { play(stopped); })
    {
    }
    /// In a block that begins from now on.
    [[nodiscard]] bool hears(float level) const
    {
        const std::uint64_t begun = blocks + 1; // at most: it may have been out already
        return wait_until([&] { return blocks > begun && heard_ == level; });
    }

private:
    std::jthread thread_; ///< the last of all, as it uses the others from its first moment
};

/// A supervised gain plugin at one half, played all the time.
struct Stage {
    tests::TemporaryDirectory directory;
    bridge::BridgeProcessor processor{{.inputs = 2, .outputs = 2, .midi_in = true, .midi_out = true}};
    std::atomic<std::size_t> ready = 0;
    std::atomic<std::size_t> failures = 0;
    std::atomic<bool> parked = false;
    std::mutex mutex;
    std::string last_reason;
    std::unique_ptr<PluginHost> host;
    std::unique_ptr<Player> player;

    explicit Stage(std::chrono::milliseconds patience)
    {
        PluginHostSettings settings;
        settings.plugin.path = directory.path() / "gain.dll";
        settings.state_file = directory.path() / "gain.state";
        settings.patience.block = patience;
        settings.patience.restarts = {.first_delay = 0ms, .most = 1'000'000, .window = 300s};
        host = std::make_unique<PluginHost>(
            std::move(settings), [this](const HostEvent& event) { hear(event); },
            [](const PluginFile&, const Progress&) { return HostCommand{{tests::fake_host_program()}, {}}; });
        REQUIRE(wait_until([&] { return ready == 1; }));
        host->connect(processor);
        host->set_parameter(fake_parameter::gain, 0.5);
        player = std::make_unique<Player>(processor);
        REQUIRE(player->hears(0.5F));
    }

    ~Stage()
    {
        player.reset();
        host.reset();
    }

    void hear(const HostEvent& event)
    {
        if (std::holds_alternative<HostReady>(event))
            ++ready;
        if (const auto* restarting = std::get_if<HostRestarting>(&event)) {
            const std::lock_guard lock(mutex);
            last_reason = restarting->reason;
            ++failures;
        }
        if (std::holds_alternative<HostParked>(event))
            parked = true;
    }

    /// The host that runs now.
    [[nodiscard]] pid_t host_id() const
    {
        const auto children = tests::children();
        return children.empty() ? -1 : children[0];
    }

    /// Sends a signal while a block is on its way, and waits until the plugin is heard again.
    void strike(int signal)
    {
        const std::size_t before = ready;
        REQUIRE(::kill(host_id(), signal) == 0);
        REQUIRE(wait_until([&] { return ready > before; }));
        REQUIRE(player->hears(0.5F));
    }
};

constexpr int warm_up = 10;

} // namespace

TEST_CASE("two hundred hosts that are killed in a block are replaced, and leave nothing")
{
    Stage stage(2s);
    // The host is in the block for most of the time.
    stage.host->set_parameter(fake_parameter::delay, 1000);
    for (int i = 0; i < warm_up; ++i)
        stage.strike(SIGKILL);
    const auto before = tests::holdings_of(::getpid());
    for (int i = 0; i < 200; ++i)
        stage.strike(SIGKILL);
    tests::check_flat(before, ::getpid());
    CHECK(stage.failures == warm_up + 200);
    CHECK_FALSE(stage.parked);
}

TEST_CASE("two hundred hosts that stop in a block are replaced, and leave nothing")
{
    Stage stage(40ms);
    stage.host->set_parameter(fake_parameter::delay, 1000);
    for (int i = 0; i < warm_up; ++i)
        stage.strike(SIGSTOP);
    const auto before = tests::holdings_of(::getpid());
    for (int i = 0; i < 200; ++i)
        stage.strike(SIGSTOP);
    tests::check_flat(before, ::getpid());
    CHECK_FALSE(stage.parked);
    // The block of each was given up at its deadline, and not when the host was replaced; but for some for
    // which this thread itself had no CPU.
    CHECK(stage.processor.stats().late >= 150);
}

TEST_CASE("two hundred hosts that corrupt the region are replaced, and leave nothing")
{
    Stage stage(20ms);
    const auto corrupt = static_cast<double>(tests::FakeMisbehaviour::corrupt);
    const auto suffer = [&](int lives) {
        for (int i = 0; i < lives; ++i) {
            const std::size_t before = stage.failures;
            REQUIRE(wait_until([&] {
                (void)stage.processor.set_parameter(fake_parameter::misbehave, corrupt);
                return stage.failures > before;
            }));
            REQUIRE_FALSE(stage.parked);
        }
        // The last one behaves.
        REQUIRE(stage.player->hears(0.5F));
    };
    suffer(warm_up);
    const auto before = tests::holdings_of(::getpid());
    suffer(200);
    CHECK(stage.player->finite);
    tests::check_flat(before, ::getpid());
}
