// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/sampler/material.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <fstream>
#include <numbers>
#include <sndfile.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace decant::bench
{
namespace
{

namespace fs = std::filesystem;

constexpr int rate = 48'000;
constexpr std::size_t frames = 48'000;

// Some partials, different in the channels.
std::vector<std::int16_t> channel(unsigned which)
{
    std::vector<std::int16_t> samples(frames);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        double value = 0;
        for (int partial = 1; partial <= 8; ++partial)
            value +=
                std::sin(2 * std::numbers::pi * 220.0 * partial * static_cast<double>(frame) / rate + which) /
                partial;
        samples[frame] = static_cast<std::int16_t>(std::lround(value * 6000));
    }
    return samples;
}

void write(const fs::path& file, std::string_view content)
{
    std::ofstream stream(file, std::ios::binary);
    stream << content;
    if (!stream.flush())
        throw std::runtime_error(fmt::format("cannot write {}; is there room for it?", file.string()));
}

std::string number(std::uint64_t value, unsigned bytes)
{
    std::string text;
    for (unsigned byte = 0; byte < bytes; ++byte)
        text += static_cast<char>(value >> 8 * byte & 0xff);
    return text;
}

std::string name(std::string_view text) // as SoundFonts have them: 20 bytes
{
    std::string padded(text);
    padded.resize(20, '\0');
    return padded;
}

std::string chunk(std::string_view id, const std::string& content)
{
    return std::string(id) + number(content.size(), 4) + content + (content.size() % 2 == 1 ? "\0" : "");
}

std::string list(std::string_view kind, const std::string& content)
{
    return chunk("LIST", std::string(kind) + content);
}

// Generators of SoundFont 2.
enum : std::uint16_t {
    initial_filter = 8, // absolute cents
    pan = 17,           // 0.1 %
    decay = 36,         // timecents
    sustain = 37,       // 0.1 dB
    instrument_of = 41,
    sample_of = 53,
    sample_modes = 54,
    root_key = 58,
};

std::string generator(std::uint16_t what, int value)
{
    return number(what, 2) + number(static_cast<std::uint16_t>(value), 2);
}

} // namespace

fs::path write_sfz(const fs::path& directory, const Material& material)
{
    std::vector<std::vector<std::int16_t>> channels;
    for (unsigned which = 0; which < material.channels; ++which)
        channels.push_back(channel(which));
    std::vector<std::int16_t> interleaved;
    for (std::size_t frame = 0; frame < frames; ++frame)
        for (const auto& samples : channels)
            interleaved.push_back(samples[frame]);
    const fs::path wav = directory / fmt::format("sample-{}.wav", material.channels);
    SF_INFO info{};
    info.samplerate = rate;
    info.channels = static_cast<int>(material.channels);
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    SNDFILE* const sound = sf_open(wav.c_str(), SFM_WRITE, &info);
    if (sound == nullptr)
        throw std::runtime_error(fmt::format("cannot write {}: {}", wav.string(), sf_strerror(nullptr)));
    sf_writef_short(sound, interleaved.data(), static_cast<sf_count_t>(frames));
    sf_close(sound);
    const fs::path sfz =
        directory / fmt::format("bench-{}{}.sfz", material.channels, material.filter ? "-filter" : "");
    write(sfz,
          fmt::format("<region> sample={} pitch_keycenter=60 loop_mode=loop_continuous loop_start=0 "
                      "loop_end={} amp_veltrack=0 volume=-40 bend_up=2400 bend_down=-2400{}\n",
                      wav.filename().string(), frames - 1,
                      material.filter ? " cutoff=2000 resonance=3 ampeg_decay=60 ampeg_sustain=50" : ""));
    return sfz;
}

fs::path write_sf2(const fs::path& directory, const Material& material)
{
    const unsigned count = material.channels;
    std::string pcm;
    std::string headers;
    for (unsigned which = 0; which < count; ++which) {
        const std::uint64_t start = pcm.size() / 2;
        for (const std::int16_t sample : channel(which))
            pcm += number(static_cast<std::uint16_t>(sample), 2);
        const std::uint64_t end = pcm.size() / 2;
        pcm += std::string(46 * 2, '\0'); // the silence that SoundFonts have behind each sample
        headers += name("sample") + number(start, 4) + number(end, 4) + number(start, 4) + number(end, 4) +
                   number(rate, 4) + number(60, 1) + number(0, 1) + number(0, 2) + number(1, 2);
    }
    headers += name("EOS") + std::string(26, '\0');

    std::string zones;
    std::string generators;
    unsigned generator_count = 0;
    for (unsigned which = 0; which < count; ++which) {
        zones += number(generator_count, 2) + number(0, 2);
        std::vector<std::string> all{generator(pan, count == 1 ? 0 : which == 0 ? -500 : 500)};
        if (material.filter) {
            all.push_back(generator(initial_filter, 9600)); // about 2 kHz
            all.push_back(generator(decay, 7088));          // 60 s
            all.push_back(generator(sustain, 500));
        }
        all.push_back(generator(sample_modes, 1));
        all.push_back(generator(root_key, 60));
        all.push_back(generator(sample_of, static_cast<int>(which)));
        for (const std::string& one : all)
            generators += one;
        generator_count += static_cast<unsigned>(all.size());
    }
    zones += number(generator_count, 2) + number(0, 2);
    generators += generator(0, 0);
    const std::string no_modulator(10, '\0');
    const std::string presets = name("bench") + number(0, 2) + number(0, 2) + number(0, 2) +
                                std::string(12, '\0') + name("EOP") + number(0, 2) + number(0, 2) +
                                number(1, 2) + std::string(12, '\0');
    const std::string hydra =
        chunk("phdr", presets) + chunk("pbag", number(0, 4) + number(1, 2) + number(0, 2)) +
        chunk("pmod", no_modulator) + chunk("pgen", generator(instrument_of, 0) + generator(0, 0)) +
        chunk("inst", name("bench") + number(0, 2) + name("EOI") + number(count, 2)) + chunk("ibag", zones) +
        chunk("imod", no_modulator) + chunk("igen", generators) + chunk("shdr", headers);
    const std::string info =
        chunk("ifil", number(2, 2) + number(1, 2)) + chunk("isng", "EMU8000 ") + chunk("INAM", "bench ");
    const fs::path file = directory / fmt::format("bench-{}{}.sf2", count, material.filter ? "-filter" : "");
    write(file, chunk("RIFF",
                      "sfbk" + list("INFO", info) + list("sdta", chunk("smpl", pcm)) + list("pdta", hydra)));
    return file;
}

} // namespace decant::bench
