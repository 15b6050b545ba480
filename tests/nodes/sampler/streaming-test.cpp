// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample-pool.hpp"
#include "tests/nodes/sampler/support.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <random>
#include <sndfile.h>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

constexpr std::uint32_t rate = 48'000;
constexpr std::uint32_t second = rate;

// Different everywhere, so that a block in the wrong place is heard.
std::vector<float> noise(std::size_t samples, unsigned seed = 1)
{
    std::mt19937 random(seed);
    std::vector<float> values(samples);
    for (float& value : values)
        value = static_cast<float>(random() % 60'000) / 65'536 - 0.45f;
    return values;
}

void write_sound(const std::filesystem::path& file, int format, const std::vector<float>& samples)
{
    SF_INFO info{};
    info.samplerate = static_cast<int>(rate);
    info.channels = 1;
    info.format = format;
    SNDFILE* const sound = sf_open(file.c_str(), SFM_WRITE, &info);
    REQUIRE(sound != nullptr);
    CHECK(sf_writef_float(sound, samples.data(), static_cast<sf_count_t>(samples.size())) ==
          static_cast<sf_count_t>(samples.size()));
    sf_close(sound);
}

/// The same instrument twice: streamed, and all of it in memory.
struct Both {
    SamplePool streaming{{.memory = 32 * megabyte}};
    SamplePool whole{{.stream = false}};
    Player streamed;
    Player loaded;

    explicit Both(const std::filesystem::path& file, Quality quality = Quality::four_point)
        : streamed({.quality = quality}), loaded({.quality = quality})
    {
        const auto instrument = load_instrument(file, streaming).instrument;
        CHECK(instrument->zones().front().sample->stream != nullptr);
        streamed.sampler.play(instrument);
        loaded.sampler.play(load_instrument(file, whole).instrument);
    }

    /// The largest difference, and that something was heard.
    [[nodiscard]] float difference(std::uint32_t frames, const std::vector<At>& events)
    {
        const Sound a = streamed.render(frames, events);
        const Sound b = loaded.render(frames, events);
        CHECK(peak(b.left) > 0.1f);
        float largest = 0;
        for (std::size_t frame = 0; frame < frames; ++frame)
            largest = std::max({largest, std::abs(a.left[frame] - b.left[frame]),
                                std::abs(a.right[frame] - b.right[frame])});
        return largest;
    }
};

} // namespace

TEST_CASE("a streamed sample sounds bit by bit like one in memory, in every format and at every pitch")
{
    const TemporaryDirectory directory;
    const auto [bits, channels] = GENERATE(std::pair{16U, 1U}, std::pair{16U, 2U}, std::pair{24U, 2U},
                                           std::pair{32U, 1U}, std::pair{32U, 2U});
    INFO(bits << " bits, " << channels << " channels");
    const auto file = directory.write(
        "a.wav", wav(noise(std::size_t{4} * second * channels), {.channels = channels, .bits = bits}));
    for (const Quality quality : {Quality::linear, Quality::four_point, Quality::sinc8, Quality::sinc64}) {
        Both both(file, quality);
        for (const int key : {60, 48, 67, 84}) {
            INFO("key " << key << ", quality " << to_string(quality));
            CHECK(both.difference(9 * second, {note_on(10, key)}) == 0); // to the end of an octave below
        }
        CHECK(both.streamed.sampler.stats().starved == 0);
    }
}

