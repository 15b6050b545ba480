// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "midi-sampler/midi_sampler.h"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What the tests of the C library build their worlds from.
namespace decant::midi_sampler::test
{

inline constexpr std::uint32_t rate = 48'000;

inline constexpr ms_audio_config_t stereo{
    .sample_rate = rate, .channels = 2, .max_polyphony = 16, .buffer_size = 128};

/// A sampler with one instrument, written to a file as fast as it can.
struct World {
    sampler::test::TemporaryDirectory directory;
    ms_sampler_t* sampler = nullptr;
    ms_instrument_t* instrument = nullptr;
    std::uint32_t channels;

    explicit World(const ms_audio_config_t& config = stereo) : channels(config.channels)
    {
        REQUIRE(ms_sampler_create(&config, &sampler) == MS_OK);
        REQUIRE(ms_sampler_set_offline(sampler, 1) == MS_OK);
        REQUIRE(ms_instrument_create(sampler, "Piano", &instrument) == MS_OK);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() { ms_sampler_destroy(sampler); }

    /// All channels, interleaved.
    [[nodiscard]] std::vector<float> render(std::uint32_t frames)
    {
        std::vector<float> buffer(std::size_t{frames} * channels, 99.0F); // what is not written is seen
        REQUIRE(ms_process(sampler, buffer.data(), frames) == MS_OK);
        return buffer;
    }

    /// The first channel.
    [[nodiscard]] std::vector<float> left(std::uint32_t frames)
    {
        const auto all = render(frames);
        std::vector<float> samples(frames);
        for (std::size_t frame = 0; frame < frames; ++frame)
            samples[frame] = all[frame * channels];
        return samples;
    }

    [[nodiscard]] std::string file(const std::vector<float>& samples, const char* name = "a.wav") const
    {
        return directory.write(name, sampler::test::wav(samples)).string();
    }
};

} // namespace decant::midi_sampler::test
