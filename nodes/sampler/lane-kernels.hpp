// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Control and filters of many voices at once. See simd.hpp for who includes this.

#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/simd.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

// Parts of Lanes as wide as a vector.
template <class T>
[[gnu::always_inline]] inline Vector<T> part(const Lanes<T>& values, std::size_t lane) noexcept
{
    return load<Vector<T>>(values.data() + lane);
}

template <class T>
[[gnu::always_inline]] inline void set_part(Lanes<T>& values, std::size_t lane, Vector<T> part) noexcept
{
    store(values.data() + lane, part);
}

/// -1 in the elements whose bit in `mask` is set, from bit `lane` on.
[[gnu::always_inline]] inline Ints chosen(LaneMask mask, std::size_t lane) noexcept
{
    const Ints bits = Ints{} + static_cast<std::int32_t>(mask >> lane);
    return ((bits >> counting<std::int32_t>()) & 1) != 0;
}

/// Whether `mask` has one of a vector's elements from bit `lane` on.
[[gnu::always_inline]] inline bool any(LaneMask mask, std::size_t lane) noexcept
{
    return (mask >> lane & ((1u << width) - 1)) != 0;
}

// What the envelopes of half a vector's lanes, from `lane` on, come to after `frames` frames. Doubles fill a
// vector with half as many, and of more at once GCC 12 makes a detour through memory.
[[gnu::always_inline]] inline auto advance_levels(Gains& gains, const std::int32_t* moves, std::size_t lane,
                                                  std::uint32_t frames) noexcept
{
    constexpr std::size_t half = width / 2;
    using Doubles = Vector<double, half>;
    using Longs = Vector<std::int64_t, half>;
    const auto doubles = [&](const Lanes<double>& values) __attribute__((always_inline)) {
        return load<Doubles>(values.data() + lane);
    };
    const Doubles before = doubles(gains.level);
    Doubles level = before;
    if (frames == control_frames) {
        level = level * doubles(gains.control_factor) + doubles(gains.control_summand);
    } else {
        const Doubles factor = doubles(gains.frame_factor);
        const Doubles summand = doubles(gains.frame_summand);
        for (std::uint32_t frame = 0; frame < frames; ++frame)
            level = level * factor + summand;
    }
    level = __builtin_convertvector(load<Vector<std::int32_t, half>>(moves), Longs) ? level : before;
    store(gains.level.data() + lane, level);
    return __builtin_convertvector(level, Vector<float, half>);
}

inline LaneMask advance(Gains& gains, LaneMask which, std::uint32_t frames) noexcept
{
    Ints steady{};
    const auto steps = static_cast<std::int32_t>(frames);
    const float per_frame = 1.0f / static_cast<float>(frames);
    for (std::size_t lane = 0; lane < lanes; lane += width) {
        const Ints stage = part(gains.stage_left, lane);
        const Ints moves = chosen(which, lane) & (stage > steps);
        steady |= moves & (Ints{} + 1) << (counting<std::int32_t>() + static_cast<std::int32_t>(lane));
        alignas(64) std::int32_t moving[width];
        store(moving, moves);
        constexpr std::size_t half = width / 2;
        const Floats envelope = joined(advance_levels(gains, moving, lane, frames),
                                       advance_levels(gains, moving + half, lane + half, frames));
        constexpr std::int32_t forever = 0x7fffffff;
        set_part(gains.stage_left, lane, moves & (stage != forever) ? stage - steps : stage);

        const Ints glide = part(gains.glide_left, lane);
        const Ints still = glide - steps;
        const Ints glides = moves & (glide != 0);
        const Ints goes_on = still > 0;
        const auto glided = [&](Lanes<float>& now, const Lanes<float>& target,
                                const Lanes<float>& step) __attribute__((always_inline)) {
            const Floats from = part(now, lane);
            const Floats to =
                goes_on ? from + part(step, lane) * static_cast<float>(frames) : part(target, lane);
            const Floats gain = glides ? to : from;
            set_part(now, lane, gain);
            return gain;
        };
        const Floats left = glided(gains.left, gains.left_target, gains.left_glide);
        const Floats right = glided(gains.right, gains.right_target, gains.right_glide);
        set_part(gains.glide_left, lane, glides ? (goes_on ? still : Ints{}) : glide);

        const auto step = [&](Lanes<float>& steps_of, const Lanes<float>& now, Floats gain)
                              __attribute__((always_inline)) {
                                  const Floats to = (gain * envelope - part(now, lane)) * per_frame;
                                  set_part(steps_of, lane, moves ? to : part(steps_of, lane));
                              };
        step(gains.step_left, gains.ramp_left, left);
        step(gains.step_right, gains.ramp_right, right);
    }
    LaneMask mask = 0;
    for (std::size_t i = 0; i < width; ++i)
        mask |= static_cast<LaneMask>(steady[i]);
    return mask;
}

// tan(x) for 0 <= x < 1.52, to 10^-5 of it.
[[gnu::always_inline]] inline Floats tangent(Floats x) noexcept
{
    const Floats square = x * x;
    return x * ((square - 105.0f) * square + 945.0f) / ((15.0f * square - 420.0f) * square + 945.0f);
}

