// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/patience.hpp"

#include <algorithm>

namespace decant::bridge
{

std::uint64_t Patience::end(std::uint64_t now, std::uint64_t deadline,
                            std::uint64_t next) const noexcept DECANT_REALTIME
{
    if (trusted_ && next > now)
        return std::max(deadline, now + (next - now) / 2);
    if (trusted_ || deadline <= now)
        return deadline;
    constexpr std::uint64_t least = 100'000;
    return std::min(deadline, now + std::max({2 * usual_nsec_ + least, longest_nsec_ + longest_nsec_ / 4,
                                              (deadline - now) / 8}));
}

void Patience::in_time(std::uint64_t round_trip) noexcept DECANT_REALTIME
{
    usual_nsec_ = usual_nsec_ == 0 ? round_trip : usual_nsec_ - usual_nsec_ / 16 + round_trip / 16;
    longest_nsec_ = std::max(round_trip, longest_nsec_ - longest_nsec_ / blocks_to_forget);
    if (in_time_ == blocks_to_trust)
        return;
    ++in_time_;
    if (in_time_ < blocks_to_trust)
        return;
    trusted_ = true;
    next_chance_ = first_chance;
}

void Patience::late(std::uint64_t waited) noexcept DECANT_REALTIME
{
    if (waited <= usual_nsec_)
        return;
    in_time_ = 0;
    if (!trusted_) {
        trusted_ = --to_chance_ == 0;
        return;
    }
    trusted_ = false;
    to_chance_ = next_chance_;
    next_chance_ = std::min(2 * next_chance_, last_chance);
}

} // namespace decant::bridge
