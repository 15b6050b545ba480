// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample-pool.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <random>
#include <sndfile.h>
#include <sys/stat.h>
#include <utility>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

template <class T>
T value(const Sample& sample, std::int64_t frame, unsigned channel = 0)
{
    T out;
    std::memcpy(&out, sample.frame(frame) + channel * sizeof(T), sizeof out);
    return out;
}

// Full scale is 1, whatever the format.
float heard(const Sample& sample, std::int64_t frame, unsigned channel = 0)
{
    if (sample.format == SampleFormat::float32)
        return value<float>(sample, frame, channel);
    if (sample.format == SampleFormat::int16)
        return static_cast<float>(value<std::int16_t>(sample, frame, channel)) / 32768;
    const std::byte* const bytes = sample.frame(frame) + channel * 3u;
    const unsigned bits = std::to_integer<unsigned>(bytes[0]) << 8 |
                          std::to_integer<unsigned>(bytes[1]) << 16 |
                          std::to_integer<unsigned>(bytes[2]) << 24;
    return static_cast<float>(static_cast<std::int32_t>(bits)) * 0x1p-31f;
}

void write_sound(const std::filesystem::path& file, int format, const std::vector<float>& samples)
{
    SF_INFO info{};
    info.samplerate = 44'100;
    info.channels = 1;
    info.format = format;
    SNDFILE* sound = sf_open(file.c_str(), SFM_WRITE, &info);
    REQUIRE(sound != nullptr);
    CHECK(sf_writef_float(sound, samples.data(), static_cast<sf_count_t>(samples.size())) ==
          static_cast<sf_count_t>(samples.size()));
    sf_close(sound);
}

} // namespace

