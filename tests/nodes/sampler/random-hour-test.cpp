// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Plays random MIDI as fast as it can: a minute of it, or as many as DECANT_STRESS_MINUTES says.

#include "nodes/sampler/sample-pool.hpp"
#include "tests/nodes/sampler/random-events.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <limits>
#include <malloc.h>
#include <random>
#include <utility>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

constexpr std::uint32_t rate = 48'000;
constexpr std::uint32_t block = 1024;
constexpr unsigned music_seconds = 10; // of a round
constexpr unsigned rest_seconds = 5;   // longer than anything sounds after its end
constexpr unsigned rounds_per_minute = 60 / (music_seconds + rest_seconds);

unsigned minutes_wanted()
{
    const char* const minutes = std::getenv("DECANT_STRESS_MINUTES");
    return minutes == nullptr ? 1 : std::max(1U, static_cast<unsigned>(std::atoi(minutes)));
}

// Of a processor, that the calling thread has had so far.
double thread_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// What must not grow: the least over some rounds, as one may end while the files it streamed, of as much as
/// the pool may hold, are just being let go.
struct Holdings {
    std::size_t heap = std::numeric_limits<std::size_t>::max();
    std::size_t resident = heap;
    std::size_t descriptors = heap;

    [[nodiscard]] static Holdings now()
    {
        const struct mallinfo2 heap = mallinfo2();
        namespace fs = std::filesystem;
        return {.heap = heap.uordblks + heap.hblkhd,
                .resident = resident_bytes(),
                .descriptors = static_cast<std::size_t>(
                    std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()))};
    }

    void lower_to(const Holdings& other)
    {
        heap = std::min(heap, other.heap);
        resident = std::min(resident, other.resident);
        descriptors = std::min(descriptors, other.descriptors);
    }
};

// Three: of long samples that are streamed, of loops that never rest, of single shots. What does not end with
// its key decays to nothing, so that it ends in time however low it is played.
std::vector<std::filesystem::path> write_instruments(const TemporaryDirectory& directory)
{
    for (const auto& [name, seconds] : {std::pair("long1.wav", 8U), std::pair("long2.wav", 12U)})
        directory.write(name, wav(sine(220, rate, std::size_t{seconds} * rate), {.channels = 2}));
    directory.write("short.wav", wav(sine(441, 44'100, 4410), {.rate = 44'100}));
    return {directory.write(
                "long.sfz",
                "<global> ampeg_release=0.5 rt_dead=off\n"
                "<region> sample=long1.wav hikey=63 hivel=90 pitch_keycenter=50\n"
                "<region> sample=long2.wav lokey=64 pitch_keycenter=80 cutoff=4000\n"
                "<region> sample=long2.wav lovel=91 offset=100000 ampeg_decay=1 ampeg_sustain=0\n"
                "<region> sample=long1.wav trigger=release rt_decay=6 ampeg_decay=1 ampeg_sustain=0\n"),
            directory.write(
                "loops.sfz",
                "<global> sample=short.wav loop_mode=loop_continuous loop_start=441 loop_end=3968\n"
                "ampeg_release=1.5 ampeg_release_oncc72=0.5 pitch_keycenter=69\n"
                "<region> hikey=60 fil_type=lpf_4p cutoff=500 cutoff_oncc74=3600 fileg_depth=2400\n"
                "fileg_decay=0.3 lfo1_freq=5 lfo1_pitch=30 lfo1_pitch_oncc1=200 width=50\n"
                "<region> lokey=61 group=1 off_by=1 off_mode=normal eg1_time0=0.1 eg1_level0=1\n"
                "eg1_time1=0.2 eg1_level1=0.3 eg1_sustain=1 eg1_loop=0 eg1_volume=6 pan_oncc10=100\n"
                "<region> loop_mode=loop_sustain sustain_sw=off lorand=0.5 fil_type=comb cutoff=300\n"),
            directory.write("shots.sfz",
                            "<global> sample=short.wav loop_mode=one_shot sw_lokey=0 sw_hikey=3\n"
                            "ampeg_decay=2 ampeg_sustain=0\n"
                            "<region> sw_last=0 sw_default=0 seq_length=2 seq_position=1 delay=0.3\n"
                            "<region> sw_last=1 seq_length=2 seq_position=2 polyphony=3\n"
                            "<region> trigger=legato direction=reverse loprog=0 hiprog=90\n"
                            "<region> on_locc20=64 on_hicc20=127 hikey=-1 delay_beats=0.5\n")};
}

