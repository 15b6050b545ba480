// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample-pool.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <new>
#include <optional>
#include <sndfile.h>
#include <stdexcept>
#include <system_error>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

constexpr std::int64_t most_frames = (std::int64_t{1} << 30) - 1; // positions are 32.32 fixed point
constexpr std::size_t locked_head = 128 << 10;                    // bytes: a second of 16-bit mono
constexpr int most_channels = 64;
constexpr int highest_rate = 1'536'000;

using SoundFile = std::unique_ptr<SNDFILE, decltype([](SNDFILE* file) { sf_close(file); })>;

SampleFormat format_for(const SF_INFO& info)
{
    switch (info.format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_PCM_16:
        return SampleFormat::int16;
    case SF_FORMAT_PCM_24:
        return SampleFormat::int24;
    default:
        return SampleFormat::float32;
    }
}

sf_count_t read_frames(SNDFILE* file, float* frames, sf_count_t count)
{
    return sf_readf_float(file, frames, count);
}

sf_count_t read_frames(SNDFILE* file, std::int16_t* frames, sf_count_t count)
{
    return sf_readf_short(file, frames, count);
}

sf_count_t read_frames(SNDFILE* file, std::int32_t* frames, sf_count_t count)
{
    return sf_readf_int(file, frames, count);
}

// Writes a value in the sample's format and goes on behind it.
template <class T>
void put(std::byte*& out, T value)
{
    std::memcpy(out, &value, sizeof value);
    out += sizeof value;
}

void put(std::byte*& out, std::int32_t value) // libsndfile's integers begin at the top
{
    for (const int shift : {8, 16, 24})
        *out++ = static_cast<std::byte>(static_cast<std::uint32_t>(value) >> shift);
}

// Not a number and infinity would poison the whole mix.
bool make_finite(float& value)
{
    if (std::isfinite(value))
        return true;
    value = 0;
    return false;
}

bool make_finite(std::int16_t&)
{
    return true;
}

bool make_finite(std::int32_t&)
{
    return true;
}

// Reads piece by piece, since the frame count in a header is a stranger's claim, and keeps two channels.
template <class T>
void read_all(SNDFILE* file, const SF_INFO& info, LoadedSample& loaded, Sample& sample)
{
    constexpr sf_count_t piece = 16 * 1024;
    const auto file_channels = static_cast<std::size_t>(info.channels);
    std::vector<T> frames(static_cast<std::size_t>(piece) * file_channels);
    const std::size_t guard = static_cast<std::size_t>(guard_frames) * sample.frame_bytes();
    const auto claimed = static_cast<std::size_t>(std::clamp<sf_count_t>(info.frames, 0, most_frames));
    constexpr std::size_t most_reserved = 64 << 20;
    sample.data.reserve(std::min(claimed * sample.frame_bytes() + 2 * guard + slack_bytes, most_reserved));
    sample.data.resize(guard);
    std::int64_t repaired = 0;
    for (;;) {
        const sf_count_t got = read_frames(file, frames.data(), piece);
        if (got <= 0)
            break;
        if (sample.frames + got > most_frames)
            throw std::runtime_error("longer than 2^30 frames; cut it into shorter files");
        const std::size_t at = sample.data.size();
        sample.data.resize(at + static_cast<std::size_t>(got) * sample.frame_bytes());
        std::byte* out = sample.data.data() + at;
        for (sf_count_t frame = 0; frame < got; ++frame) {
            for (unsigned channel = 0; channel < sample.channels; ++channel) {
                T value = frames[static_cast<std::size_t>(frame) * file_channels + channel];
                repaired += make_finite(value) ? 0 : 1;
                put(out, value);
            }
        }
        sample.frames += got;
    }
    sample.data.resize(sample.data.size() + guard + slack_bytes);
    if (repaired != 0)
        loaded.problems.push_back(fmt::format(
            "{} samples of it are infinite or not a number and play as silence; render the file anew",
            repaired));
    if (const int error = sf_error(file); error != SF_ERR_NO_ERROR)
        loaded.problems.push_back(fmt::format("damaged after {} frames ({}); what is before plays",
                                              sample.frames, sf_error_number(error)));
    else if (sample.frames < info.frames)
        loaded.problems.push_back(fmt::format("it ends after {} of {} frames; copy or download it again",
                                              sample.frames, info.frames));
}

