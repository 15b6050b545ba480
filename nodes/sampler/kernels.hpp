// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/quality.hpp"
#include "nodes/sampler/sample-format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The inner loops of the sampler, compiled once for each instruction set and chosen when the program runs.
namespace decant::sampler
{

/// Positions in a sample are 32.32 fixed point.
inline constexpr int position_bits = 32;

/// Frames between two gains of a voice; its gain runs in a straight line from one to the next. All voices
/// share one grid of such times, whatever the size of the blocks.
inline constexpr std::uint32_t control_frames = 32;

/// Voices that are controlled and filtered together, whatever the width of the vectors is.
inline constexpr std::size_t lanes = 16;

/// A value of each of them.
template <class T>
struct alignas(64) Lanes : std::array<T, lanes> {
};

using LaneMask = std::uint32_t; ///< bit n stands for lane n

/// The gains of a stretch of frames: those of its first frame and what is added per frame.
struct GainRamp {
    float left;
    float right;
    float left_step;
    float right_step;
};

struct Cursor;

/// Reads `count` frames, up to control_frames, at position, position + increment … and adds them with the
/// gains of `ramp` to `left` and `right`. Reads up to guard_frames on both sides of the positions. [rt]
using MixKernel = void (*)(const Cursor& cursor, std::uint32_t count, const GainRamp& ramp, float* left,
                           float* right) noexcept;

/// Where a voice is in its sample: what its kernel needs, in one cache line.
struct alignas(64) Cursor {
    const std::byte* data = nullptr; ///< of the frame at position 0
    std::uint64_t position = 0;
    std::uint64_t increment = 0;
    std::uint64_t end = 0;       ///< the position where what is at `data` ends
    const float* rows = nullptr; ///< of the sinc kernel, see SincBank
    std::uint32_t taps = 0;
    std::uint16_t phase_bits = 0;
    std::uint16_t frame_bytes = 0;
    MixKernel mix = nullptr;
};
static_assert(sizeof(Cursor) == 64);

/// What is calculated for all lanes at once when the gains move on.
struct Gains {
    // The amplitude envelope: level ← level · factor + summand, per frame and per control_frames
    Lanes<double> level{};
    Lanes<double> frame_factor{};
    Lanes<double> frame_summand{};
    Lanes<double> control_factor{};
    Lanes<double> control_summand{};
    Lanes<std::int32_t> stage_left{}; ///< frames; at 0, or if it would end, the lane is not advanced

    // The gains beside it, which glide to their targets
    Lanes<float> left{};
    Lanes<float> right{};
    Lanes<float> left_target{};
    Lanes<float> right_target{};
    Lanes<float> left_glide{}; ///< per frame
    Lanes<float> right_glide{};
    Lanes<std::int32_t> glide_left{}; ///< frames

    // Their product: now, and per frame to where it is next
    Lanes<float> ramp_left{};
    Lanes<float> ramp_right{};
    Lanes<float> step_left{};
    Lanes<float> step_right{};
    Lanes<std::uint32_t> piece_left{}; ///< frames of the ramp, where a lane has several up to the grid
};

/// A state-variable filter of each lane. One form serves all types and stays stable while it is modulated:
/// with the states s1 and s2 and the input x,
///
///     v1 = a1·s1 + a2·(x - s2)        s1 ← 2·v1 - s1        y = m0·x + m1·v1 + m2·v2
///     v2 = s2 + a2·s1 + a3·(x - s2)   s2 ← 2·v2 - s2
struct Filters {
    // Set by who modulates them
    Lanes<float> cutoff{};   ///< Hz
    Lanes<float> damping{};  ///< 1/Q
    Lanes<float> one_pole{}; ///< 1 or 0
    Lanes<float> scale{};    ///< of tan(π · cutoff / rate), for shelves
    // How the output is to be made of input, damped band-pass and low-pass
    Lanes<float> input{};
    Lanes<float> band_pass{};
    Lanes<float> low_pass{};

    // Calculated from them: now, and per frame to where it is next
    Lanes<float> a1{};
    Lanes<float> a2{};
    Lanes<float> a3{};
    Lanes<float> m0{};
    Lanes<float> m1{};
    Lanes<float> m2{};
    Lanes<float> a1_step{};
    Lanes<float> a2_step{};
    Lanes<float> a3_step{};
    Lanes<float> m0_step{};
    Lanes<float> m1_step{};
    Lanes<float> m2_step{};

    Lanes<float> left1{}; ///< states
    Lanes<float> left2{};
    Lanes<float> right1{};
    Lanes<float> right2{};
};

/// Frames of all lanes, one lane after the other.
struct alignas(64) LaneFrames {
    std::array<std::array<float, control_frames>, lanes> of;
    std::array<float, lanes> slack; ///< a vector that begins in the last lane may be read to its end
};

/// The loops for one instruction set.
struct KernelSet {
    /// How a stretch is read: `copy` where every position is a whole frame and goes on by one.
    enum class Shape : std::uint8_t { copy, linear, four_point, sinc8, sinc16, sinc_any };
    static constexpr std::size_t shapes = 6;

    std::string_view name;
    std::array<std::array<std::array<MixKernel, shapes>, 2>, sample_formats>
        mix; ///< by format, channels - 1, shape

    /// Adds `count` frames to `left` and `right` with the gains of `ramp`.
    void (*mix_frames)(const float* from_left, const float* from_right, std::uint32_t count,
                       const GainRamp& ramp, float* left, float* right) noexcept;

    /// Advances the lanes of `which` by 1 … control_frames frames and lays their ramps; those whose stage
    /// ends by then are left as they are. Returns the lanes that were advanced.
    LaneMask (*advance)(Gains& gains, LaneMask which, std::uint32_t frames) noexcept;

    /// Calculates the coefficients of the lanes in `which`, at once or on a straight line over `frames`.
    void (*tune)(Filters& filters, LaneMask which, float rate, std::uint32_t frames, bool at_once) noexcept;

    /// Filters the frames of all lanes in place; `ramped` if tune() laid lines. `right` states are used for
    /// the second channel. Only the states of `which` are kept.
    void (*filter)(Filters& filters, LaneMask which, LaneFrames& frames, std::uint32_t count, bool second,
                   bool ramped) noexcept;
};

/// The fastest set that this processor has. The environment variable DECANT_SIMD = sse2, avx2, avx512 or neon
/// picks another one, for comparison. [any]
[[nodiscard]] const KernelSet& kernels() noexcept DECANT_REALTIME;

/// All sets that this processor has, from slow to fast. [any]
[[nodiscard]] std::span<const KernelSet* const> all_kernels() noexcept;

/// All sets that are built for processors of this family, from slow to fast. [any]
[[nodiscard]] std::span<const KernelSet* const> built_kernels() noexcept;

/// Of `sets`, which are not none, the one named `wanted`, which may be null, or else the last. [any]
[[nodiscard]] const KernelSet& chosen_kernels(std::span<const KernelSet* const> sets,
                                              const char* wanted) noexcept;

} // namespace decant::sampler
