// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample-file.hpp"

#include "nodes/sampler/file-finder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <stdexcept>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

constexpr std::int64_t piece_frames = 16 * 1024;
constexpr int most_channels = 64;
constexpr int highest_rate = 1'536'000;

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

} // namespace

void turn_round(std::byte* frames, std::int64_t count, std::size_t frame_bytes) noexcept
{
    std::byte* last = frames + static_cast<std::size_t>(std::max<std::int64_t>(count - 1, 0)) * frame_bytes;
    for (; frames < last; frames += frame_bytes, last -= frame_bytes)
        std::swap_ranges(frames, frames + frame_bytes, last);
}

SampleFile::SampleFile(const fs::path& path)
{
    if (const std::string why = why_no_file(path); !why.empty())
        throw std::runtime_error(why);
    file_.reset(sf_open(path.c_str(), SFM_READ, &info_));
    if (!file_)
        throw std::runtime_error(fmt::format(
            "not a sound file that libsndfile reads ({}); convert it to WAV or FLAC", sf_strerror(nullptr)));
    if (info_.channels < 1 || info_.channels > most_channels)
        throw std::runtime_error(fmt::format("has {} channels; give a mono or stereo file", info_.channels));
    if (info_.samplerate < 1 || info_.samplerate > highest_rate)
        throw std::runtime_error(fmt::format(
            "says that its sample rate is {} Hz; write it anew with the right one", info_.samplerate));
}

SampleFormat SampleFile::format() const noexcept
{
    switch (info_.format & SF_FORMAT_SUBMASK) {
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

template <class T>
std::int64_t SampleFile::read_as(std::byte* out, std::int64_t frames)
{
    const auto file_channels = static_cast<std::size_t>(info_.channels);
    const std::int64_t longest = std::min(frames, piece_frames);
    piece_.resize(std::max(piece_.size(), static_cast<std::size_t>(longest) * file_channels * sizeof(T)));
    T* const piece = reinterpret_cast<T*>(piece_.data());
    std::int64_t done = 0;
    while (done < frames) {
        const sf_count_t got = read_frames(file_.get(), piece, std::min(frames - done, longest));
        if (got <= 0)
            break;
        for (sf_count_t frame = 0; frame < got; ++frame) {
            for (unsigned channel = 0; channel < channels(); ++channel) {
                T value = piece[static_cast<std::size_t>(frame) * file_channels + channel];
                repaired_ += make_finite(value) ? 0 : 1;
                put(out, value);
            }
        }
        done += got;
    }
    return done;
}

std::int64_t SampleFile::read(std::byte* out, std::int64_t frames)
{
    switch (format()) {
    case SampleFormat::int16:
        return read_as<std::int16_t>(out, frames);
    case SampleFormat::int24:
        return read_as<std::int32_t>(out, frames);
    default:
        return read_as<float>(out, frames);
    }
}

bool SampleFile::seek(std::int64_t frame) noexcept
{
    return sf_seek(file_.get(), frame, SEEK_SET) == frame;
}

std::string SampleFile::error() const
{
    const int error = sf_error(file_.get());
    return error == SF_ERR_NO_ERROR ? std::string() : sf_error_number(error);
}

std::optional<SF_INSTRUMENT> SampleFile::instrument() const
{
    SF_INSTRUMENT instrument{};
    if (sf_command(file_.get(), SFC_GET_INSTRUMENT, &instrument, sizeof instrument) != SF_TRUE)
        return std::nullopt;
    return instrument;
}

} // namespace decant::sampler