// RIFF and FORM files say how long they are. libsndfile mends a short one in silence.
std::optional<std::uint64_t> missing_bytes(const fs::path& path)
{
    std::array<unsigned char, 8> head{};
    std::ifstream stream(path, std::ios::binary);
    if (!stream.read(reinterpret_cast<char*>(head.data()), head.size()))
        return std::nullopt;
    const bool little = std::memcmp(head.data(), "RIFF", 4) == 0;
    if (!little && std::memcmp(head.data(), "FORM", 4) != 0)
        return std::nullopt;
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size |= std::uint64_t{head[4 + i]} << 8 * (little ? i : 3 - i);
    if (size >= 0xfffffff0) // written to a pipe: length unknown
        return std::nullopt;
    std::error_code error;
    const std::uintmax_t actual = fs::file_size(path, error);
    if (error || actual + 1 >= size + 8) // the last byte may be a pad byte that was not written
        return std::nullopt;
    return size + 8 - actual;
}

void read_instrument(SNDFILE* file, Sample& sample, LoadedSample& loaded)
{
    SF_INSTRUMENT instrument{};
    if (sf_command(file, SFC_GET_INSTRUMENT, &instrument, sizeof instrument) != SF_TRUE)
        return;
    // A chunk that says nothing has all zeros.
    if (instrument.basenote > 0)
        sample.root_key = instrument.basenote;
    sample.detune = instrument.detune;
    if (instrument.loop_count < 1)
        return;
    const auto& loop = instrument.loops[0];
    const FrameRange range{.start = loop.start, .end = std::min<std::int64_t>(loop.end, sample.frames)};
    if (range.start >= range.end) {
        loaded.problems.push_back(
            fmt::format("its loop from {} to {} is outside of its {} frames and is left out", loop.start,
                        loop.end, sample.frames));
        return;
    }
    if (loop.end > sample.frames)
        loaded.problems.push_back(fmt::format(
            "its loop ends at {}, behind its {} frames; it loops at the end", loop.end, sample.frames));
    if (loop.mode == SF_LOOP_BACKWARD || loop.mode == SF_LOOP_ALTERNATING)
        loaded.problems.emplace_back("its backward or alternating loop is played forward");
    sample.loop = range;
}

} // namespace

LoadedSample load_sample(const fs::path& file)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error)) // a pipe might block
        throw std::runtime_error("there is no such file; check the path");
    SF_INFO info{};
    const SoundFile sound(sf_open(file.c_str(), SFM_READ, &info));
    if (!sound)
        throw std::runtime_error(fmt::format(
            "not a sound file that libsndfile reads ({}); convert it to WAV or FLAC", sf_strerror(nullptr)));
    if (info.channels < 1 || info.channels > most_channels)
        throw std::runtime_error(fmt::format("has {} channels; give a mono or stereo file", info.channels));
    if (info.samplerate < 1 || info.samplerate > highest_rate)
        throw std::runtime_error(fmt::format(
            "says that its sample rate is {} Hz; write it anew with the right one", info.samplerate));

    LoadedSample loaded;
    auto sample = std::make_shared<Sample>();
    sample->format = format_for(info);
    sample->channels = static_cast<unsigned>(std::min(info.channels, 2));
    sample->rate = static_cast<unsigned>(info.samplerate);
    if (info.channels > 2)
        loaded.problems.push_back(fmt::format("of its {} channels the first two are played", info.channels));
    if (const auto missing = missing_bytes(file))
        loaded.problems.push_back(
            fmt::format("truncated: {} bytes are missing at its end; copy or download it again", *missing));
    if (sample->format == SampleFormat::int16)
        read_all<std::int16_t>(sound.get(), info, loaded, *sample);
    else if (sample->format == SampleFormat::int24)
        read_all<std::int32_t>(sound.get(), info, loaded, *sample);
    else
        read_all<float>(sound.get(), info, loaded, *sample);
    if (sample->frames == 0)
        throw std::runtime_error("has no audio in it; copy or download it again");
    sample->head = LockedMemory(sample->data.data(), std::min(sample->data.size(), locked_head));
    read_instrument(sound.get(), *sample, loaded);
    loaded.sample = std::move(sample);
    return loaded;
}

LoadedSample SamplePool::get(const fs::path& file)
{
    std::error_code error;
    Version version{.path = fs::weakly_canonical(file, error).string(),
                    .time = fs::last_write_time(file, error),
                    .size = fs::file_size(file, error)};
    const std::scoped_lock lock(mutex_);
    if (const auto known = entries_.find(version); known != entries_.end()) {
        if (auto sample = known->second.sample.lock())
            return {.sample = std::move(sample), .problems = known->second.problems};
    }
    std::erase_if(entries_, [](const auto& entry) { return entry.second.sample.expired(); });
    LoadedSample loaded = load_sample(file);
    entries_.insert_or_assign(std::move(version),
                              Entry{.sample = loaded.sample, .problems = loaded.problems});
    return loaded;
}

} // namespace decant::sampler
