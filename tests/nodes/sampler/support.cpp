// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/sampler/support.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numbers>
#include <stdexcept>

namespace decant::sampler::test
{

namespace fs = std::filesystem;

std::size_t resident_bytes()
{
    std::ifstream statm("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    statm >> size >> resident;
    return resident * 4096;
}

TemporaryDirectory::TemporaryDirectory()
{
    std::string name = (fs::temp_directory_path() / "decant-sampler-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("cannot make a temporary directory");
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code error;
    fs::remove_all(path_, error);
}

fs::path TemporaryDirectory::write(std::string_view name, std::string_view content) const
{
    const fs::path path = path_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

std::string wav(const std::vector<float>& samples, const WavFormat& format)
{
    const auto u16 = [](std::string& out, unsigned value) {
        out += static_cast<char>(value & 0xff);
        out += static_cast<char>(value >> 8 & 0xff);
    };
    const auto u32 = [&](std::string& out, unsigned value) {
        u16(out, value & 0xffff);
        u16(out, value >> 16);
    };
    const auto chunk = [&](std::string& out, const char* name, const std::string& content) {
        out += name;
        u32(out, static_cast<unsigned>(content.size()));
        out += content;
        if (content.size() % 2 == 1)
            out += '\0';
    };
    std::string data;
    for (const float sample : samples) {
        if (format.bits == 32) {
            std::uint32_t bits = 0;
            std::memcpy(&bits, &sample, sizeof bits);
            u32(data, bits);
        } else {
            const double scale = std::exp2(format.bits - 1);
            const auto value = static_cast<int>(std::clamp(std::round(sample * scale), -scale, scale - 1));
            for (unsigned shift = 0; shift < format.bits; shift += 8)
                data += static_cast<char>(value >> shift & 0xff);
        }
    }
    std::string fmt;
    u16(fmt, format.bits == 32 ? 3 : 1);
    u16(fmt, format.channels);
    u32(fmt, format.rate);
    u32(fmt, format.rate * format.channels * format.bits / 8);
    u16(fmt, format.channels * format.bits / 8);
    u16(fmt, format.bits);

    std::string content = "WAVE";
    chunk(content, "fmt ", fmt);
    if (format.smpl != nullptr) {
        const bool looped = format.smpl->loop_end != 0;
        std::string smpl;
        for (const unsigned value : {0u, 0u, 0u, format.smpl->root, 0u, 0u, 0u, looped ? 1u : 0u, 0u})
            u32(smpl, value);
        if (looped)
            for (const unsigned value : {0u, 0u, format.smpl->loop_start, format.smpl->loop_end, 0u, 0u})
                u32(smpl, value);
        chunk(content, "smpl", smpl);
    }
    chunk(content, "data", data);
    std::string file;
    chunk(file, "RIFF", content);
    return file;
}

std::vector<float> sine(double frequency, unsigned rate, std::size_t frames, float amplitude)
{
    std::vector<float> samples(frames);
    for (std::size_t frame = 0; frame < frames; ++frame)
        samples[frame] = amplitude * static_cast<float>(std::sin(2 * std::numbers::pi * frequency *
                                                                 static_cast<double>(frame) / rate));
    return samples;
}

std::vector<float> constant(float value, std::size_t frames)
{
    return std::vector<float>(frames, value);
}

std::vector<float> part(const std::vector<float>& samples, std::size_t from, std::size_t to)
{
    return {samples.begin() + static_cast<std::ptrdiff_t>(from),
            samples.begin() + static_cast<std::ptrdiff_t>(to)};
}

float peak(const std::vector<float>& samples)
{
    float highest = 0;
    for (const float sample : samples)
        highest = std::max(highest, std::abs(sample));
    return highest;
}

bool is_zero(const std::vector<float>& samples)
{
    return std::all_of(samples.begin(), samples.end(), [](float sample) { return sample == 0; });
}

float largest_step(const std::vector<float>& samples)
{
    float largest = 0;
    for (std::size_t i = 1; i < samples.size(); ++i)
        largest = std::max(largest, std::abs(samples[i] - samples[i - 1]));
    return largest;
}

double frequency_of(const std::vector<float>& samples, unsigned rate)
{
    double first = -1;
    double last = -1;
    int periods = -1;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        if (samples[i - 1] < 0 && samples[i] >= 0) {
            const double before = samples[i - 1];
            last = static_cast<double>(i - 1) - before / (samples[i] - before);
            if (first < 0)
                first = last;
            ++periods;
        }
    }
    return periods < 1 ? 0 : static_cast<double>(periods) * rate / (last - first);
}

namespace
{

At message(std::uint32_t frame, int status, int first, int second)
{
    return {.frame = frame,
            .bytes = {static_cast<std::uint8_t>(status), static_cast<std::uint8_t>(first),
                      static_cast<std::uint8_t>(second)}};
}

} // namespace

At note_on(std::uint32_t frame, int key, int velocity)
{
    return message(frame, 0x90, key, velocity);
}

At note_off(std::uint32_t frame, int key)
{
    return message(frame, 0x80, key, 64);
}

At control(std::uint32_t frame, int control, int value)
{
    return message(frame, 0xb0, control, value);
}

At bend(std::uint32_t frame, int value)
{
    return message(frame, 0xe0, (value + 8192) & 0x7f, (value + 8192) >> 7);
}

Player::Player(const fs::path& file, const SamplerOptions& options) : sampler(options)
{
    sampler.play(load_instrument(file).instrument);
}

Sound Player::render(std::uint32_t frames, const std::vector<At>& events)
{
    // What the sampler does not write is seen.
    Sound sound{.left = std::vector<float>(frames, 99.0f), .right = std::vector<float>(frames, 99.0f)};
    for (std::uint32_t start = 0; start < frames; start += block) {
        const std::uint32_t count = std::min(block, frames - start);
        std::vector<nodes::MidiEvent> midi;
        for (const At& event : events)
            if (event.frame >= start && event.frame < start + count)
                midi.push_back({.frame = event.frame - start, .bytes = event.bytes, .midi2 = event.midi2});
        const std::array<float*, 2> outputs = {sound.left.data() + start, sound.right.data() + start};
        sampler.process({.frames = count,
                         .rate = rate,
                         .start_nsec = 0,
                         .deadline_nsec = 0,
                         .freewheel = waits,
                         .transport = song,
                         .inputs = {},
                         .outputs = outputs,
                         .midi_in = midi,
                         .midi_out = nullptr});
        if (song.playing)
            song.quarter_position += static_cast<double>(count) / rate * song.tempo / 60;
    }
    return sound;
}

fs::path instrument(const TemporaryDirectory& directory, std::string_view sfz)
{
    const fs::path file = directory.write("instrument.sfz", sfz);
    const auto loaded = load_instrument(file);
    for (const Problem& problem : loaded.problems)
        FAIL(to_string(problem));
    for (const Unsupported& unsupported : loaded.unsupported)
        FAIL(to_string(unsupported));
    return file;
}

bool reports(const std::vector<Problem>& problems, std::string_view file, unsigned line,
             std::string_view text)
{
    return std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
        return fs::path(problem.file).filename() == file && problem.line == line &&
               problem.text.find(text) != std::string::npos;
    });
}

} // namespace decant::sampler::test