std::vector<At> let_go_of_everything()
{
    std::vector<At> events;
    for (int channel = 0; channel < 16; ++channel)
        for (const auto& [controller, value] :
             {std::pair(64, 0), std::pair(66, 0), std::pair(65, 0), std::pair(123, 0)}) {
            events.push_back(control(0, controller, value));
            events.back().bytes.front() |= static_cast<std::uint8_t>(channel);
        }
    return events;
}

class Music
{
    const TemporaryDirectory directory_;
    const std::vector<std::filesystem::path> instruments_ = write_instruments(directory_);
    SamplePool pool_{{.memory = 4 * megabyte}};
    std::mt19937 random_{1};

public:
    Player player{{.polyphony = 128}};
    double processor_seconds = 0;
    double longest = 0; ///< of a block

    /// Ten seconds of it, and the time that all has to end.
    void play_round()
    {
        bool heard = false;
        for (unsigned done = 0; done < music_seconds * rate; done += block) {
            if (random_() % 50 == 0)
                exchange(random_() % instruments_.size());
            heard |= peak(render(random_events(random_, block)).left) > 0;
        }
        CHECK(heard);
        exchange(0); // the same at the end of each round
        static_cast<void>(render(let_go_of_everything()));
        for (unsigned done = 0; done < rest_seconds * rate; done += block)
            static_cast<void>(render({}));
    }

    Sound render(const std::vector<At>& events)
    {
        player.sampler.collect();
        const double before = thread_seconds();
        Sound sound = player.render(block, events);
        const double took = thread_seconds() - before;
        processor_seconds += took;
        longest = std::max(longest, took);
        return sound;
    }

private:
    void exchange(std::size_t instrument)
    {
        player.sampler.play(load_instrument(instruments_[instrument], pool_).instrument);
    }
};

} // namespace

TEST_CASE("random music leaves no note behind, nothing that grows, and no block that is late")
{
    const unsigned minutes = minutes_wanted();
    const unsigned rounds = minutes * rounds_per_minute;
    const unsigned compared = std::max(2U, rounds / 6); // of the first rounds and of the last ones
    Music music;
    Holdings early;
    Holdings late;
    for (unsigned round = 1; round <= rounds; ++round) {
        INFO("round " << round);
        music.play_round();
        REQUIRE(music.player.sampler.stats().active_voices == 0);
        CHECK(is_zero(music.render({}).left));
        if (round <= compared)
            early.lower_to(Holdings::now());
        if (round > rounds - compared)
            late.lower_to(Holdings::now());
    }
    const SamplerStats stats = music.player.sampler.stats();
    const double speed = static_cast<double>(stats.frames) / rate / music.processor_seconds;
    std::printf("%u min of random music: %.0f times as fast as it plays, a block at most %.1f ms of %.1f, "
                "%llu voices stolen, %llu starved; heap %+lld B, resident %+lld KiB between the first rounds "
                "and the last\n",
                minutes, speed, music.longest * 1e3, block * 1e3 / rate,
                static_cast<unsigned long long>(stats.steals), static_cast<unsigned long long>(stats.starved),
                static_cast<long long>(late.heap - early.heap),
                static_cast<long long>(late.resident - early.resident) / 1024);
    CHECK(stats.starved == 0);
    CHECK(stats.steals > 0);
    CHECK(late.descriptors <= early.descriptors);
    if (!has_sanitizer) {
        CHECK(late.heap < early.heap + 64 * 1024);
        CHECK(late.resident < early.resident + 4 * megabyte);
        CHECK(music.longest < double{block} / rate);
        CHECK(speed > 10);
    }
}
