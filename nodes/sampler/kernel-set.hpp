// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The kernels of one instruction set, gathered. See simd.hpp for who includes this.

#include "nodes/sampler/lane-kernels.hpp"
#include "nodes/sampler/read-kernels.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

template <SampleFormat format, unsigned channels, std::size_t... shape>
constexpr void set_shapes(KernelSet& set, std::index_sequence<shape...>)
{
    auto& mixers = set.mix[static_cast<std::size_t>(format)][channels - 1];
    ((mixers[shape] = mix<format, channels, static_cast<KernelSet::Shape>(shape)>), ...);
}

constexpr KernelSet kernel_set(std::string_view name)
{
    constexpr auto shapes = std::make_index_sequence<KernelSet::shapes>();
    KernelSet set{.name = name,
                  .mix = {},
                  .mix_frames = mix_frames,
                  .advance = advance,
                  .tune = tune,
                  .filter = filter};
    set_shapes<SampleFormat::int16, 1>(set, shapes);
    set_shapes<SampleFormat::int16, 2>(set, shapes);
    set_shapes<SampleFormat::int24, 1>(set, shapes);
    set_shapes<SampleFormat::int24, 2>(set, shapes);
    set_shapes<SampleFormat::float32, 1>(set, shapes);
    set_shapes<SampleFormat::float32, 2>(set, shapes);
    return set;
}

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
