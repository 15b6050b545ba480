// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/channel.hpp"

#include <algorithm>
#include <cmath>

namespace decant::sampler
{
namespace
{

// Between two whole numbers a value belongs to the lower one. What MIDI 2.0 makes of one of MIDI 1.0 may lack
// up to 1/512 of it.
bool is_between(float value, int low, int high) noexcept DECANT_REALTIME
{
    constexpr float near_enough = 0.002f;
    return value + near_enough >= static_cast<float>(low) &&
           value + near_enough < static_cast<float>(high + 1);
}

bool switches_fit(const KeyswitchConditions& conditions, const Channel& channel,
                  int last_switch) noexcept DECANT_REALTIME
{
    if (conditions.last_low || conditions.last_high) {
        const int low = conditions.last_low ? *conditions.last_low : *conditions.last_high;
        const int high = conditions.last_high ? *conditions.last_high : low;
        if (last_switch < low || last_switch > high)
            return false;
    }
    const auto is_down = [&](int key) {
        return key >= 0 && channel.down[static_cast<std::size_t>(key)];
    };
    if (conditions.down && !is_down(*conditions.down))
        return false;
    if (conditions.up && is_down(*conditions.up))
        return false;
    return !conditions.previous || *conditions.previous == channel.previous_key;
}

} // namespace

Channel::Channel() noexcept
{
    // Full until the player says otherwise: General MIDI's 100 would cost every instrument 4 dB.
    controls[controller::volume] = 1;
    controls[controller::pan] = 64.0f / 127;
    controls[controller::expression] = 1;
    controls[controller::pitch_bend] = 8192.0f / 16383;
    for (std::size_t key = 0; key < played_as.size(); ++key)
        played_as[key] = static_cast<std::int16_t>(key);
}

bool fits(const Region& region, const Channel& channel, const NoteConditions& note,
          int last_switch) noexcept DECANT_REALTIME
{
    if (!is_between(note.velocity, region.lovel, region.hivel))
        return false;
    if (note.home + 1 < region.lochan || note.home + 1 > region.hichan)
        return false;
    // The top of the range belongs to it only at 1, so that neighbours never sound together.
    if (note.random < region.lorand || (note.random >= region.hirand && region.hirand < 1))
        return false;
    if (note.tempo < region.lobpm || (note.tempo >= region.hibpm && region.hibpm < 500))
        return false;
    if (channel.bend < region.lobend || channel.bend > region.hibend)
        return false;
    if (channel.program < region.loprog || channel.program > region.hiprog)
        return false;
    if (!is_between(channel.controls[controller::channel_aftertouch] * 127, region.lochanaft,
                    region.hichanaft) ||
        !is_between(channel.key_aftertouch[note.key] * 127, region.lopolyaft, region.hipolyaft))
        return false;
    const bool controlled =
        std::all_of(region.controls.begin(), region.controls.end(), [&](const ControlRange& range) {
            const auto which = static_cast<std::size_t>(range.control);
            const bool of_note =
                which >= controller::key_aftertouch && which <= controller::absolute_key_delta;
            return range.includes(
                (of_note ? note.controls[which - controller::key_aftertouch] : channel.controls[which]) *
                127);
        });
    return controlled && switches_fit(region.keyswitch, channel, last_switch);
}

float fade_at(const Crossfade& fade, float value, FadeCurve curve) noexcept DECANT_REALTIME
{
    const auto part = [value](int low, int high) {
        const auto from = static_cast<float>(low);
        const auto to = static_cast<float>(high);
        if (value < from)
            return 0.0f;
        return value >= to ? 1.0f : (value - from) / (to - from);
    };
    const bool goes = fade.out_low != 127 || fade.out_high != 127;
    const float in = fade.in_high == 0 ? 1.0f : part(fade.in_low, fade.in_high);
    // From the first value behind its end on there is nothing left.
    const float out = !goes                                       ? 1.0f
                      : value > static_cast<float>(fade.out_high) ? 0.0f
                      : value <= static_cast<float>(fade.out_low) ? 1.0f
                                                                  : 1 - part(fade.out_low, fade.out_high);
    const float gain = in * out;
    return curve == FadeCurve::power ? std::sqrt(gain) : gain;
}

} // namespace decant::sampler
