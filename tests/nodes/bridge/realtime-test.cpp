// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/bridge/bridged.hpp"

#include "nodes/bridge/guard.hpp"
#include "tests/support/realtime-traps.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <sys/syscall.h>
#include <thread>
#include <vector>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeMode;
using bridge::BridgeWake;
namespace fake = tests::fake_parameter;

namespace
{

/// Takes MIDI and keeps none.
struct Drain : nodes::MidiSink {
    bool push(std::uint32_t, std::span<const std::uint8_t>) noexcept override { return true; }
};

/// Plays blocks of noise with notes and a long SysEx; all of it is made before.
class Performance
{
    static constexpr std::uint32_t frames = 64;
    static constexpr std::uint64_t budget_nsec = 1'000'000;
    static constexpr std::uint64_t period_nsec = 200'000;

    std::array<std::array<float, frames>, 2> in_{};
    std::array<std::array<float, frames>, 2> out_{};
    std::vector<std::uint8_t> sysex_ = std::vector<std::uint8_t>(20'000, 1);
    std::array<std::uint8_t, 3> note_{0x90, 69, 100};
    std::vector<nodes::MidiEvent> events_;
    Drain drain_;

public:
    Performance()
    {
        sysex_.front() = 0xf0;
        sysex_.back() = 0xf7;
        events_ = {{0, note_, {}}, {9, sysex_, {}}};
    }

    void play(bridge::BridgeProcessor& processor)
    {
        const std::array<const float*, 2> inputs{in_[0].data(), in_[1].data()};
        const std::array<float*, 2> outputs{out_[0].data(), out_[1].data()};
        for (int block = 0; block < 500; ++block) {
            const std::uint64_t now = bridge::now_nsec();
            processor.process({.frames = frames,
                               .rate = 48000,
                               .start_nsec = now,
                               .deadline_nsec = now + budget_nsec,
                               .freewheel = false,
                               .transport = {},
                               .inputs = inputs,
                               .outputs = outputs,
                               .midi_in = events_,
                               .midi_out = &drain_});
            while (bridge::now_nsec() < now + period_nsec) { // a sleep would be a system call
            }
        }
    }
};

/// What goes on around an audio thread: parameters are set and heard, a plugin is late, its host is replaced.
class Bustle
{
    std::jthread thread_;

public:
    Bustle(bridge::BridgeProcessor& processor, tests::FakeHost& one, tests::FakeHost& other)
        : thread_([&](const std::stop_token& stopped) {
              for (unsigned turn = 0; !stopped.stop_requested(); ++turn) {
                  processor.set_parameter(fake::gain, turn % 2);
                  processor.set_parameter(fake::touch, turn % 3);
                  if (turn % 4 == 0)
                      processor.set_parameter(fake::stall, 2000);
                  while (processor.next_parameter_change()) {
                  }
                  if (turn % 16 == 0) {
                      auto& host = turn % 32 == 0 ? one : other;
                      processor.attach(host.region(), 0, host.process().id());
                  }
                  std::this_thread::sleep_for(1ms);
              }
          })
    {
    }
};

} // namespace

TEST_CASE("a bridged block neither allocates nor locks, and makes no system call but to wait and to wake")
{
    tests::skip_where_nothing_can_be_trapped();
    const auto mode = GENERATE(BridgeMode::sync, BridgeMode::pipelined);
    const auto wake = GENERATE(BridgeWake::sleep, BridgeWake::anticipate);
    const bool guarded = GENERATE(true, false);
    tests::FakeHost one;
    tests::FakeHost other;
    one.start("gain.dll");
    other.start("gain.dll");
    bridge::BridgeProcessor processor(tests::stereo_effect, mode,
                                      guarded ? std::make_shared<bridge::Guard>(2) : nullptr);
    processor.set_wake(wake);
    processor.attach(one.region(), 0, one.process().id());
    Performance performance;
    const Bustle bustle(processor, one, other);

    // The time costs a system call only where a virtual machine has no clock of its own.
    const auto trapped = tests::trapped([&] { performance.play(processor); },
                                        {SYS_futex_waitv, SYS_sched_yield, SYS_clock_gettime});

    INFO("last system call " << trapped.last_system_call);
    CHECK(trapped.allocations == 0);
    CHECK(trapped.locks == 0);
    CHECK(trapped.system_calls == 0);
    CHECK(processor.stats().completed > 0);
    CHECK(processor.stats().late + processor.stats().dropped > 0);
}