TEST_CASE("FLAC and Ogg files are decoded while they play")
{
    const TemporaryDirectory directory;
    for (const auto& [name, format] : {std::pair{"a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
                                       std::pair{"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS}}) {
        INFO(name);
        write_sound(directory / name, format, noise(std::size_t{10} * second));
        Both both(directory / name);
        CHECK(both.difference(11 * second, {note_on(0, 60), note_on(5 * second, 62)}) < 1e-6f);
        Both backward(instrument(
            directory, fmt::format("<region> sample={} direction=reverse loop_mode=one_shot", name)));
        CHECK(backward.difference(11 * second, {note_on(0, 60), note_on(5 * second, 62)}) < 1e-6f);
    }
}

TEST_CASE("loops of a streamed sample repeat at their frame, and let go at theirs")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(noise(std::size_t{6} * second)));
    const char* const loop =
        GENERATE("loop_mode=loop_continuous loop_start=150000 loop_end=250000", // over several blocks
                 "loop_mode=loop_continuous loop_start=10 loop_end=200000",     // back into the head
                 "loop_mode=loop_continuous loop_start=200000 loop_end=200099", // all of it in its seam
                 "loop_mode=loop_sustain loop_start=100000 loop_end=190000",
                 "loop_mode=loop_sustain loop_start=150000 loop_end=150020", "loop_mode=no_loop end=200000",
                 "offset=150000", "offset=40000 loop_mode=one_shot",
                 "loop_mode=loop_continuous loop_start=150000 loop_end=250000 loop_crossfade=0.5",
                 "loop_mode=loop_sustain loop_start=100000 loop_end=190000 loop_crossfade=1",
                 "loop_mode=loop_continuous loop_start=200000 loop_end=200099 loop_count=30",
                 "loop_mode=loop_continuous loop_start=100000 loop_end=180000 loop_count=2", "count=2",
                 "direction=reverse", "direction=reverse offset=100000 end=230000",
                 "direction=reverse loop_mode=loop_sustain loop_start=90000 loop_end=170000 "
                 "loop_crossfade=0.3");
    INFO(loop);
    Both both(instrument(directory, fmt::format("<region> sample=a.wav {}", loop)));
    for (const int key : {60, 63}) {
        CHECK(both.difference(15 * second, {note_on(7, key), note_off(9 * second, key)}) < 1e-6f);
        static_cast<void>(both.difference(second, {note_on(0, key), control(second - 500, 120, 0)}));
    }
    CHECK(both.streamed.sampler.stats().starved == 0);
}

TEST_CASE("a voice that is not fed plays its head, fades out without a click, and is counted")
{
    const TemporaryDirectory directory;
    SamplePool pool({.memory = 32 * megabyte});
    Player player;
    player.waits = false;
    const auto tone = sine(100, rate, std::size_t{4} * second);
    player.sampler.play(load_instrument(directory.write("a.wav", wav(tone)), pool).instrument);
    pool.desk().pause(true);
    const auto hungry = player.render(2 * second, {note_on(0, 60)});
    constexpr std::size_t head = (64 << 10) / 2; // frames
    for (std::size_t frame = 0; frame < head - 2000; ++frame)
        REQUIRE(hungry.left[frame] == Catch::Approx(tone[frame] * 0.70710678f).margin(1e-4));
    CHECK(is_zero({hungry.left.begin() + head, hungry.left.end()}));
    CHECK(largest_step(hungry.left) < 1.1f * largest_step(tone) * 0.70710678f);
    CHECK(player.sampler.stats().starved == 1);
    CHECK(player.sampler.stats().active_voices == 0);

    // What it asked for is read when the reader goes on, and then the note plays to its end.
    pool.desk().pause(false);
    player.waits = true;
    const auto fed = player.render(4 * second, {note_on(0, 60)});
    CHECK(fed.left[3 * second + 123] == Catch::Approx(tone[3 * second + 123] * 0.70710678f).margin(1e-4));
    CHECK(player.sampler.stats().starved == 1);
}

TEST_CASE("the first notes are right, wherever in its sample a region begins, while the disk sleeps")
{
    const TemporaryDirectory directory;
    const auto samples = noise(std::size_t{4} * second);
    directory.write("a.wav", wav(samples));
    SamplePool pool({.memory = 32 * megabyte});
    Player player;
    player.waits = false;
    const auto file =
        directory.write("a.sfz", "<region> sample=a.wav key=60 pitch_keycenter=60\n"
                                 "<region> sample=a.wav key=61 pitch_keycenter=61 offset=100000\n"
                                 "<region> sample=a.wav key=62 pitch_keycenter=62 offset=32000\n");
    player.sampler.play(load_instrument(file, pool).instrument);
    pool.desk().pause(true);
    for (const auto& [key, offset] : {std::pair{60, 0U}, std::pair{61, 100'000U}, std::pair{62, 32'000U}}) {
        const auto sound = player.render(8192, {note_on(0, key)});
        INFO(key);
        for (std::size_t frame = 0; frame < 6000; ++frame)
            REQUIRE(sound.left[frame] == Catch::Approx(samples[offset + frame] * 0.70710678f).margin(1e-4));
        static_cast<void>(player.render(1000, {control(0, 120, 0)}));
    }
}

TEST_CASE("a library larger than the budget plays dense music within it")
{
    const TemporaryDirectory directory;
    constexpr std::size_t files = 48;
    constexpr std::size_t budget = 12 * megabyte;
    std::string sfz;
    for (std::size_t file = 0; file < files; ++file) {
        const auto name = fmt::format("{}.wav", file);
        directory.write(name, wav(noise(std::size_t{20} * second, static_cast<unsigned>(file)))); // 1.9 MB
        sfz += fmt::format("<region> sample={} key={} pitch_keycenter={} ampeg_release=0.2\n", name,
                           36 + file, 36 + file);
    }
    SamplePool pool({.memory = budget});
    Player player({.polyphony = 64});
    const std::size_t before = resident_bytes();
    player.sampler.play(load_instrument(directory.write("a.sfz", sfz), pool).instrument);
    CHECK(pool.desk().head_bytes() < budget);
    std::mt19937 random(3);
    std::size_t most = 0;
    for (int block = 0; block < 300; ++block) {
        std::vector<At> events;
        for (std::uint32_t frame = 0; frame < 9600; frame += 2400) {
            events.push_back(note_on(frame, 36 + static_cast<int>(random() % files)));
            events.push_back(note_off(frame, 36 + static_cast<int>(random() % files)));
        }
        const auto sound = player.render(9600, events);
        REQUIRE(peak(sound.left) > 0);
        most = std::max(most, pool.desk().memory_used());
    }
    CHECK(player.sampler.stats().starved == 0);
    CHECK(most <= budget);
    CHECK(most > budget / 2); // it was needed
    CHECK((has_sanitizer || resident_bytes() < before + budget + 8 * megabyte));
}

TEST_CASE("a smaller budget takes hold while notes sound")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(noise(std::size_t{60} * second)));
    SamplePool pool({.memory = 64 * megabyte});
    Player player;
    player.sampler.play(load_instrument(directory / "a.wav", pool).instrument);
    static_cast<void>(player.render(55 * second, {note_on(0, 60)}));
    CHECK(pool.desk().memory_used() > 4 * megabyte);
    pool.set_memory(1 * megabyte);
    CHECK(pool.desk().memory_used() <= StreamMemory::least_blocks * stream_block_bytes + megabyte);
    CHECK(peak(player.render(second).left) > 0.1f);
    CHECK(player.sampler.stats().starved == 0);
}

