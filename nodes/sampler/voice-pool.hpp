// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/voice-group.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace decant::sampler
{

/// One voice of a pool.
struct VoicePlace {
    VoiceGroup* group;
    unsigned lane;

    [[nodiscard]] const Voice& operator*() const noexcept DECANT_REALTIME { return group->voice(lane); }
    [[nodiscard]] const Voice* operator->() const noexcept DECANT_REALTIME { return &group->voice(lane); }
};

/// A fixed number of voices, in groups.
class VoicePool
{
    struct Candidate {
        std::uint64_t rank;
        std::uint32_t place; // group · lanes + lane
    };

    std::vector<VoiceGroup> groups_;
    std::vector<Candidate> candidates_;
    std::size_t polyphony_;
    std::size_t limit_; // of the polyphony
    std::size_t sounding_ = 0;
    std::size_t in_use_ = 0; // groups up to here have had voices

public:
    explicit VoicePool(std::size_t polyphony); // [main]

    /// The memory that the audio thread works in. [main]
    [[nodiscard]] std::pair<const void*, std::size_t> memory() const noexcept
    {
        return {groups_.data(), groups_.size() * sizeof(VoiceGroup)};
    }

    [[nodiscard]] std::size_t sounding() const noexcept DECANT_REALTIME { return sounding_; }
    [[nodiscard]] bool full() const noexcept DECANT_REALTIME { return sounding_ >= limit_; }

    /// From now on there are no more than that, at least one. [rt]
    void set_limit(std::size_t polyphony) noexcept DECANT_REALTIME
    {
        limit_ = std::clamp<std::size_t>(polyphony, 1, polyphony_);
    }

    /// Starts a voice; false if it has nothing to play. Preconditions: not full(). [rt]
    bool start(const VoiceStart& start, double bend_cents, VoiceLevel level,
               const RenderSettings& settings) noexcept DECANT_REALTIME;

    /// [rt]
    void remove(VoicePlace voice) noexcept DECANT_REALTIME
    {
        voice.group->remove(voice.lane);
        --sounding_;
    }

    /// Calls `visit(place)` for every sounding voice, which may remove it. [rt]
    template <class Visit>
    void for_each(Visit&& visit) noexcept DECANT_REALTIME
    {
        for (std::size_t group = 0; group < in_use_; ++group)
            for (LaneMask left = groups_[group].active(); left != 0; left &= left - 1)
                visit(VoicePlace{&groups_[group], static_cast<unsigned>(std::countr_zero(left))});
    }

    /// Adds the next frames of all voices; calls `ended(place)` for those that have nothing more. [rt]
    template <class Ended>
    void render(const OutputPairs& outputs, std::uint32_t frames, RenderSettings& settings,
                Ended&& ended) noexcept DECANT_REALTIME
    {
        for (std::size_t index = 0; index < in_use_; ++index) {
            VoiceGroup& group = groups_[index];
            if (index + 1 < in_use_)
                groups_[index + 1].prefetch();
            if (group.active() == 0)
                continue;
            group.render(outputs, frames, group.active(), settings);
            for (LaneMask gone = group.ended(); gone != 0; gone &= gone - 1)
                ended(VoicePlace{&group, static_cast<unsigned>(std::countr_zero(gone))});
        }
        const std::uint32_t into_grid = control_frames - settings.to_grid + frames;
        settings.to_grid = control_frames - into_grid % control_frames;
        while (in_use_ > 0 && groups_[in_use_ - 1].active() == 0)
            --in_use_;
    }

    /// The voice whose end is heard least, see VoiceGroup::rank(). Preconditions: full(). [rt]
    [[nodiscard]] VoicePlace least() noexcept DECANT_REALTIME;

    /// Fades out the `count` voices that are heard least, those included that fade out already. Returns how
    /// many are new. [rt]
    std::size_t fade_least(std::size_t count) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
