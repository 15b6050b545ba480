// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/voice-pool.hpp"

#include <algorithm>

namespace decant::sampler
{

VoicePool::VoicePool(std::size_t polyphony)
    : groups_((polyphony + lanes - 1) / lanes), candidates_(polyphony), polyphony_(polyphony),
      limit_(polyphony)
{
}

bool VoicePool::start(const VoiceStart& start, double bend_cents, VoiceLevel level,
                      const RenderSettings& settings) noexcept DECANT_REALTIME
{
    constexpr LaneMask all_lanes = (LaneMask{1} << lanes) - 1;
    std::size_t index = 0;
    while (groups_[index].active() == all_lanes)
        ++index; // one is free, or the pool would be full
    const auto lane = static_cast<unsigned>(std::countr_one(groups_[index].active()));
    if (!groups_[index].start(lane, start, bend_cents, level, settings))
        return false;
    in_use_ = std::max(in_use_, index + 1);
    ++sounding_;
    return true;
}

VoicePlace VoicePool::least() noexcept DECANT_REALTIME
{
    VoicePlace lowest{nullptr, 0};
    std::uint64_t rank = ~std::uint64_t{0};
    for_each([&](VoicePlace voice) {
        const std::uint64_t its = voice.group->rank(voice.lane);
        if (its < rank || lowest.group == nullptr) {
            rank = its;
            lowest = voice;
        }
    });
    return lowest;
}

std::size_t VoicePool::fade_least(std::size_t count) noexcept DECANT_REALTIME
{
    std::size_t candidates = 0;
    std::size_t fading = 0;
    for_each([&](VoicePlace voice) {
        if ((voice.group->dying() >> voice.lane & 1) != 0)
            ++fading;
        else
            candidates_[candidates++] = {
                .rank = voice.group->rank(voice.lane),
                .place = static_cast<std::uint32_t>(
                    static_cast<std::size_t>(voice.group - groups_.data()) * lanes + voice.lane)};
    });
    if (fading >= count)
        return 0;
    count = std::min(count - fading, candidates);
    const auto first = candidates_.begin();
    std::nth_element(first, first + static_cast<std::ptrdiff_t>(count),
                     first + static_cast<std::ptrdiff_t>(candidates),
                     [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint32_t place = candidates_[index].place;
        groups_[place / lanes].fade_out(place % lanes, fast_off_seconds);
    }
    return count;
}

} // namespace decant::sampler
