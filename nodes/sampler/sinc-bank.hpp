// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/quality.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace decant::sampler
{

/// Kaiser-windowed sinc kernels for one quality, one for each semitone that a sample is pitched up by.
///
/// A kernel's rows are its taps at equidistant phases, from 0 to 1 inclusive; readers interpolate between
/// neighbouring rows. Pitched up by a ratio r, a kernel has r times the taps, that of 8 half as many again,
/// and its cutoff falls so that from a fourth upwards nothing that would lie above the new Nyquist frequency
/// is louder than -80 dB. For smaller ratios the cutoff approaches the sample's own Nyquist frequency bit by
/// bit, so that a bend does not audibly switch a filter: what folds back there stays close to Nyquist.
class SincBank
{
public:
    struct Kernel {
        const float* rows; ///< aligned to 64 bytes
        std::uint32_t taps;
        std::uint32_t phase_bits; ///< 2^phase_bits + 1 rows
    };

    /// Semitones; beyond these three octaves the last kernel is used.
    static constexpr std::size_t kernels = 37;

private:
    struct Free {
        void operator()(float* memory) const noexcept;
    };

    std::unique_ptr<float[], Free> memory_;
    std::array<Kernel, kernels> kernels_{};
    std::array<std::uint64_t, kernels> increments_{}; // the fastest that each kernel is made for

public:
    /// Preconditions: a sinc quality.
    explicit SincBank(Quality quality);

    /// Made once for all samplers, at the first call. Takes up to a tenth of a second. [main]
    [[nodiscard]] static const SincBank& of(Quality quality);

    /// The kernel for a sample that is read `increment`, 32.32 fixed point, frames per frame. [rt]
    [[nodiscard]] const Kernel& kernel_for(std::uint64_t increment) const noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
