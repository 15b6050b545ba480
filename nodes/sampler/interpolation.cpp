// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/interpolation.hpp"

#include <type_traits>

namespace decant::sampler
{
namespace
{

// Through b and c with the slopes that their neighbours a and d suggest; t from b to c.
inline float hermite(float a, float b, float c, float d, float t) noexcept DECANT_REALTIME
{
    const float slope = 0.5f * (c - a);
    const float bend = a - 2.5f * b + 2.0f * c - 0.5f * d;
    const float twist = 0.5f * (d - a) + 1.5f * (b - c);
    return ((twist * t + bend) * t + slope) * t + b;
}

template <class T, unsigned channels>
void four_point(const std::byte* bytes, std::uint64_t position, std::uint64_t increment, std::uint32_t count,
                GainRamp ramp, float* left, float* right) noexcept DECANT_REALTIME
{
    // The data comes from a std::vector<std::byte> at multiples of the frame size, so it is aligned for T.
    const T* const frames = reinterpret_cast<const T*>(bytes);
    constexpr float full_scale = std::is_same_v<T, std::int16_t> ? 1.0f / 32768 : 1.0f;
    ramp.left *= full_scale;
    ramp.right *= full_scale;
    ramp.left_step *= full_scale;
    ramp.right_step *= full_scale;
    for (std::uint32_t i = 0; i < count; ++i, position += increment) {
        const T* const at = frames + static_cast<std::ptrdiff_t>(position >> position_bits) * channels;
        // 24 bits, which is what a float holds.
        const float t = static_cast<float>(static_cast<std::uint32_t>(position) >> 8) * 0x1p-24f;
        const auto tap = [&](int frame, unsigned channel) {
            return static_cast<float>(at[frame * static_cast<int>(channels) + static_cast<int>(channel)]);
        };
        const float first = hermite(tap(-1, 0), tap(0, 0), tap(1, 0), tap(2, 0), t);
        float second = first;
        if constexpr (channels == 2)
            second = hermite(tap(-1, 1), tap(0, 1), tap(1, 1), tap(2, 1), t);
        const auto step = static_cast<float>(i);
        left[i] += first * (ramp.left + ramp.left_step * step);
        right[i] += second * (ramp.right + ramp.right_step * step);
    }
}

} // namespace

Interpolator interpolator_for(const Sample& sample) noexcept DECANT_REALTIME
{
    if (sample.format == SampleFormat::int16)
        return sample.channels == 2 ? four_point<std::int16_t, 2> : four_point<std::int16_t, 1>;
    return sample.channels == 2 ? four_point<float, 2> : four_point<float, 1>;
}

} // namespace decant::sampler
