// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/comb-filter.hpp"

#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/waves.hpp"

#include <algorithm>

namespace decant::sampler
{

void CombFilter::start() noexcept DECANT_REALTIME
{
    for (auto& line : lines_)
        line.fill(0);
    at_ = 0;
    on_the_way_ = 0;
}

void CombFilter::tune(float frequency, float resonance, double rate, bool at_once) noexcept DECANT_REALTIME
{
    constexpr float most_resonance = 60;
    frequency_ = std::max(frequency, 1.0f);
    const float delay =
        std::clamp(static_cast<float>(rate) / frequency_, 1.0f, static_cast<float>(longest - 2));
    const float feedback = 1 - linear_of_decibels(-std::clamp(resonance, 0.0f, most_resonance));
    on_the_way_ = at_once ? 0 : control_frames;
    if (at_once) {
        delay_ = delay;
        feedback_ = feedback;
    }
    delay_step_ = (delay - delay_) / control_frames;
    feedback_step_ = (feedback - feedback_) / control_frames;
}

void CombFilter::adapt(double rate) noexcept DECANT_REALTIME
{
    delay_ = std::clamp(static_cast<float>(rate) / frequency_, 1.0f, static_cast<float>(longest - 2));
    on_the_way_ = 0;
}

void CombFilter::process(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME
{
    const std::array<float*, 2> sides{left, right};
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
        const auto whole = static_cast<std::uint32_t>(delay_);
        const float fraction = delay_ - static_cast<float>(whole);
        for (std::size_t side = 0; side < 2; ++side) {
            if (sides[side] == nullptr)
                continue;
            auto& line = lines_[side];
            const float before = line[(at_ - whole) % longest];
            const float earlier = line[(at_ - whole - 1) % longest];
            float& sample = sides[side][frame];
            sample += feedback_ * (before + (earlier - before) * fraction);
            line[at_ % longest] = sample;
        }
        ++at_;
        if (on_the_way_ != 0) {
            delay_ += delay_step_;
            feedback_ += feedback_step_;
            --on_the_way_;
        }
    }
}

CombFilters::CombFilters(std::size_t count) : filters_(count), free_count_(count)
{
    for (CombFilter& filter : filters_)
        free_.push_back(&filter);
}

CombFilter* CombFilters::take() noexcept DECANT_REALTIME
{
    if (free_count_ == 0)
        return nullptr;
    CombFilter* const filter = free_[--free_count_];
    filter->start();
    return filter;
}

void CombFilters::give_back(CombFilter* filter) noexcept DECANT_REALTIME
{
    if (filter != nullptr)
        free_[free_count_++] = filter;
}

} // namespace decant::sampler