TEST_CASE("what nobody plays any more is given back")
{
    const TemporaryDirectory directory;
    SamplePool pool({.memory = 32 * megabyte});
    {
        Player player;
        player.sampler.play(
            load_instrument(directory.write("a.wav", wav(noise(std::size_t{20} * second))), pool).instrument);
        static_cast<void>(player.render(second, {note_on(0, 60)}));
        CHECK(pool.desk().memory_used() > 0);
    } // in the middle of a note
    CHECK(decant::tests::wait_until(
        [&] { return pool.desk().memory_used() == 0; })); // a reader may still be at it
}

TEST_CASE("voices and instruments share what is read")
{
    const TemporaryDirectory directory;
    SamplePool pool({.memory = 32 * megabyte});
    const auto file = directory.write("a.wav", wav(noise(std::size_t{10} * second)));
    Player one;
    Player other;
    one.sampler.play(load_instrument(file, pool).instrument);
    other.sampler.play(load_instrument(file, pool).instrument);
    static_cast<void>(one.render(11 * second, {note_on(0, 60)}));
    const std::size_t used = pool.desk().memory_used();
    static_cast<void>(other.render(11 * second, {note_on(0, 60), note_on(second, 60)}));
    CHECK(pool.desk().memory_used() == used);
}

TEST_CASE("a file that changes or goes while it is streamed ends its notes and nothing else")
{
    const TemporaryDirectory directory;
    SamplePool pool({.memory = 32 * megabyte});
    Player player;
    const auto file = directory.write("a.wav", wav(sine(100, rate, std::size_t{10} * second)));
    player.sampler.play(load_instrument(file, pool).instrument);
    directory.write("a.wav", "nothing");
    std::filesystem::last_write_time(file,
                                     std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
    const auto sound = player.render(2 * second, {note_on(0, 60)});
    CHECK(largest_step(sound.left) < 0.01f);
    CHECK(player.sampler.stats().starved == 1);
    CHECK(player.sampler.stats().active_voices == 0);
}