TEST_CASE("16-bit samples stay integers, 24-bit ones are exact floats, and both are surrounded by silence")
{
    const TemporaryDirectory directory;
    const auto small = load_sample(directory.write("16.wav", wav({0.5f, -0.25f, -1}))).sample;
    CHECK(small->format == SampleFormat::int16);
    CHECK(small->frames == 3);
    CHECK(small->rate == 48'000);
    CHECK(value<std::int16_t>(*small, 0) == 16384);
    CHECK(value<std::int16_t>(*small, 1) == -8192);
    CHECK(value<std::int16_t>(*small, 2) == -32768);
    for (const std::int64_t frame : {-guard_frames, std::int64_t{-1}, std::int64_t{3}, 2 + guard_frames})
        CHECK(value<std::int16_t>(*small, frame) == 0);

    const float fine = 0.5f + std::exp2(-23.0f);
    const auto large =
        load_sample(
            directory.write("24.wav", wav({fine, 0.25f}, {.rate = 96'000, .channels = 2, .bits = 24})))
            .sample;
    CHECK(large->format == SampleFormat::int24);
    CHECK(large->channels == 2);
    CHECK(large->frames == 1);
    CHECK(heard(*large, 0, 0) == fine);
    CHECK(heard(*large, 0, 1) == 0.25f);
    CHECK(heard(*large, 1, 0) == 0);
}

TEST_CASE("WAV, FLAC, AIFF and OGG files are read whole")
{
    const TemporaryDirectory directory;
    const auto samples = sine(441, 44'100, 44'100);
    const std::pair<const char*, int> formats[] = {{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
                                                   {"a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
                                                   {"a.aif", SF_FORMAT_AIFF | SF_FORMAT_PCM_16},
                                                   {"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS}};
    for (const auto& [name, format] : formats) {
        write_sound(directory / name, format, samples);
        const auto loaded = load_sample(directory / name);
        CHECK(loaded.sample->frames == 44'100);
        CHECK(loaded.problems.empty());
        CHECK(std::abs(heard(*loaded.sample, 1025) - samples[1025]) < 0.05f);
    }
}

TEST_CASE("the root and the loop come from the smpl chunk, whose loop end is the last frame")
{
    const TemporaryDirectory directory;
    const SamplerChunk smpl{.root = 72, .loop_start = 10, .loop_end = 49};
    const auto sample =
        load_sample(directory.write("a.wav", wav(constant(0.5f, 100), {.smpl = &smpl}))).sample;

    CHECK(sample->root_key == 72);
    REQUIRE(sample->loop.has_value());
    CHECK(*sample->loop == FrameRange{.start = 10, .end = 50});
}

TEST_CASE("loops outside of the sample are mended or left out, with a word")
{
    const TemporaryDirectory directory;
    const SamplerChunk late{.root = 60, .loop_start = 10, .loop_end = 4'000'000'000};
    const auto mended = load_sample(directory.write("a.wav", wav(constant(0.5f, 100), {.smpl = &late})));
    REQUIRE(mended.sample->loop.has_value());
    CHECK(*mended.sample->loop == FrameRange{.start = 10, .end = 100});
    CHECK(mended.problems.size() == 1);

    const SamplerChunk outside{.root = 60, .loop_start = 200, .loop_end = 300};
    const auto left_out = load_sample(directory.write("b.wav", wav(constant(0.5f, 100), {.smpl = &outside})));
    CHECK_FALSE(left_out.sample->loop.has_value());
    CHECK(left_out.problems.size() == 1);
}

TEST_CASE("not a number and infinity are replaced by silence, with a word")
{
    const TemporaryDirectory directory;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    const auto loaded =
        load_sample(directory.write("a.wav", wav({0.5f, nan, infinity, -infinity}, {.bits = 32})));

    CHECK(value<float>(*loaded.sample, 0) == 0.5f);
    CHECK(value<float>(*loaded.sample, 1) == 0);
    CHECK(value<float>(*loaded.sample, 2) == 0);
    REQUIRE(loaded.problems.size() == 1);
    CHECK_THAT(loaded.problems[0], ContainsSubstring("3 samples"));
}

TEST_CASE("a truncated file plays as far as it goes, with a word")
{
    const TemporaryDirectory directory;
    const std::string whole = wav(constant(0.5f, 1000));
    const auto loaded = load_sample(directory.write("a.wav", whole.substr(0, whole.size() - 1000)));
    CHECK(loaded.sample->frames == 500);
    REQUIRE(loaded.problems.size() == 1);
    CHECK_THAT(loaded.problems[0], ContainsSubstring("1000 bytes are missing"));

    // Decoders need not find their way back from an end that is not there, where streaming looks for it.
    std::vector<float> noise(200'000);
    std::minstd_rand random(1);
    for (float& sample : noise)
        sample = std::uniform_real_distribution(-0.5f, 0.5f)(random);
    for (const auto& [name, format] : {std::pair("b.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16),
                                       std::pair("c.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS)}) {
        INFO(name);
        const std::filesystem::path file = directory / name;
        write_sound(file, format, noise);
        const float before = heard(*load_sample(file).sample, 10'025);
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
        SamplePool pool;
        const LoadedSample read = load_sample(file);
        const LoadedSample pooled = pool.get(file);
        for (const LoadedSample* half : {&read, &pooled}) {
            CHECK(half->sample->frames > 10'025);
            CHECK(half->sample->frames < 190'000);
            CHECK(heard(*half->sample, 10'025) == before);
            REQUIRE(half->problems.size() == 1);
            CHECK_THAT(half->problems[0],
                       ContainsSubstring("truncated") &&
                           ContainsSubstring(fmt::format("after {} ", half->sample->frames)));
        }
        const auto backward = pool.get(file, Direction::backward).sample;
        const std::int64_t last = pooled.sample->frames - 1;
        CHECK(backward->frames == last + 1);
        CHECK(heard(*backward, 0) == heard(*pooled.sample, last));
    }
}

TEST_CASE("files that are no sound are refused with the reason")
{
    const TemporaryDirectory directory;
    CHECK_THROWS_WITH(load_sample(directory / "none.wav"), ContainsSubstring("no such file"));
    CHECK_THROWS_WITH(load_sample(directory / ""),
                      ContainsSubstring("this is a directory; name a file in it"));
    CHECK_THROWS_WITH(load_sample(directory.write("a.wav", "")), ContainsSubstring("convert it"));
    CHECK_THROWS_WITH(load_sample(directory.write("b.wav", "RIFF and nothing else")),
                      ContainsSubstring("convert it"));
    CHECK_THROWS_WITH(load_sample(directory.write("c.wav", wav({}))), ContainsSubstring("no audio"));
    REQUIRE(mkfifo((directory / "pipe.wav").c_str(), 0600) == 0);
    CHECK_THROWS_WITH(load_sample(directory / "pipe.wav"), ContainsSubstring("not a file"));
    for (const unsigned rate : {0u, 4'000'000'000u})
        CHECK_THROWS_AS(load_sample(directory.write("d.wav", wav({0.5f}, {.rate = rate}))),
                        std::runtime_error);
}

TEST_CASE("a header's claim of length costs no memory")
{
    const TemporaryDirectory directory;
    std::string huge = wav(constant(0.5f, 100));
    for (const std::size_t size_at : {std::size_t{4}, huge.find("data") + 4})
        huge.replace(size_at, 4, "\xf0\xff\xff\x7f");
    const auto loaded = load_sample(directory.write("a.wav", huge));
    CHECK(loaded.sample->frames == 100);
    CHECK_FALSE(loaded.problems.empty());
}

TEST_CASE("more than two channels are cut to two, with a word")
{
    const TemporaryDirectory directory;
    const auto loaded = load_sample(
        directory.write("a.wav", wav({0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f}, {.channels = 3, .bits = 32})));
    CHECK(loaded.sample->channels == 2);
    CHECK(value<float>(*loaded.sample, 1, 0) == 0.4f);
    CHECK(value<float>(*loaded.sample, 1, 1) == 0.5f);
    CHECK(loaded.problems.size() == 1);
}

TEST_CASE("the pool loads a file once, under any of its names, and again when it has changed")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    SamplePool pool;
    const auto first = pool.get(directory / "a.wav").sample;
    CHECK(pool.get(directory / "./a.wav").sample == first);

    directory.write("a.wav", wav({0.5f, 0.25f}));
    const auto second = pool.get(directory / "a.wav").sample;
    CHECK(second != first);
    CHECK(second->frames == 2);
    CHECK(first->frames == 1);
}

TEST_CASE("a loop's seam holds the frames as they sound around its end")
{
    Sample sample;
    sample.format = SampleFormat::int16;
    sample.frames = 2000;
    sample.data.resize((2000 + 2 * static_cast<std::size_t>(guard_frames)) * sizeof(std::int16_t));
    for (std::int64_t frame = 0; frame < sample.frames; ++frame) {
        const auto number = static_cast<std::int16_t>(frame);
        std::memcpy(sample.data.data() + (frame + guard_frames) * 2, &number, sizeof number);
    }
    const FrameRange ranges[] = {{100, 1900}, {0, 2000}, {100, 700},   {50, 90},
                                 {0, 1},      {0, 7},    {1999, 2000}, {3, 11}};
    for (const auto& range : ranges) {
        const Loop loop(sample, range);
        const auto sounding = [&](std::int64_t position) {
            return position < range.end ? position
                                        : range.start + (position - range.end) % (range.end - range.start);
        };
        for (std::int64_t at = loop.seam.start - guard_frames; at < loop.seam.end + guard_frames; ++at) {
            std::int16_t read = 0;
            std::memcpy(&read, loop.frame(at, 2), sizeof read);
            CHECK(read == std::max<std::int64_t>(sounding(at), 0));
        }
        // Going back leads to the same frames, with the same ones around them.
        CHECK(loop.length % (range.end - range.start) == 0);
        for (std::int64_t tap = -guard_frames; tap < guard_frames; ++tap)
            CHECK(sounding(loop.seam.end + tap) == sounding(loop.seam.end - loop.length + tap));
        CHECK(loop.seam.end - loop.length == loop.wrap);
    }
}
