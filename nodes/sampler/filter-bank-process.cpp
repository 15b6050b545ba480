// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/filter-bank.hpp"

#include "nodes/sampler/pitch.hpp"
#include "nodes/sampler/waves.hpp"

#include <algorithm>
#include <bit>

namespace decant::sampler
{
namespace
{

using Mix = std::array<float, 3>;

constexpr LaneMask bit(unsigned lane) noexcept
{
    return LaneMask{1} << lane;
}

// Where the response of a pink filter begins to fall, and ends, in turns: so it stays within 0.6 dB of a line
// from 40 Hz to 16 kHz, at 44.1 and 48 kHz.
struct Slope {
    float from; // Hz
    float to;
};
constexpr std::array pink_slopes{Slope{30, 110}, Slope{375, 1275}, Slope{4000, 11'000}};

std::size_t sections_of(FilterType type) noexcept DECANT_REALTIME
{
    switch (type) {
    case FilterType::lpf_4p:
    case FilterType::hpf_4p:
        return 2;
    case FilterType::lpf_6p:
    case FilterType::hpf_6p:
    case FilterType::pink:
        return 3;
    case FilterType::comb:
        return 0;
    default:
        return 1;
    }
}

// Its coefficients stay where they are.
void stop(Filters& state, std::size_t lane) noexcept DECANT_REALTIME
{
    state.a1_step[lane] = state.a2_step[lane] = state.a3_step[lane] = 0;
    state.m0_step[lane] = state.m1_step[lane] = state.m2_step[lane] = 0;
}

// The square root of a gain in dB, as shelves and peaks want it.
float half_gain(float decibels) noexcept DECANT_REALTIME
{
    return linear_of_decibels(decibels / 2);
}

} // namespace

bool FilterBank::start(unsigned lane, const Zone& zone, unsigned key, float velocity,
                       const std::array<float, 2>& offset, const Combs& combs, const Modulation& modulation,
                       const KernelSet& kernels, double rate) noexcept DECANT_REALTIME
{
    const Region& region = zone.region;
    const Articulation* const articulation = zone.articulation.get();
    const bool equalized =
        articulation != nullptr &&
        (articulation->equalized[0] || articulation->equalized[1] || articulation->equalized[2]);
    const std::array<const FilterSettings*, filters> settings{&region.filter, &region.filter2};
    // The others' frames go through every section that one of them uses.
    for (Section& section : sections_) {
        section.used &= ~bit(lane);
        section.ramped &= ~bit(lane);
        stop(section.state, lane);
        section.state.m0[lane] = 1;
        section.state.m1[lane] = section.state.m2[lane] = 0;
    }
    combs_[lane] = combs;
    if (combs != Combs{})
        combed_ |= bit(lane);
    if (!settings[0]->cutoff && !settings[1]->cutoff && !equalized)
        return false;
    for (std::size_t filter = 0; filter < filters; ++filter) {
        if (!settings[filter]->cutoff)
            continue;
        bases_[lane][filter] = {
            .cutoff = zone.cutoff_cents[filter] + offset[filter] +
                      settings[filter]->keytrack *
                          static_cast<float>(static_cast<int>(key) - settings[filter]->keycenter) +
                      settings[filter]->veltrack * velocity,
            .resonance = settings[filter]->resonance,
            .gain = settings[filter]->gain};
        for (std::size_t section = 0; section < sections_of(settings[filter]->type); ++section)
            sections_[filter * most_sections + section].used |= bit(lane);
    }
    if (equalized)
        for (std::size_t band = 0; band < equalizers; ++band)
            if (articulation->equalized[band])
                sections_[filters * most_sections + band].used |= bit(lane);
    for (Section& section : sections_) {
        if ((section.used & bit(lane)) == 0)
            continue;
        Filters& state = section.state;
        state.left1[lane] = state.left2[lane] = state.right1[lane] = state.right2[lane] = 0;
    }
    move(lane, zone, velocity, modulation, true, kernels, rate);
    return true;
}

void FilterBank::remove(unsigned lane) noexcept DECANT_REALTIME
{
    combed_ &= ~bit(lane);
    combs_[lane] = {};
    for (Section& section : sections_) {
        section.used &= ~bit(lane);
        section.ramped &= ~bit(lane);
        stop(section.state, lane);
        // It goes on with the others', on what is left of its frames.
        section.state.m0[lane] = section.state.m1[lane] = section.state.m2[lane] = 0;
    }
}

void FilterBank::move(unsigned lane, const Zone& zone, float velocity, const Modulation& modulation,
                      bool at_once, const KernelSet& kernels, double rate) noexcept DECANT_REALTIME
{
    const Region& region = zone.region;
    constexpr std::array cutoffs{Target::cutoff, Target::cutoff2};
    constexpr std::array resonances{Target::resonance, Target::resonance2};
    constexpr std::array gains{Target::filter_gain, Target::filter2_gain};
    const std::array<const FilterSettings*, filters> settings{&region.filter, &region.filter2};
    for (std::size_t filter = 0; filter < filters; ++filter) {
        if (!settings[filter]->cutoff)
            continue;
        const Base& base = bases_[lane][filter];
        set_filter(lane, filter, *settings[filter], base.cutoff + modulation[cutoffs[filter]],
                   base.resonance + modulation[resonances[filter]], base.gain + modulation[gains[filter]],
                   at_once, rate);
    }
    if (const Articulation* const articulation = zone.articulation.get(); articulation != nullptr) {
        for (std::size_t band = 0; band < equalizers; ++band) {
            if (!articulation->equalized[band])
                continue;
            const auto value = [&](std::size_t which) {
                const std::size_t index = 3 * band + which;
                return articulation->equalizers[index] +
                       articulation->equalizers_by_velocity[index] * velocity +
                       modulation.added[static_cast<std::size_t>(Target::eq1_frequency) + index];
            };
            set_equalizer(lane, band, region.equalizer_types[band], value(0), value(1), value(2));
        }
    }
    for (Section& section : sections_) {
        if ((section.used & bit(lane)) == 0)
            continue;
        kernels.tune(section.state, bit(lane), static_cast<float>(rate), control_frames, at_once);
        section.ramped = at_once ? section.ramped & ~bit(lane) : section.ramped | bit(lane);
    }
}

void FilterBank::settle(LaneMask which) noexcept DECANT_REALTIME
{
    for (Section& section : sections_) {
        for (LaneMask left = section.ramped & which; left != 0; left &= left - 1)
            stop(section.state, static_cast<std::size_t>(std::countr_zero(left)));
        section.ramped &= ~which;
    }
}

void FilterBank::adapt(unsigned lane, const KernelSet& kernels, double rate) noexcept DECANT_REALTIME
{
    for (Section& section : sections_)
        if ((section.used & bit(lane)) != 0)
            kernels.tune(section.state, bit(lane), static_cast<float>(rate), control_frames, true);
    for (CombFilter* const comb : combs_[lane])
        if (comb != nullptr)
            comb->adapt(rate);
    settle(bit(lane));
}

void FilterBank::process(LaneMask which, LaneMask stereo, LaneFrames& left, LaneFrames& right,
                         std::uint32_t frames, const KernelSet& kernels) noexcept DECANT_REALTIME
{
    for (LaneMask left_over = combed_ & which; left_over != 0; left_over &= left_over - 1) {
        const auto lane = static_cast<std::size_t>(std::countr_zero(left_over));
        const bool both = (stereo >> lane & 1) != 0;
        for (CombFilter* const comb : combs_[lane])
            if (comb != nullptr)
                comb->process(left.of[lane].data(), both ? right.of[lane].data() : nullptr, frames);
    }
    for (Section& section : sections_) {
        const LaneMask used = section.used & which;
        if (used == 0)
            continue;
        const LaneMask ramped = section.ramped & which;
        kernels.filter(section.state, used, left, frames, false, ramped != 0);
        if ((used & stereo) != 0)
            kernels.filter(section.state, used & stereo, right, frames, true, ramped != 0);
        for (LaneMask moving = ramped; moving != 0; moving &= moving - 1) {
            const auto lane = static_cast<std::size_t>(std::countr_zero(moving));
            const auto count = static_cast<float>(frames);
            Filters& state = section.state;
            state.a1[lane] += state.a1_step[lane] * count;
            state.a2[lane] += state.a2_step[lane] * count;
            state.a3[lane] += state.a3_step[lane] * count;
            state.m0[lane] += state.m0_step[lane] * count;
            state.m1[lane] += state.m1_step[lane] * count;
            state.m2[lane] += state.m2_step[lane] * count;
        }
    }
}

void FilterBank::set(std::size_t section, unsigned lane, float cutoff, float damping, const Mix& mix,
                     bool one_pole, float scale) noexcept DECANT_REALTIME
{
    Filters& state = sections_[section].state;
    state.cutoff[lane] = cutoff;
    state.damping[lane] = damping;
    state.one_pole[lane] = one_pole ? 1 : 0;
    state.scale[lane] = scale;
    state.input[lane] = mix[0];
    state.band_pass[lane] = mix[1];
    state.low_pass[lane] = mix[2];
}

void FilterBank::set_filter(unsigned lane, std::size_t filter, const FilterSettings& settings, float cents,
                            float resonance, float gain, bool at_once, double rate) noexcept DECANT_REALTIME
{
    const auto cutoff = static_cast<float>(ratio_of_cents(cents));
    if (settings.type == FilterType::comb) {
        if (CombFilter* const comb = combs_[lane][filter]; comb != nullptr)
            comb->tune(cutoff, resonance, rate, at_once);
        return;
    }
    const std::size_t first = filter * most_sections;
    const std::size_t count = sections_of(settings.type);
    const float damping =
        linear_of_decibels(std::clamp(-resonance / static_cast<float>(count), -96.0f, 96.0f));
    switch (settings.type) {
    case FilterType::lpf_1p:
        return set(first, lane, cutoff, 1, {0, 0, 1}, true);
    case FilterType::hpf_1p:
        return set(first, lane, cutoff, 1, {1, 0, -1}, true);
    case FilterType::apf_1p:
        return set(first, lane, cutoff, 1, {-1, 0, 2}, true);
    case FilterType::bpf_1p: // a low-pass and a high-pass of one pole each
        return set(first, lane, cutoff, 2, {0, 2, 0});
    case FilterType::brf_1p:
        return set(first, lane, cutoff, 2, {1, -2, 0});
    case FilterType::lpf_2p:
    case FilterType::lpf_4p:
    case FilterType::lpf_6p:
        for (std::size_t section = 0; section < count; ++section)
            set(first + section, lane, cutoff, damping, {0, 0, 1});
        return;
    case FilterType::hpf_2p:
    case FilterType::hpf_4p:
    case FilterType::hpf_6p:
        for (std::size_t section = 0; section < count; ++section)
            set(first + section, lane, cutoff, damping, {1, -damping, -1});
        return;
    case FilterType::comb: // above
        return;
    case FilterType::pink:
        for (std::size_t section = 0; section < count; ++section) {
            const Slope& slope = pink_slopes[section];
            const float above = slope.from / slope.to;
            set(first + section, lane, slope.from, 1, {above, 0, 1 - above}, true);
        }
        return;
    case FilterType::bpf_2p:
        return set(first, lane, cutoff, damping, {0, 1, 0});
    case FilterType::brf_2p:
        return set(first, lane, cutoff, damping, {1, -damping, 0});
    case FilterType::pkf_2p: { // as high at its cutoff as the resonance says, and even elsewhere
        const float root = half_gain(resonance);
        const float narrow = 1 / root;
        return set(first, lane, cutoff, narrow, {1, narrow * (root * root - 1), 0});
    }
    case FilterType::peak: {
        const float root = half_gain(gain);
        const float narrow = damping / root;
        return set(first, lane, cutoff, narrow, {1, narrow * (root * root - 1), 0});
    }
    case FilterType::low_shelf: {
        const float root = half_gain(gain);
        return set(first, lane, cutoff, damping, {1, damping * (root - 1), root * root - 1}, false,
                   1 / half_gain(gain / 2));
    }
    case FilterType::high_shelf: {
        const float root = half_gain(gain);
        return set(first, lane, cutoff, damping, {root * root, damping * (1 - root) * root, 1 - root * root},
                   false, half_gain(gain / 2));
    }
    }
}

void FilterBank::set_equalizer(unsigned lane, std::size_t band, EqualizerType type, float frequency,
                               float bandwidth, float gain) noexcept DECANT_REALTIME
{
    const std::size_t section = filters * most_sections + band;
    const float cutoff = std::clamp(frequency, 1.0f, 30'000.0f);
    const float root = half_gain(std::clamp(gain, -96.0f, 96.0f));
    const double half_band = static_cast<double>(std::clamp(bandwidth, 0.001f, 4.0f)) * 600;
    // 1/Q of a peak that is half its gain in dB at the ends of the band.
    const auto damping = static_cast<float>(ratio_of_cents(half_band) - ratio_of_cents(-half_band));
    switch (type) {
    case EqualizerType::peak: {
        const float narrow = damping / root;
        return set(section, lane, cutoff, narrow, {1, narrow * (root * root - 1), 0});
    }
    case EqualizerType::low_shelf:
        return set(section, lane, cutoff, 1, {1, root - 1, root * root - 1}, false, 1 / half_gain(gain / 2));
    case EqualizerType::high_shelf:
        return set(section, lane, cutoff, 1, {root * root, (1 - root) * root, 1 - root * root}, false,
                   half_gain(gain / 2));
    }
}

} // namespace decant::sampler
