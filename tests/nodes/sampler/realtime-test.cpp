// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/sampler/support.hpp"
#include "tests/support/realtime-traps.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <pthread.h>
#include <random>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

// Plays 400 blocks with all that a player does; the events are made before.
class Performance
{
    static constexpr std::uint32_t frames = 128;

    std::vector<std::vector<At>> messages_;
    std::vector<std::vector<decant::nodes::MidiEvent>> blocks_;
    std::array<float, frames> left_{};
    std::array<float, frames> right_{};

public:
    Performance() : messages_(400), blocks_(400)
    {
        std::mt19937 random(7);
        for (std::size_t block = 0; block < messages_.size(); ++block) {
            for (std::uint32_t frame = 0; frame < frames; frame += 16) {
                const int key = static_cast<int>(random() % 128);
                messages_[block].push_back(note_on(frame, key, 1 + static_cast<int>(random() % 127)));
                messages_[block].push_back(note_off(frame, static_cast<int>(random() % 128)));
                messages_[block].push_back(
                    {.frame = frame,
                     .bytes = {},
                     .midi2 = {0x40000000 | static_cast<std::uint32_t>(random() & 0xf07f7f),
                               static_cast<std::uint32_t>(random())}});
            }
            messages_[block].push_back(bend(100, static_cast<int>(random() % 16384) - 8192));
            messages_[block].push_back(control(100, 7, static_cast<int>(random() % 128)));
            messages_[block].push_back(control(100, 64, static_cast<int>(random() % 128)));
            for (const At& message : messages_[block])
                blocks_[block].push_back(
                    {.frame = message.frame, .bytes = message.bytes, .midi2 = message.midi2});
        }
    }

    void play(Sampler& sampler)
    {
        const std::array<float*, 2> outputs = {left_.data(), right_.data()};
        for (const auto& events : blocks_) {
            const decant::nodes::Cycle cycle{.frames = frames,
                                             .rate = 48'000,
                                             .start_nsec = 0,
                                             .deadline_nsec = 1, // long ago: voices have to go
                                             .freewheel = false,
                                             .transport = {},
                                             .inputs = {},
                                             .outputs = outputs,
                                             .midi_in = events,
                                             .midi_out = nullptr};
            sampler.process(cycle);
        }
    }
};

} // namespace

TEST_CASE("the audio thread neither allocates nor locks, makes no system call and meets no page fault")
{
    decant::tests::skip_where_nothing_can_be_trapped();
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(441, 44'100, 44'100), {.rate = 44'100}));
    directory.write("b.wav", wav(sine(441, 44'100, 88'200), {.rate = 44'100, .channels = 2, .bits = 24}));
    directory.write("c.wav", wav(sine(441, 44'100, 882'000), {.rate = 44'100})); // streamed
    const auto file =
        instrument(directory, "<region> sample=c.wav\n"
                              "<region> sample=a.wav loop_mode=loop_continuous ampeg_release=0.1\n"
                              "<region> sample=b.wav cutoff=900 resonance=6 fil_keytrack=50 "
                              "loop_mode=loop_sustain ampeg_attack=0.1 ampeg_decay=0.2\n"
                              "<region> sample=a.wav fil_type=pink fil2_type=comb cutoff2=441 resonance2=12 "
                              "lfo1_beats=1 lfo1_pitch=50 var1_oncc1=1 "
                              "var1_volume=6 eg1_time1=0.01 eg1_level1=1 eg1_sustain=1 eg1_loop=0 "
                              "eg1_pitch=100 delay_beats=0.001\n"
                              "<region> sample=a.wav trigger=release group=1 off_by=1\n");
    const auto loaded = load_instrument(file).instrument;
    for (std::size_t quality = 0; quality < qualities; ++quality) {
        Sampler sampler({.polyphony = 64, .quality = static_cast<Quality>(quality)});
        sampler.play(loaded);
        Performance performance;
        const auto trapped = decant::tests::trapped([&] { performance.play(sampler); });
        INFO("quality " << quality << ", last system call " << trapped.last_system_call);
        CHECK(trapped.allocations == 0);
        CHECK(trapped.locks == 0);
        CHECK(trapped.system_calls == 0);
        CHECK(trapped.page_faults == 0);
        CHECK(sampler.stats().steals > 0);
        CHECK(sampler.stats().sacrifices > 0);
    }
}

TEST_CASE("the traps catch what they are for")
{
    decant::tests::skip_where_nothing_can_be_trapped();
    const auto trapped = decant::tests::trapped([] {
        void* volatile memory = std::malloc(100); // NOLINT: the compiler's not to take away
        std::free(memory);                        // NOLINT
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
        syscall(SYS_getppid);
    });
    CHECK(trapped.allocations >= 2);
    CHECK(trapped.locks >= 1);
    CHECK(trapped.system_calls == 1);
    CHECK(trapped.last_system_call == SYS_getppid);
}
