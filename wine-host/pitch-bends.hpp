// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace decant::host
{

/// What a MIDI pitch bend means in semitones, for plugins that know nothing of MIDI. Its range is two
/// semitones unless registered parameter 0 says otherwise. Registered parameter 6, on channel 1 or 16, makes
/// the channels beside it members of an MPE zone: theirs is 48 semitones, and the bend of the zone's own
/// channel is added to theirs. Channels count from 0. All [rt].
class PitchBends
{
    static constexpr int lower = 0; ///< the zones' own channels
    static constexpr int upper = 15;
    static constexpr std::uint8_t none = 127;
    static constexpr int center = 8192;

    struct Channel {
        std::uint8_t parameter_msb = none;
        std::uint8_t parameter_lsb = none;
        std::uint8_t semitones = 2;
        std::uint8_t cents = 0;
        std::int16_t bend = 0; ///< -8192..8191
    };

    std::array<Channel, 16> channels_;
    int lower_members_ = 0;
    int upper_members_ = 0;

    [[nodiscard]] Channel& at(int channel) noexcept { return channels_[static_cast<std::size_t>(channel)]; }

    /// The zone's own channel; -1: it is no member.
    [[nodiscard]] int manager_of(int channel) const noexcept
    {
        if (channel > lower && channel <= lower + lower_members_)
            return lower;
        return channel < upper && channel >= upper - upper_members_ ? upper : -1;
    }

    [[nodiscard]] double own_bend(int channel) noexcept
    {
        const Channel& it = at(channel);
        return (it.semitones + it.cents / 100.0) * it.bend / center;
    }

    /// Runs over the channel, or over all members of the zone if it is one.
    template <class Action>
    void for_kin_of(int channel, Action action) noexcept
    {
        const int manager = manager_of(channel);
        for (int each = 0; each < 16; ++each)
            if (each == channel || (manager >= 0 && manager_of(each) == manager))
                action(at(each));
    }

    void make_zone(int manager, int members) noexcept
    {
        std::array<int, 16> before{};
        for (int each = 0; each < 16; ++each)
            before[static_cast<std::size_t>(each)] = manager_of(each);
        // The younger zone takes channels from the other one.
        int& own = manager == lower ? lower_members_ : upper_members_;
        int& other = manager == lower ? upper_members_ : lower_members_;
        own = std::min(members, 15);
        other = std::min(other, std::max(14 - own, 0));
        for (int each = 0; each < 16; ++each) {
            const int now = manager_of(each);
            if (each != manager && now != manager && now == before[static_cast<std::size_t>(each)])
                continue;
            at(each).semitones = now >= 0 ? 48 : 2;
            at(each).cents = 0;
        }
    }

public:
    /// A controller may set a range or a zone.
    void hear_controller(int channel, std::uint8_t controller, std::uint8_t value) noexcept
    {
        Channel& it = at(channel);
        switch (controller) {
        case 98: // parameters that are not registered
        case 99:
            it.parameter_msb = it.parameter_lsb = none;
            return;
        case 100:
            it.parameter_lsb = value;
            return;
        case 101:
            it.parameter_msb = value;
            return;
        case 6:
            if (it.parameter_msb != 0)
                return;
            if (it.parameter_lsb == 0)
                for_kin_of(channel, [value](Channel& each) { each.semitones = value; });
            else if (it.parameter_lsb == 6 && (channel == lower || channel == upper))
                make_zone(channel, value);
            return;
        case 38:
            if (it.parameter_msb == 0 && it.parameter_lsb == 0)
                for_kin_of(channel, [value](Channel& each) { each.cents = value; });
            return;
        default:
            return;
        }
    }

    /// `value` as MIDI has it, 0..16383. Calls `tell(channel, semitones)` for each channel whose notes it
    /// bends.
    template <class Tell>
    void bend(int channel, int value, Tell tell) noexcept
    {
        at(channel).bend = static_cast<std::int16_t>(std::clamp(value, 0, 2 * center - 1) - center);
        const int manager = manager_of(channel);
        tell(channel, own_bend(channel) + (manager >= 0 ? own_bend(manager) : 0));
        for (int each = 0; each < 16; ++each)
            if (each != channel && manager_of(each) == channel)
                tell(each, own_bend(each) + own_bend(channel));
    }
};

} // namespace decant::host
