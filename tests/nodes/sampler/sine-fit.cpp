// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/sampler/sine-fit.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

namespace decant::sampler::test
{
namespace
{

constexpr std::size_t unknowns = 4;
using Row = std::array<double, unknowns + 1>;
using Equations = std::array<Row, unknowns>;

std::array<double, unknowns> solve(Equations rows)
{
    for (std::size_t pivot = 0; pivot < unknowns; ++pivot) {
        std::size_t best = pivot;
        for (std::size_t row = pivot + 1; row < unknowns; ++row)
            if (std::abs(rows[row][pivot]) > std::abs(rows[best][pivot]))
                best = row;
        std::swap(rows[pivot], rows[best]);
        for (std::size_t row = 0; row < unknowns; ++row) {
            if (row == pivot)
                continue;
            const double factor = rows[row][pivot] / rows[pivot][pivot];
            for (std::size_t column = pivot; column <= unknowns; ++column)
                rows[row][column] -= factor * rows[pivot][column];
        }
    }
    std::array<double, unknowns> solution{};
    for (std::size_t row = 0; row < unknowns; ++row)
        solution[row] = rows[row][unknowns] / rows[row][row];
    return solution;
}

} // namespace

double SineFit::signal_to_noise() const
{
    return 20 * std::log10(amplitude / std::numbers::sqrt2 / noise);
}

SineFit fit_sine(std::span<const float> samples, double frequency)
{
    // Time runs from the middle, in samples, so that phase and frequency hardly depend on each other. The
    // fourth unknown is the error of the frequency, to first order; a few rounds make it vanish.
    const double middle = static_cast<double>(samples.size()) / 2;
    double cosine = 0;
    double sine = 0;
    double constant = 0;
    for (int round = 0; round < 4; ++round) {
        Equations equations{};
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const double t = static_cast<double>(i) - middle;
            const double c = std::cos(2 * std::numbers::pi * frequency * t);
            const double s = std::sin(2 * std::numbers::pi * frequency * t);
            const std::array<double, unknowns> basis = {
                c, s, 1, round == 0 ? 0 : (cosine * -s + sine * c) * t / middle};
            for (std::size_t row = 0; row < unknowns; ++row) {
                for (std::size_t column = 0; column < unknowns; ++column)
                    equations[row][column] += basis[row] * basis[column];
                equations[row][unknowns] += basis[row] * static_cast<double>(samples[i]);
            }
        }
        if (round == 0)
            equations[3][3] = 1;
        const auto solution = solve(equations);
        cosine = solution[0];
        sine = solution[1];
        constant = solution[2];
        frequency += solution[3] / middle / (2 * std::numbers::pi);
    }
    double noise = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double angle = 2 * std::numbers::pi * frequency * (static_cast<double>(i) - middle);
        const double rest =
            static_cast<double>(samples[i]) - constant - cosine * std::cos(angle) - sine * std::sin(angle);
        noise += rest * rest;
    }
    return {.amplitude = std::hypot(cosine, sine),
            .frequency = frequency,
            .noise = std::sqrt(noise / static_cast<double>(samples.size())) + 1e-12};
}

double rms_level(std::span<const float> samples)
{
    double sum = 0;
    for (const float sample : samples)
        sum += static_cast<double>(sample) * static_cast<double>(sample);
    return 10 * std::log10(sum / static_cast<double>(samples.size()) + 1e-24);
}

} // namespace decant::sampler::test
