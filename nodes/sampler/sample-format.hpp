// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace decant::sampler
{

/// Frames beyond each end of what is played that an interpolator may read; half of the longest kernel.
inline constexpr std::int64_t guard_frames = 256;

/// Samples are kept in the file's own resolution where a kernel reads it, which halves the memory traffic of
/// the usual 16-bit library. 24 bits are packed into three bytes, the lowest first.
enum class SampleFormat : std::uint8_t { int16, int24, float32 };

inline constexpr std::size_t sample_formats = 3;

/// Bytes behind the last guard frame that a vector may read.
inline constexpr std::size_t slack_bytes = 64;

[[nodiscard]] constexpr std::size_t bytes_of(SampleFormat format) noexcept
{
    constexpr std::array<std::size_t, sample_formats> bytes = {2, 3, 4};
    return bytes[static_cast<std::size_t>(format)];
}

} // namespace decant::sampler
