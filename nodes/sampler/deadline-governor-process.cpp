// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/deadline-governor.hpp"

#include <algorithm>
#include <ctime>

namespace decant::sampler
{
namespace
{

// Of the time until the deadline that voices may take; the rest is for what else the block has to do, and
// for voices that cost more than the average.
constexpr double usable = 0.8;

// With fewer the block's fixed cost would be taken for theirs.
constexpr std::size_t enough_to_learn = 16;

// The vDSO reads CLOCK_MONOTONIC; this is no system call.
std::uint64_t now_nsec() noexcept DECANT_REALTIME
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

std::size_t DeadlineGovernor::begin(const nodes::Cycle& cycle, std::size_t sounding) noexcept DECANT_REALTIME
{
    frames_ = 0;
    if (cycle.freewheel || cycle.deadline_nsec == 0 || cycle.frames == 0)
        return sounding;
    start_ = now_nsec();
    frames_ = cycle.frames;
    if (voice_cost_ == 0)
        return sounding;
    const double left =
        cycle.deadline_nsec > start_ ? static_cast<double>(cycle.deadline_nsec - start_) * usable : 0;
    const double fit = left / (voice_cost_ * cycle.frames);
    return fit >= static_cast<double>(sounding) ? sounding : static_cast<std::size_t>(fit);
}

void DeadlineGovernor::end(std::size_t voices) noexcept DECANT_REALTIME
{
    if (frames_ == 0 || voices < enough_to_learn)
        return;
    const double cost = static_cast<double>(now_nsec() - start_) /
                        (static_cast<double>(voices) * static_cast<double>(frames_));
    // One slow block may be the scheduler's fault; a row of them is ours.
    voice_cost_ =
        voice_cost_ == 0 ? cost : voice_cost_ + 0.125 * (std::min(cost, 4 * voice_cost_) - voice_cost_);
}

} // namespace decant::sampler
