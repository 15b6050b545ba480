// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/comb-filter.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/voice-modulation.hpp"

#include <array>
#include <cstddef>

namespace decant::sampler
{

/// What the voices of a group pass through: two filters, of up to six poles or combs, and three equalizers
/// each. All of it is [rt].
class FilterBank
{
public:
    static constexpr std::size_t filters = 2;

    /// Those of a voice; null where a filter is no comb.
    using Combs = std::array<CombFilter*, filters>;

private:
    static constexpr std::size_t most_sections = 3; // of two poles, for six
    static constexpr std::size_t equalizers = 3;
    static constexpr std::size_t sections = filters * most_sections + equalizers;

    struct Base {
        float cutoff = 0; // cents above 1 Hz
        float resonance = 0;
        float gain = 0;
    };

    struct Section {
        Filters state;
        LaneMask used = 0;
        LaneMask ramped = 0; // moves until the next point of the grid
    };

    std::array<Section, sections> sections_{};
    std::array<std::array<Base, filters>, lanes> bases_{};
    std::array<Combs, lanes> combs_{};
    LaneMask combed_ = 0;

public:
    /// Begins in a lane; false if the voice has nothing to do here. `offset` is added to the cutoffs, in
    /// cents; `combs` are left by remove().
    bool start(unsigned lane, const Zone& zone, unsigned key, float velocity,
               const std::array<float, 2>& offset, const Combs& combs, const Modulation& modulation,
               const KernelSet& kernels, double rate) noexcept DECANT_REALTIME;

    void remove(unsigned lane) noexcept DECANT_REALTIME;

    /// Moves to where the modulation has it: at once, or on a straight line over control_frames.
    void move(unsigned lane, const Zone& zone, float velocity, const Modulation& modulation, bool at_once,
              const KernelSet& kernels, double rate) noexcept DECANT_REALTIME;

    /// Lets the lanes stay where they are, that do not move any more.
    void settle(LaneMask which) noexcept DECANT_REALTIME;

    /// The rate is another.
    void adapt(unsigned lane, const KernelSet& kernels, double rate) noexcept DECANT_REALTIME;

    /// Filters frames in place; those of `stereo` have a second channel.
    void process(LaneMask which, LaneMask stereo, LaneFrames& left, LaneFrames& right, std::uint32_t frames,
                 const KernelSet& kernels) noexcept DECANT_REALTIME;

private:
    void set_filter(unsigned lane, std::size_t filter, const FilterSettings& settings, float cents,
                    float resonance, float gain, bool at_once, double rate) noexcept DECANT_REALTIME;
    void set_equalizer(unsigned lane, std::size_t band, EqualizerType type, float frequency, float bandwidth,
                       float gain) noexcept DECANT_REALTIME;
    void set(std::size_t section, unsigned lane, float cutoff, float damping, const std::array<float, 3>& mix,
             bool one_pole = false, float scale = 1) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
