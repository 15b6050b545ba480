// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Loads what the fuzzer makes up as an SFZ file and plays it. It may name the samples a.wav (mono, looped)
// and b.wav (stereo).

#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sampler-setup.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sndfile.h>
#include <stdexcept>
#include <string>
#include <vector>

using namespace decant::sampler;

namespace
{

void write_sample(const std::filesystem::path& file, int channels)
{
    SF_INFO info{};
    info.samplerate = 44'100;
    info.channels = channels;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    SNDFILE* sound = sf_open(file.c_str(), SFM_WRITE, &info);
    if (channels == 1) {
        SF_INSTRUMENT instrument{};
        instrument.basenote = 60;
        instrument.loop_count = 1;
        instrument.loops[0] = {.mode = SF_LOOP_FORWARD, .start = 100, .end = 900, .count = 0};
        sf_command(sound, SFC_SET_INSTRUMENT, &instrument, sizeof instrument);
    }
    const std::vector<float> samples(static_cast<std::size_t>(1000 * channels), 0.5f);
    sf_writef_float(sound, samples.data(), 1000);
    sf_close(sound);
}

std::filesystem::path directory()
{
    static const std::filesystem::path made = [] {
        std::string name = (std::filesystem::temp_directory_path() / "decant-fuzz-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            std::abort();
        write_sample(name + "/a.wav", 1);
        write_sample(name + "/b.wav", 2);
        return name;
    }();
    return made;
}

void play(const std::shared_ptr<const Instrument>& instrument)
{
    Sampler sampler({.polyphony = 16});
    sampler.play(instrument);
    std::array<float, 512> left{};
    std::array<float, 512> right{};
    const std::array<float*, 2> outputs = {left.data(), right.data()};
    for (std::uint8_t block = 0; block < 4; ++block) {
        const std::array<std::uint8_t, 3> on = {0x90, static_cast<std::uint8_t>(36 + 12 * block), 100};
        const std::array<std::uint8_t, 3> off = {0x80, on[1], 0};
        const std::array<std::uint8_t, 3> control = {0xb0, 1, static_cast<std::uint8_t>(32 * block)};
        const std::array<std::uint8_t, 3> bend = {0xe0, 0, static_cast<std::uint8_t>(96 - 32 * block)};
        const std::array<decant::nodes::MidiEvent, 4> midi = {{{.frame = 10, .bytes = on},
                                                               {.frame = 20, .bytes = control},
                                                               {.frame = 20, .bytes = bend},
                                                               {.frame = 300, .bytes = off}}};
        sampler.process({.frames = 512,
                         .rate = 48'000,
                         .start_nsec = 0,
                         .deadline_nsec = 0,
                         .freewheel = true,
                         .transport = {},
                         .inputs = {},
                         .outputs = outputs,
                         .midi_in = midi,
                         .midi_out = nullptr});
        for (const float sample : left)
            if (!std::isfinite(sample))
                std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static SamplePool pool;
    const std::filesystem::path file = directory() / "fuzz.sfz";
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    try {
        const auto loaded = load_instrument(file, pool);
        for (const Problem& problem : loaded.problems)
            static_cast<void>(to_string(problem));
        play(loaded.instrument);
    } catch (const std::runtime_error&) {
        // Nothing in it could be played.
    }
    return 0;
}