inline void tune(Filters& filters, LaneMask which, float rate, std::uint32_t frames, bool at_once) noexcept
{
    const float angle = 3.14159265f / rate;
    const float per_frame = 1.0f / static_cast<float>(frames);
    for (std::size_t lane = 0; lane < lanes; lane += width) {
        if (!any(which, lane))
            continue;
        const Ints tuned = chosen(which, lane);
        const Floats highest = all(1.5f);
        const Floats x = part(filters.cutoff, lane) * angle;
        const Floats g = tangent(x < highest ? x : highest) * part(filters.scale, lane);
        const Floats damping = part(filters.damping, lane);
        const Floats one_pole = part(filters.one_pole, lane);
        const Floats two_poles = 1.0f - one_pole;
        const Floats denominator = 1.0f / (1.0f + g * (two_poles * (g + damping) + one_pole));
        const Floats a1 = two_poles * denominator;
        const Floats a2 = two_poles * g * denominator;
        const Floats a3 = g * denominator * (two_poles * g + one_pole);
        const auto set = [&](Lanes<float>& now, Lanes<float>& step, Floats to)
                             __attribute__((always_inline)) {
                                 const Floats before = part(now, lane);
                                 const Floats per_step = at_once ? Floats{} : (to - before) * per_frame;
                                 set_part(step, lane, tuned ? per_step : part(step, lane));
                                 if (at_once)
                                     set_part(now, lane, tuned ? to : before);
                             };
        set(filters.a1, filters.a1_step, a1);
        set(filters.a2, filters.a2_step, a2);
        set(filters.a3, filters.a3_step, a3);
        set(filters.m0, filters.m0_step, part(filters.input, lane));
        set(filters.m1, filters.m1_step, part(filters.band_pass, lane));
        set(filters.m2, filters.m2_step, part(filters.low_pass, lane));
    }
}

// Turns the frames of `width` lanes into vectors of one frame of each lane, or back.
template <std::size_t stride>
[[gnu::always_inline]] inline void transpose_by(Floats* rows) noexcept
{
    for (std::size_t i = 0; i < width; ++i)
        if ((i / stride) % 2 == 0) {
            const Floats a = rows[i];
            const Floats b = rows[i + stride];
#if defined(__AVX2__)
            const Floats crossed = shuffle<Blended<stride, false>, width>(a, b);
            const Floats turned = shuffle<Swapped<stride>, width>(crossed, crossed);
            rows[i] = shuffle<Blended<stride, true>, width>(a, turned);
            rows[i + stride] = shuffle<Blended<stride, true>, width>(turned, b);
#else
            rows[i] = shuffle<Paired<stride, false>, width>(a, b);
            rows[i + stride] = shuffle<Paired<stride, true>, width>(a, b);
#endif
        }
    if constexpr (stride * 2 < width)
        transpose_by<stride * 2>(rows);
}

template <bool ramped>
[[gnu::always_inline]] inline void filter_part(Filters& filters, LaneMask which, std::size_t lane,
                                               LaneFrames& frames, std::uint32_t count, Lanes<float>& state1,
                                               Lanes<float>& state2) noexcept
{
    // With 2·v1 = s1 + its next and 2·v2 = s2 + its next, a step is two multiplications and two additions
    // after the one before it.
    Floats b1 = 2.0f * part(filters.a1, lane) - 1.0f;
    Floats b2 = 2.0f * part(filters.a2, lane);
    Floats b3 = 2.0f * part(filters.a3, lane);
    const Floats b1_step = 2.0f * part(filters.a1_step, lane);
    const Floats b2_step = 2.0f * part(filters.a2_step, lane);
    const Floats b3_step = 2.0f * part(filters.a3_step, lane);
    Floats m0 = part(filters.m0, lane);
    Floats m1 = 0.5f * part(filters.m1, lane);
    Floats m2 = 0.5f * part(filters.m2, lane);
    const Floats m0_step = part(filters.m0_step, lane);
    const Floats m1_step = 0.5f * part(filters.m1_step, lane);
    const Floats m2_step = 0.5f * part(filters.m2_step, lane);
    const Floats before1 = part(state1, lane);
    const Floats before2 = part(state2, lane);
    Floats s1 = before1;
    Floats s2 = before2;
    for (std::uint32_t done = 0; done < count; done += width) {
        Floats rows[width];
        for (std::size_t i = 0; i < width; ++i)
            rows[i] = load<Floats>(frames.of[lane + i].data() + done);
        transpose_by<1>(rows);
        const auto step = [&](std::size_t i) __attribute__((always_inline)) {
            const Floats x = rows[i];
            const Floats rest = x - s2;
            const Floats next1 = b1 * s1 + b2 * rest;
            const Floats next2 = s2 + b2 * s1 + b3 * rest;
            rows[i] = m0 * x + (m1 * (s1 + next1) + m2 * (s2 + next2));
            s1 = next1;
            s2 = next2;
            if constexpr (ramped) {
                b1 += b1_step;
                b2 += b2_step;
                b3 += b3_step;
                m0 += m0_step;
                m1 += m1_step;
                m2 += m2_step;
            }
        };
        if (count - done >= width) {
#pragma GCC unroll 16
            for (std::size_t i = 0; i < width; ++i)
                step(i);
        } else {
            for (std::size_t i = 0; i < count - done; ++i)
                step(i);
        }
        transpose_by<1>(rows);
        for (std::size_t i = 0; i < width; ++i)
            store(frames.of[lane + i].data() + done, rows[i]);
    }
    const Ints kept = chosen(which, lane);
    set_part(state1, lane, kept ? s1 : before1);
    set_part(state2, lane, kept ? s2 : before2);
}

inline void filter(Filters& filters, LaneMask which, LaneFrames& frames, std::uint32_t count, bool second,
                   bool ramped) noexcept
{
    Lanes<float>& state1 = second ? filters.right1 : filters.left1;
    Lanes<float>& state2 = second ? filters.right2 : filters.left2;
    for (std::size_t lane = 0; lane < lanes; lane += width) {
        if (!any(which, lane))
            continue;
        if (ramped)
            filter_part<true>(filters, which, lane, frames, count, state1, state2);
        else
            filter_part<false>(filters, which, lane, frames, count, state1, state2);
    }
}

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
