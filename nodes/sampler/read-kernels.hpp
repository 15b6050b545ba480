// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// How samples are read: fetch, convert, interpolate, and mix with a ramp of gains, in one pass. See simd.hpp
// for who includes this.

#include "nodes/sampler/mix-sink.hpp"
#include "nodes/sampler/point-kernels.hpp"
#include "nodes/sampler/sample-layout.hpp"
#include "nodes/sampler/sinc-kernels.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

template <SampleFormat format, unsigned channels, KernelSet::Shape shape>
[[gnu::always_inline]] inline void run(const Cursor& cursor, std::uint32_t count, MixSink sink) noexcept
{
    using Shape = KernelSet::Shape;
    if constexpr (shape == Shape::copy)
        copy<Layout<format, channels>>(cursor, count, sink);
    else if constexpr (shape == Shape::linear || shape == Shape::four_point)
        points<format, channels, shape == Shape::linear>(cursor, count, sink);
    else
        sinc<format, channels,
             shape == Shape::sinc8    ? 8
             : shape == Shape::sinc16 ? 16
                                      : 0>(cursor, count, sink);
}

template <SampleFormat format, unsigned channels, KernelSet::Shape shape>
void mix(const Cursor& cursor, std::uint32_t count, const GainRamp& ramp, float* left, float* right) noexcept
{
    run<format, channels, shape>(cursor, count, MixSink(ramp, Layout<format, channels>::scale, left, right));
}

inline void mix_frames(const float* from_left, const float* from_right, std::uint32_t count,
                       const GainRamp& ramp, float* left, float* right) noexcept
{
    MixSink sink(ramp, 1, left, right);
    // The rows that frames come from are as long as any vector.
    for (std::uint32_t done = 0; done < count; done += width)
        sink.put(load<Floats>(from_left + done), load<Floats>(from_right + done), done, count - done);
}

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
