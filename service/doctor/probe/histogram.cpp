// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace decant::doctor
{

namespace
{

constexpr double steps_per_octave = 12;
constexpr double first_nsec = 100; ///< where the second step begins

double start_of(std::size_t step) noexcept
{
    constexpr double nsec_per_usec = 1000;
    return step == 0
               ? 0
               : first_nsec * std::exp2(static_cast<double>(step - 1) / steps_per_octave) / nsec_per_usec;
}

} // namespace

void Histogram::add(std::uint64_t nsec) noexcept
{
    std::size_t step = 0;
    if (static_cast<double>(nsec) >= first_nsec)
        step = 1 +
               static_cast<std::size_t>(steps_per_octave * std::log2(static_cast<double>(nsec) / first_nsec));
    ++counts_[std::min(step, steps - 1)];
    ++count_;
    max_nsec_ = std::max(max_nsec_, nsec);
}

double Histogram::max_usec() const noexcept
{
    constexpr double nsec_per_usec = 1000;
    return static_cast<double>(max_nsec_) / nsec_per_usec;
}

double Histogram::percentile(double percent) const noexcept
{
    if (count_ == 0)
        return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100));
    std::uint64_t seen = 0;
    for (std::size_t step = 0; step < steps; ++step) {
        seen += counts_[step];
        if (seen >= std::max<std::uint64_t>(wanted, 1))
            return std::min(start_of(step + 1), max_usec());
    }
    return max_usec();
}

std::vector<Histogram::Step> Histogram::filled() const
{
    std::vector<Step> result;
    for (std::size_t step = 0; step < steps; ++step)
        if (counts_[step] != 0)
            result.push_back({start_of(step), start_of(step + 1), counts_[step]});
    return result;
}

} // namespace decant::doctor
