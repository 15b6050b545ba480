// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What counts in beats, by the tempo of the graph.

#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

namespace
{

constexpr unsigned rate = 48'000;

// A constant sample of 1, played by `opcodes`, in a song.
class Song
{
    TemporaryDirectory directory_;

public:
    Player player;

    explicit Song(const std::string& opcodes, const std::string& before = "")
    {
        directory_.write("a.wav", wav(constant(1, 8 * rate), {.bits = 32}));
        player.sampler.play(
            load_instrument(
                instrument(directory_, before + "\n<region> sample=a.wav amp_veltrack=0 " + opcodes + "\n"))
                .instrument);
        set_tempo(120);
    }

    void set_tempo(double tempo)
    {
        player.song.tempo_valid = true;
        player.song.tempo = tempo;
    }

    void start_at(double quarters)
    {
        player.song.playing = true;
        player.song.quarter_position = quarters;
    }

    // The frame at which a note is heard that begins at `frame`; -1 within two seconds.
    std::ptrdiff_t heard(std::uint32_t frame)
    {
        const Sound sound = player.render(2 * rate, {note_on(frame, 60)});
        const auto first =
            std::find_if(sound.left.begin(), sound.left.end(), [](float sample) { return sample != 0; });
        return first == sound.left.end() ? -1 : first - sound.left.begin();
    }
};

} // namespace

TEST_CASE("an LFO of beats swings with the tempo, also when that changes")
{
    // A square: up for a quarter of a beat, down for another one.
    Song song("lfo01_wave=3 lfo01_beats=0.5 lfo01_freq=9 lfo01_amplitude=50");
    const auto level_at = [](const Sound& sound, std::size_t frame) {
        return sound.left[frame] / centre;
    };
    // A beat is half a second.
    const Sound first = song.player.render(rate / 2, {note_on(0, 60)});
    CHECK(level_at(first, 3000) == Approx(1.5).epsilon(1e-3));
    CHECK(level_at(first, 9000) == Approx(0.5).epsilon(1e-3));
    CHECK(level_at(first, 15'000) == Approx(1.5).epsilon(1e-3));
    CHECK(level_at(first, 21'000) == Approx(0.5).epsilon(1e-3));
    song.set_tempo(60);
    const Sound second = song.player.render(rate / 2);
    CHECK(level_at(second, 3000) == Approx(1.5).epsilon(1e-3));
    CHECK(level_at(second, 11'000) == Approx(1.5).epsilon(1e-3));
    CHECK(level_at(second, 13'500) == Approx(0.5).epsilon(1e-3));
    CHECK(level_at(second, 22'500) == Approx(0.5).epsilon(1e-3));
}

TEST_CASE("beats of delay are as long as the tempo says")
{
    CHECK(Song("delay_beats=1").heard(100) == 24'100);
    CHECK(Song("delay_beats_oncc20=2 delay=0.25", "<control> set_cc20=127").heard(100) == 60'100);
    Song fast("delay_beats=1");
    fast.set_tempo(240);
    CHECK(fast.heard(100) == 12'100);
    const auto late = Song("delay_beats_random=1").heard(0);
    CHECK(late > 0);
    CHECK(late <= 24'000);
}

TEST_CASE("samples of delay are frames")
{
    CHECK(Song("delay_samples=1000").heard(100) == 1100);
    CHECK(Song("delay_samples_oncc20=500 delay=0.01", "<control> set_cc20=127").heard(0) == 980);
}

TEST_CASE("a region waits for its beat of a song that plays, and not without one")
{
    CHECK(Song("sync_beats=1").heard(100) == 100);
    Song song("sync_beats=1");
    song.start_at(2.5);
    CHECK(song.heard(6000) == 12'000);
    Song off("sync_beats=2 sync_offset=0.25");
    off.start_at(0.5);
    CHECK(off.heard(0) == 42'000); // at 2.25
    Song there("sync_beats=1");
    there.start_at(3);
    CHECK(there.heard(24'000) == 24'000);
}

TEST_CASE("regions have their tempo")
{
    Song song("lobpm=100 hibpm=120");
    CHECK(song.heard(0) == -1);
    song.set_tempo(99);
    CHECK(song.heard(0) == -1);
    song.set_tempo(100);
    CHECK(song.heard(0) == 0);
    Song high("lobpm=120");
    high.set_tempo(700);
    CHECK(high.heard(0) == 0);
}

TEST_CASE("a tempo that is none does no harm")
{
    for (const double tempo : {0.0, -5.0, 1e300}) {
        Song song("lfo01_beats=0.1 lfo01_volume=6");
        song.set_tempo(tempo);
        CHECK(song.heard(10) == 10);
    }
}
