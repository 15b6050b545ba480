// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/midi-sampler/world.hpp"
#include "tests/support/ordinary-user.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <pthread.h>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace decant::midi_sampler::test;
using namespace decant::sampler::test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a note of a sample sounds at the pitch that its key has from the root note")
{
    World world;
    const ms_sample_metadata_t metadata{.root_note = 60};
    const auto path = world.file(sine(440, rate, rate));
    REQUIRE(ms_instrument_load_sample(world.instrument, path.c_str(), &metadata) == MS_OK);
    REQUIRE(ms_note_on(world.instrument, 72, 127, nullptr) == MS_OK);
    CHECK(frequency_of(world.left(20'000), rate) == Approx(880).epsilon(1e-4));
    REQUIRE(ms_note_off(world.instrument, 72) == MS_OK);
    CHECK_FALSE(is_zero(world.left(200))); // its release
    CHECK(is_zero(world.left(200)));
}

TEST_CASE("mono buffers get the mix, further channels silence, and blocks of any length go on seamlessly")
{
    World mono({.sample_rate = rate, .channels = 1, .max_polyphony = 4, .buffer_size = 64});
    World wide({.sample_rate = rate, .channels = 4, .max_polyphony = 4, .buffer_size = 64});
    for (World* world : {&mono, &wide}) {
        const auto path = world->file(constant(0.5F, 48'000));
        REQUIRE(ms_instrument_load(world->instrument, path.c_str()) == MS_OK);
        REQUIRE(ms_note_on(world->instrument, 60, 127, nullptr) == MS_OK);
    }
    for (const std::uint32_t frames : {1U, 63U, 128U, 20'000U})
        for (const float sample : mono.render(frames))
            REQUIRE(sample == Approx(0.5F));
    const auto buffer = wide.render(300);
    for (std::size_t frame = 0; frame < 300; ++frame) {
        REQUIRE(buffer[4 * frame] == Approx(0.5F * centre));
        REQUIRE(buffer[4 * frame + 1] == Approx(0.5F * centre));
        REQUIRE(buffer[4 * frame + 2] == 0);
        REQUIRE(buffer[4 * frame + 3] == 0);
    }
}

TEST_CASE("samples of one instrument divide keys and velocities between them")
{
    World world;
    const auto low = world.file(constant(0.2F, 48'000), "low.wav");
    const auto high = world.file(constant(0.4F, 48'000), "high.wav");
    const ms_sample_metadata_t below{.root_note = 40, .low_note = 0, .high_note = 59};
    const ms_sample_metadata_t above{
        .root_note = 80, .low_note = 60, .high_note = 127, .volume_db = -6.0206F};
    REQUIRE(ms_instrument_load_sample(world.instrument, low.c_str(), &below) == MS_OK);
    REQUIRE(ms_instrument_load_sample(world.instrument, high.c_str(), &above) == MS_OK);
    REQUIRE(ms_note_on(world.instrument, 40, 127, nullptr) == MS_OK);
    CHECK(world.left(100)[50] == Approx(0.2F * centre).epsilon(1e-3));
    REQUIRE(ms_note_on(world.instrument, 80, 127, nullptr) == MS_OK);
    CHECK(world.left(100)[50] == Approx((0.2F + 0.2F) * centre).epsilon(1e-3));
}

TEST_CASE("an SFZ file is loaded, with a word about what is not played as written")
{
    World world;
    static_cast<void>(world.file(constant(0.5F, 48'000)));
    const auto path =
        world.directory.write("a.sfz", "<region> sample=a.wav lokey=60 hikey=60\n<region> sample=none.wav\n");
    REQUIRE(ms_instrument_load(world.instrument, path.c_str()) == MS_OK);
    const char* const problem = ms_instrument_problem(world.instrument, 0);
    REQUIRE(problem != nullptr);
    CHECK_THAT(problem, ContainsSubstring("a.sfz:2:10: sample none.wav: there is no such file"));
    CHECK(ms_instrument_problem(world.instrument, 1) == nullptr);
    REQUIRE(ms_note_on(world.instrument, 61, 127, nullptr) == MS_OK);
    CHECK(is_zero(world.left(100)));
    REQUIRE(ms_note_on(world.instrument, 60, 127, nullptr) == MS_OK);
    CHECK(world.left(100)[50] == Approx(0.5F * centre));
}

TEST_CASE("controllers, pitch bend and MIDI messages at their frame reach the notes")
{
    World world;
    const auto path = world.file(sine(441, rate, 2 * rate));
    REQUIRE(ms_instrument_load(world.instrument, path.c_str()) == MS_OK);
    const std::vector<std::uint8_t> on{0x95, 60, 127};
    REQUIRE(ms_send_midi(world.instrument, 100, on.data(), on.size()) == MS_OK);
    const auto start = world.left(20'000);
    CHECK(is_zero({start.begin(), start.begin() + 101})); // a sine begins at zero
    CHECK(start[101] != 0);
    const std::vector<std::uint8_t> up{0xe5, 0x7f, 0x7f};
    REQUIRE(ms_send_midi(world.instrument, 0, up.data(), up.size()) == MS_OK);
    CHECK(frequency_of(world.left(20'000), rate) == Approx(441 * std::exp2(2.0 / 12)).epsilon(1e-4));
    REQUIRE(ms_all_sound_off(world.instrument) == MS_OK);
    static_cast<void>(world.left(1000));
    CHECK(is_zero(world.left(100)));

    REQUIRE(ms_pitch_bend(world.instrument, -8192) == MS_OK);
    REQUIRE(ms_control_change(world.instrument, 7, 0) == MS_OK);
    REQUIRE(ms_note_on(world.instrument, 60, 127, nullptr) == MS_OK);
    CHECK(is_zero(world.left(100)));
    REQUIRE(ms_control_change(world.instrument, 7, 127) == MS_OK);
    static_cast<void>(world.left(1000));
    CHECK(frequency_of(world.left(20'000), rate) == Approx(441 * std::exp2(-2.0 / 12)).epsilon(1e-4));
    REQUIRE(ms_all_notes_off(world.instrument) == MS_OK);
    static_cast<void>(world.left(1000));
    CHECK(is_zero(world.left(100)));
}

TEST_CASE("one note of two is bent and faded alone")
{
    World world;
    const auto path = world.file(sine(441, rate, 4 * rate));
    REQUIRE(ms_instrument_load(world.instrument, path.c_str()) == MS_OK);
    ms_note_t first = 0;
    ms_note_t second = 0;
    REQUIRE(ms_note_on(world.instrument, 60, 127, &first) == MS_OK);
    REQUIRE(ms_note_on(world.instrument, 60, 127, &second) == MS_OK);
    CHECK(first != 0);
    CHECK(first != second);
    REQUIRE(ms_note_volume(world.instrument, first, -144) == MS_OK);
    REQUIRE(ms_note_pitch(world.instrument, second, 350) == MS_OK);
    static_cast<void>(world.left(1000));
    CHECK(frequency_of(world.left(20'000), rate) == Approx(441 * std::exp2(3.5 / 12)).epsilon(1e-4));
    REQUIRE(ms_pitch_bend(world.instrument, 8191) == MS_OK); // adds to it
    CHECK(frequency_of(world.left(20'000), rate) == Approx(441 * std::exp2(5.5 / 12)).epsilon(1e-4));
    REQUIRE(ms_note_volume(world.instrument, first, 0) == MS_OK);
    REQUIRE(ms_note_volume(world.instrument, second, -144) == MS_OK);
    static_cast<void>(world.left(1000));
    CHECK(frequency_of(world.left(20'000), rate) == Approx(441 * std::exp2(2.0 / 12)).epsilon(1e-4));
}

TEST_CASE("instruments sound together, and one that is destroyed no more")
{
    World world;
    ms_instrument_t* other = nullptr;
    REQUIRE(ms_instrument_create(world.sampler, "Other", &other) == MS_OK);
    CHECK(std::string(ms_instrument_name(other)) == "Other");
    const auto quiet = world.file(constant(0.1F, 48'000), "quiet.wav");
    const auto loud = world.file(constant(0.3F, 48'000), "loud.wav");
    REQUIRE(ms_instrument_load(world.instrument, quiet.c_str()) == MS_OK);
    REQUIRE(ms_instrument_load(other, loud.c_str()) == MS_OK);
    REQUIRE(ms_note_on(world.instrument, 60, 127, nullptr) == MS_OK);
    REQUIRE(ms_note_on(other, 60, 127, nullptr) == MS_OK);
    CHECK(world.left(100)[50] == Approx(0.4F * centre).epsilon(1e-3));
    ms_instrument_destroy(world.instrument);
    CHECK(world.left(100)[50] == Approx(0.3F * centre).epsilon(1e-3));
    CHECK(ms_instrument_create(world.sampler, "Third", &world.instrument) == MS_OK);
}

TEST_CASE("instruments come, load and go while another thread renders")
{
    World world;
    const auto path = world.file(constant(0.5F, 48'000));
    std::atomic<bool> stop = false;
    std::thread audio([&] {
        std::vector<float> buffer(2 * 64);
        while (!stop)
            ms_process(world.sampler, buffer.data(), 64);
    });
    int failures = 0;
    for (int round = 0; round < 30; ++round) {
        ms_instrument_t* passing = nullptr;
        failures += ms_instrument_create(world.sampler, "Passing", &passing) == MS_OK ? 0 : 1;
        failures += ms_instrument_load(passing, path.c_str()) == MS_OK ? 0 : 1;
        failures += ms_note_on(passing, 60, 127, nullptr) == MS_OK ? 0 : 1;
        ms_instrument_destroy(passing);
    }
    stop = true;
    audio.join();
    CHECK(failures == 0);
}

TEST_CASE("the statistics count frames, voices, stolen notes and dropped events")
{
    World world({.sample_rate = rate, .channels = 2, .max_polyphony = 2, .buffer_size = 64});
    const auto path = world.file(constant(0.5F, 48'000));
    REQUIRE(ms_instrument_load(world.instrument, path.c_str()) == MS_OK);
    for (std::uint8_t key = 60; key < 63; ++key)
        REQUIRE(ms_note_on(world.instrument, key, 127, nullptr) == MS_OK);
    static_cast<void>(world.render(100));
    int sent = 0;
    while (ms_control_change(world.instrument, 1, 0) == MS_OK)
        ++sent;
    CHECK(sent >= 1024);
    CHECK(ms_control_change(world.instrument, 1, 0) == MS_ERROR_FULL);
    ms_statistics_t statistics{};
    REQUIRE(ms_get_statistics(world.sampler, &statistics, sizeof statistics) == MS_OK);
    CHECK(statistics.frames == 100);
    CHECK(statistics.active_voices == 2);
    CHECK(statistics.stolen_voices == 1);
    CHECK(statistics.dropped_events == 2);
    statistics.xruns = 77; // a caller that knows the first member only
    REQUIRE(ms_get_statistics(world.sampler, &statistics, sizeof statistics.frames) == MS_OK);
    CHECK(statistics.xruns == 77);
    std::uint64_t frames = 0;
    REQUIRE(ms_get_stats(world.sampler, &frames, nullptr) == MS_OK);
    CHECK(frames == 100);
}

TEST_CASE(
    "what an instrument has counted stays in the statistics when it is destroyed, and what sounds does not")
{
    World world({.sample_rate = rate, .channels = 2, .max_polyphony = 2, .buffer_size = 64});
    ms_instrument_t* passing = nullptr;
    REQUIRE(ms_instrument_create(world.sampler, "Passing", &passing) == MS_OK);
    const auto path = world.file(constant(0.5F, 48'000));
    for (ms_instrument_t* const instrument : {world.instrument, passing}) {
        REQUIRE(ms_instrument_load(instrument, path.c_str()) == MS_OK);
        for (std::uint8_t key = 60; key < 63; ++key)
            REQUIRE(ms_note_on(instrument, key, 127, nullptr) == MS_OK);
    }
    static_cast<void>(world.render(100));
    while (ms_control_change(passing, 1, 0) == MS_OK) {
    }
    ms_instrument_destroy(passing);
    ms_statistics_t statistics{};
    REQUIRE(ms_get_statistics(world.sampler, &statistics, sizeof statistics) == MS_OK);
    CHECK(statistics.active_voices == 2);
    CHECK(statistics.stolen_voices == 2);
    CHECK(statistics.dropped_events == 1);
}

TEST_CASE("long samples are streamed within the memory that is given to them")
{
    World world;
    CHECK(ms_set_sample_memory(1000) == MS_ERROR_ARGUMENT);
    REQUIRE(ms_set_sample_memory(4 << 20) == MS_OK);
    const auto tone = sine(100, rate, 60 * rate);
    const auto path = world.file(tone);
    REQUIRE(ms_instrument_load(world.instrument, path.c_str()) == MS_OK);
    REQUIRE(ms_note_on(world.instrument, 60, 127, nullptr) == MS_OK);
    const auto sound = world.left(60 * rate);
    for (std::size_t frame = 0; frame + 1000 < sound.size(); frame += 999)
        REQUIRE(sound[frame] == Approx(centre * tone[frame]).margin(1e-4));
    ms_statistics_t statistics{};
    REQUIRE(ms_get_statistics(world.sampler, &statistics, sizeof statistics) == MS_OK);
    CHECK(statistics.starved_voices == 0);
}

TEST_CASE("a block that takes longer than it plays is an xrun")
{
    // A frame of a note with the longest kernel, at a rate that leaves it a microsecond.
    World world({.sample_rate = 768'000, .channels = 2, .max_polyphony = 4096, .buffer_size = 64});
    const auto path = world.file(sine(441, rate, rate));
    REQUIRE(ms_sampler_set_quality(world.sampler, MS_QUALITY_SINC64) == MS_OK);
    REQUIRE(ms_instrument_load(world.instrument, path.c_str()) == MS_OK);
    std::uint32_t xruns = 99;
    for (int note = 0; note < 2000; ++note)
        REQUIRE(ms_note_on(world.instrument, static_cast<std::uint8_t>(note % 128), 127, nullptr) == MS_OK);
    static_cast<void>(world.render(1));
    REQUIRE(ms_get_stats(world.sampler, nullptr, &xruns) == MS_OK);
    CHECK(xruns == 0); // nobody waits for it
    REQUIRE(ms_sampler_set_offline(world.sampler, 0) == MS_OK);
    static_cast<void>(world.render(1));
    REQUIRE(ms_get_stats(world.sampler, nullptr, &xruns) == MS_OK);
    CHECK(xruns == 1);
}

TEST_CASE("what is wrong is told by a code, and in words with the remedy")
{
    ms_sampler_t* sampler = nullptr;
    const auto refused = [&](ms_audio_config_t config) {
        return ms_sampler_create(&config, &sampler);
    };
    CHECK(refused({.sample_rate = 0, .channels = 2, .max_polyphony = 1, .buffer_size = 1}) ==
          MS_ERROR_ARGUMENT);
    CHECK_THAT(ms_last_error(),
               ContainsSubstring("sample_rate of the configuration is 0; give 1000 to 768000"));
    CHECK(refused({.sample_rate = rate, .channels = 65, .max_polyphony = 1, .buffer_size = 1}) ==
          MS_ERROR_ARGUMENT);
    CHECK(refused({.sample_rate = rate, .channels = 2, .max_polyphony = 0, .buffer_size = 1}) ==
          MS_ERROR_ARGUMENT);
    CHECK(refused({.sample_rate = rate, .channels = 2, .max_polyphony = 1, .buffer_size = 9000}) ==
          MS_ERROR_ARGUMENT);
    CHECK(ms_sampler_create(nullptr, &sampler) == MS_ERROR_ARGUMENT);
    CHECK(sampler == nullptr);

    World world;
    CHECK(ms_instrument_load(world.instrument, "/nowhere/none.sfz") == MS_ERROR_FILE);
    CHECK_THAT(ms_last_error(), ContainsSubstring("none.sfz: there is no such file"));
    ms_sample_metadata_t metadata{.root_note = 60, .pan = std::numeric_limits<float>::quiet_NaN()};
    const auto path = world.file(constant(0.5F, 100));
    CHECK(ms_instrument_load_sample(world.instrument, path.c_str(), &metadata) == MS_ERROR_ARGUMENT);
    CHECK_THAT(ms_last_error(), ContainsSubstring("pan of the metadata is nan; give -1 to 1"));
    metadata = {.root_note = 60, .loop = static_cast<ms_loop_t>(7)};
    CHECK(ms_instrument_load_sample(world.instrument, path.c_str(), &metadata) == MS_ERROR_ARGUMENT);

    CHECK(ms_note_on(world.instrument, 128, 1, nullptr) == MS_ERROR_ARGUMENT);
    CHECK(ms_note_on(nullptr, 60, 1, nullptr) == MS_ERROR_ARGUMENT);
    CHECK(ms_note_pitch(world.instrument, 1, std::numeric_limits<float>::infinity()) == MS_ERROR_ARGUMENT);
    CHECK(ms_control_change(world.instrument, 120, 0) == MS_ERROR_ARGUMENT);
    CHECK(ms_pitch_bend(world.instrument, 8192) == MS_ERROR_ARGUMENT);
    const std::vector<std::uint8_t> sysex{0xf0, 1, 2};
    CHECK(ms_send_midi(world.instrument, 0, sysex.data(), sysex.size()) == MS_ERROR_ARGUMENT);
    CHECK(ms_process(world.sampler, nullptr, 10) == MS_ERROR_ARGUMENT);
    CHECK(ms_process(world.sampler, nullptr, 0) == MS_OK);
    CHECK(ms_sampler_set_quality(world.sampler, static_cast<ms_quality_t>(6)) == MS_ERROR_ARGUMENT);
    for (int code = 0; code >= MS_ERROR_INTERNAL; --code)
        CHECK_THAT(ms_result_text(static_cast<ms_result_t>(code)), !ContainsSubstring("unknown"));
    CHECK_THAT(ms_version(), ContainsSubstring("1."));
    ms_sampler_destroy(nullptr);
    ms_instrument_destroy(nullptr);
}

TEST_CASE("a process that may have no real time at all is not told to ask for less of it")
{
    const World world;
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_RTPRIO, &before) == 0);
    for (const rlim_t allowed : {rlim_t{0}, rlim_t{5}}) {
        const rlimit limit{std::min(allowed, before.rlim_max), before.rlim_max};
        REQUIRE(setrlimit(RLIMIT_RTPRIO, &limit) == 0);
        ms_result_t result = MS_OK;
        std::string text;
        std::thread([&] {
            const decant::tests::OrdinaryUser user;
            result = ms_sampler_enable_rt(world.sampler, 10);
            text = ms_last_error();
        }).join();
        REQUIRE(setrlimit(RLIMIT_RTPRIO, &before) == 0);
        INFO(text);
        CHECK(result == MS_ERROR_PERMISSION);
        CHECK_THAT(text, ContainsSubstring("RLIMIT_RTPRIO is " + std::to_string(limit.rlim_cur) +
                                           "; raise it to 10"));
        CHECK((text.find("at most") != std::string::npos) == (limit.rlim_cur > 0));
    }
}

TEST_CASE("real time is given to the thread that renders, or refused with the limit to raise")
{
    World world;
    CHECK(ms_sampler_enable_rt(world.sampler, 100) == MS_ERROR_ARGUMENT);
    CHECK_THAT(ms_last_error(), ContainsSubstring("ms_sampler_enable_rt() is out of range; give 1 to 99"));
    const ms_result_t result = ms_sampler_enable_rt(world.sampler, 7);
    int policy = -1;
    sched_param parameters{};
    std::thread([&] {
        std::vector<float> buffer(2 * 16);
        ms_process(world.sampler, buffer.data(), 16);
        pthread_getschedparam(pthread_self(), &policy, &parameters);
    }).join();
    if (result == MS_OK) {
        CHECK((policy & ~SCHED_RESET_ON_FORK) == SCHED_FIFO);
        CHECK(parameters.sched_priority == 7);
    } else {
        CHECK(result == MS_ERROR_PERMISSION);
        CHECK_THAT(ms_last_error(), ContainsSubstring("RLIMIT_RTPRIO") || ContainsSubstring("systemd"));
        CHECK(policy == SCHED_OTHER);
    }
    // This thread, which asked, stays what it was.
    CHECK((sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_OTHER);
}
