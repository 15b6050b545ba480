// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/anticipation-process.hpp"

#include <algorithm>

namespace decant::bridge
{

namespace
{

constexpr std::uint64_t first_lead_nsec = 60'000;
constexpr std::uint64_t least_lead_nsec = 5'000;
constexpr std::uint64_t least_lag_nsec = 10'000;

/// Of the running means.
constexpr std::uint64_t memory = 16;

/// A block that finds the host asleep makes the lead longer by a quarter, one that finds it awake shorter by
/// this part, so that about one in two hundred pays for a lead that is no longer than it has to be.
constexpr std::uint64_t caution = 1024;

/// The longest time before and after the expected one.
std::uint64_t reach(std::uint64_t period) noexcept DECANT_REALTIME
{
    return std::min(period / Anticipation::largest_part, Anticipation::longest_nsec) / 2;
}

} // namespace

protocol::PollWindow Anticipation::next(const PostTime& post) noexcept DECANT_REALTIME
{
    within_ = post.now >= window_.from && post.now < window_.until;
    if (post.period == 0) {
        *this = {};
        return {};
    }
    const std::uint64_t offset = std::min(post.now - std::min(post.cycle_start, post.now), post.period);
    if (post.period != period_) {
        period_ = post.period;
        offset_ = offset;
        spread_ = reach(post.period) / memory;
        lead_ = first_lead_nsec;
    }
    const std::uint64_t strayed = offset > offset_ ? offset - offset_ : offset_ - offset;
    spread_ = spread_ - spread_ / memory + strayed / memory;
    offset_ = offset_ - offset_ / memory + offset / memory;
    const std::uint64_t expected = post.cycle_start + post.period + offset_;
    window_ = {expected - std::min(lead_ + 2 * spread_, reach(period_)),
               expected + std::min(least_lag_nsec + 4 * spread_, reach(period_))};
    return window_;
}

void Anticipation::learn(bool host_awake) noexcept DECANT_REALTIME
{
    if (!within_)
        return; // the host was not asked to be awake
    if (host_awake)
        lead_ = std::max(lead_ - lead_ / caution, least_lead_nsec);
    else
        lead_ = std::min(lead_ + lead_ / 4, reach(period_));
}

} // namespace decant::bridge
