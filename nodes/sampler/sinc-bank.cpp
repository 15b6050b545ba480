// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sinc-bank.hpp"

#include "nodes/sampler/sample.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <new>
#include <numbers>

namespace decant::sampler
{
namespace
{

constexpr std::align_val_t alignment{64};

// A kernel's pure form: taps for a sample at its own pitch, attenuation of what its window leaves beside the
// main lobe, and phases, so many that interpolating between them costs less than the window.
struct Form {
    std::uint32_t taps;
    std::uint32_t phase_bits;
    double attenuation; // dB
    double aliases;     // dB, when pitching up
    double surplus;     // of taps, when pitching up
};

// Eight taps are so few that Kaiser's formula promises too much: there it takes more to reach -80 dB.
constexpr std::array<Form, 4> forms = {{
    {.taps = 8, .phase_bits = 7, .attenuation = 84, .aliases = 90, .surplus = 1.5},
    {.taps = 16, .phase_bits = 8, .attenuation = 104, .aliases = 104, .surplus = 1},
    {.taps = 32, .phase_bits = 8, .attenuation = 116, .aliases = 114, .surplus = 1},
    {.taps = 64, .phase_bits = 9, .attenuation = 128, .aliases = 124, .surplus = 1},
}};

// Kaiser's formulas.
double beta_of(double attenuation)
{
    return 0.1102 * (attenuation - 8.7);
}

double transition_of(double attenuation, double taps) // cycles per frame
{
    return (attenuation - 8) / (14.36 * taps);
}

double bessel_i0(double x)
{
    double sum = 1;
    double term = 1;
    const double quarter = x * x / 4;
    for (int n = 1; term > sum * 1e-17; ++n) {
        term *= quarter / (static_cast<double>(n) * n);
        sum += term;
    }
    return sum;
}

// The window from its middle (0) to its end (1), read from a table: the series takes its time.
class KaiserWindow
{
    static constexpr std::size_t steps = 8192;

    std::array<double, steps + 2> values_;

public:
    explicit KaiserWindow(double beta)
    {
        for (std::size_t step = 0; step < values_.size(); ++step) {
            const double x = static_cast<double>(step) / steps;
            values_[step] = bessel_i0(beta * std::sqrt(std::max(0.0, 1 - x * x))) / bessel_i0(beta);
        }
    }

    double operator()(double x) const
    {
        const double at = std::min(std::abs(x), 1.0) * steps;
        const auto step = static_cast<std::size_t>(at);
        return values_[step] + (values_[step + 1] - values_[step]) * (at - static_cast<double>(step));
    }
};

struct Design {
    std::uint32_t taps;
    std::uint32_t phase_bits;
    double cutoff; // cycles per frame, -6 dB
    double ratio;
};

Design design_for(const Form& form, std::size_t semitones)
{
    const double ratio = std::exp2(static_cast<double>(semitones) / 12);
    // Whole vectors of the widest kind, but for the shortest kernel.
    const std::uint32_t unit = form.taps == 8 ? 8 : 16;
    const double stretch = semitones == 0 ? 1 : ratio * form.surplus;
    const auto wanted = static_cast<std::uint32_t>(std::ceil(form.taps * stretch - 0.01));
    const auto longest = static_cast<std::uint32_t>(2 * guard_frames);
    const std::uint32_t taps = std::min((wanted + unit - 1) / unit * unit, longest);
    // Half of the transition has to fit below Nyquist, gradually from unity to a fourth.
    const double share = std::min(1.0, static_cast<double>(semitones) / 5);
    const double room = transition_of(form.aliases, taps) / 2;
    const double cutoff = std::max(0.5 / ratio - share * room, 0.1 / ratio);
    // A stretched kernel is that much smoother.
    const auto octaves = static_cast<std::uint32_t>(semitones / 12);
    return {.taps = taps,
            .phase_bits = std::max(form.phase_bits - octaves, 6u),
            .cutoff = cutoff,
            .ratio = ratio};
}

void fill(float* row, const Design& design, const KaiserWindow& window, double phase)
{
    const double half = design.taps / 2.0;
    std::array<double, static_cast<std::size_t>(2 * guard_frames)> taps{};
    double sum = 0;
    for (std::uint32_t tap = 0; tap < design.taps; ++tap) {
        // The frame at the read position is tap taps/2 - 1.
        const double t = static_cast<double>(tap) - (half - 1) - phase;
        const double x = 2 * std::numbers::pi * design.cutoff * t;
        const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(x) / x;
        taps[tap] = sinc * window(t / half);
        sum += taps[tap];
    }
    // The same gain in every phase, or silence would hum.
    for (std::uint32_t tap = 0; tap < design.taps; ++tap)
        row[tap] = static_cast<float>(taps[tap] / sum);
}

} // namespace

void SincBank::Free::operator()(float* memory) const noexcept
{
    ::operator delete[](memory, alignment);
}

SincBank::SincBank(Quality quality)
{
    const Form& form = forms[static_cast<std::size_t>(quality) - static_cast<std::size_t>(Quality::sinc8)];
    std::array<Design, kernels> designs;
    std::size_t floats = 0;
    const auto size = [](const Design& design) {
        // Rows of 8 taps may end in the middle of a cache line.
        return (((std::size_t{1} << design.phase_bits) + 1) * design.taps + 15) & ~std::size_t{15};
    };
    for (std::size_t semitones = 0; semitones < kernels; ++semitones) {
        designs[semitones] = design_for(form, semitones);
        floats += size(designs[semitones]);
    }
    memory_.reset(static_cast<float*>(::operator new[](floats * sizeof(float), alignment)));
    float* rows = memory_.get();
    const KaiserWindow window(beta_of(form.attenuation));
    for (std::size_t semitones = 0; semitones < kernels; ++semitones) {
        const Design& design = designs[semitones];
        kernels_[semitones] = {.rows = rows, .taps = design.taps, .phase_bits = design.phase_bits};
        const std::uint32_t phases = 1u << design.phase_bits;
        for (std::uint32_t phase = 0; phase <= phases; ++phase)
            fill(rows + static_cast<std::size_t>(phase) * design.taps, design, window,
                 static_cast<double>(phase) / phases);
        rows += size(design);
        // A hundredth of a cent of tolerance, for ratios that come from a table.
        increments_[semitones] = static_cast<std::uint64_t>(design.ratio * 4294967296.0 * 1.000006);
    }
}

const SincBank& SincBank::of(Quality quality)
{
    switch (quality) {
    case Quality::sinc8: {
        static const SincBank bank(Quality::sinc8);
        return bank;
    }
    case Quality::sinc32: {
        static const SincBank bank(Quality::sinc32);
        return bank;
    }
    case Quality::sinc64: {
        static const SincBank bank(Quality::sinc64);
        return bank;
    }
    default: {
        static const SincBank bank(Quality::sinc16);
        return bank;
    }
    }
}

const SincBank::Kernel& SincBank::kernel_for(std::uint64_t increment) const noexcept DECANT_REALTIME
{
    if (increment <= increments_[0])
        return kernels_[0];
    const auto found = std::lower_bound(increments_.begin(), increments_.end(), increment);
    return found == increments_.end() ? kernels_.back()
                                      : kernels_[static_cast<std::size_t>(found - increments_.begin())];
}

} // namespace decant::sampler
