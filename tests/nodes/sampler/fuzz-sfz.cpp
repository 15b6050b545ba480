// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Loads what the fuzzer makes up as an SFZ file and plays it. It may name the samples a.wav (mono, looped)
// and b.wav (stereo). A line "%%" ends one file and begins the next, so that they can include each other: the
// first is 0.sfz, the others 1.sfz and so on.

#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sampler-setup.hpp"

#include <algorithm>
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
#include <string_view>
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
        // The note's own controller 74, of MIDI 2.0
        const std::array<std::uint32_t, 2> note_control = {0x40000000U | std::uint32_t{on[1]} << 8 | 74,
                                                           0x55555555U * block};
        const std::array<decant::nodes::MidiEvent, 5> midi = {
            {{.frame = 10, .bytes = on},
             {.frame = 20, .bytes = control},
             {.frame = 20, .bytes = bend},
             {.frame = 200, .bytes = {}, .midi2 = note_control},
             {.frame = 300, .bytes = off}}};
        sampler.process({.frames = 512,
                         .rate = 48'000,
                         .start_nsec = 0,
                         .deadline_nsec = 0,
                         .freewheel = true,
                         .transport = {.playing = true,
                                       .tempo_valid = true,
                                       .tempo = 600,
                                       .quarter_position = 0.1 * block},
                         .inputs = {},
                         .outputs = outputs,
                         .midi_in = midi,
                         .midi_out = nullptr});
        for (const float sample : left)
            if (!std::isfinite(sample))
                std::abort();
    }
}

/// Writes the files that a text stands for and returns the first.
std::filesystem::path write_files(std::string_view text)
{
    constexpr std::string_view separator = "\n%%\n";
    constexpr int most_files = 4;
    const auto name = [](int index) {
        return directory() / (std::to_string(index) + ".sfz");
    };
    for (int file = 0; file < most_files; ++file) {
        const std::size_t end = file + 1 == most_files ? text.size() : text.find(separator);
        const std::string_view content = text.substr(0, end);
        std::ofstream(name(file), std::ios::binary) << content;
        text.remove_prefix(std::min(text.size(), content.size() + separator.size()));
    }
    return name(0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static SamplePool pool;
    const auto first = write_files({reinterpret_cast<const char*>(data), size});
    try {
        const auto loaded = load_instrument(first, pool);
        for (const Unsupported& unsupported : loaded.unsupported)
            static_cast<void>(to_string(unsupported));
        for (const Problem& problem : loaded.problems)
            static_cast<void>(to_string(problem));
        play(loaded.instrument);
    } catch (const std::runtime_error&) {
        // Nothing in it could be played.
    }
    return 0;
}
