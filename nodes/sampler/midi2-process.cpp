// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Channel voice messages of MIDI 2.0, and what they say of single notes.

#include "nodes/sampler/sampler-process.hpp"

#include <algorithm>
#include <bitset>
#include <optional>
#include <utility>

namespace decant::sampler
{
namespace
{

// Registered per-note controllers
constexpr unsigned note_pitch = 3;
constexpr unsigned note_volume = 7;
constexpr unsigned note_expression = 11;

constexpr std::uint32_t pitch_attribute = 3; // of a note-on

// A value of `bits` bits as one of MIDI 1.0 with `to` bits, but with all its fractions. MIDI 2.0 scales these
// up so that both ends and the middle stay what they are.
double scaled_down(std::uint32_t value, unsigned bits, unsigned to) noexcept DECANT_REALTIME
{
    const auto middle = static_cast<double>(1U << (bits - 1));
    const auto middle_to = static_cast<double>(1U << (to - 1));
    const auto above = static_cast<double>(value) - middle;
    return middle_to + (above <= 0 ? above / middle * middle_to : above / (middle - 1) * (middle_to - 1));
}

float of_one(std::uint32_t value) noexcept DECANT_REALTIME
{
    return static_cast<float>(scaled_down(value, 32, 7) / 127);
}

float velocity_of(std::uint32_t value) noexcept DECANT_REALTIME
{
    return static_cast<float>(scaled_down(value >> 16, 16, 7));
}

float cents_off(double semitones, std::uint8_t key) noexcept DECANT_REALTIME
{
    return static_cast<float>((semitones - key) * 100);
}

} // namespace

void SamplerProcess::handle_midi2(const std::array<std::uint32_t, 2>& message) noexcept DECANT_REALTIME
{
    const auto channel = static_cast<std::uint8_t>(message[0] >> 16 & 0x0f);
    const auto first = static_cast<std::uint8_t>(message[0] >> 8 & 0x7f);
    const std::uint32_t second = message[0] & 0xff;
    const std::uint32_t value = message[1];
    const int played = played_key(channel, first);
    const auto key = static_cast<std::uint8_t>(std::max(played, 0));
    switch (message[0] >> 16 & 0xf0) {
    case 0x00:
        if (played >= 0)
            control_key(channel, key, second, value, first);
        return;
    case 0x20:
        return set_registered(channel, static_cast<int>(first << 7 | (second & 0x7f)), value);
    case 0x60:
        if (played < 0)
            return;
        channels_[channel].expressions[key].bend = static_cast<float>(value / 0x1p31 - 1);
        return express_keys(channel, std::bitset<128>().set(key));
    case 0x80:
        return lift(channel, first, velocity_of(value));
    case 0x90: { // at no velocity it is still a note
        std::optional<float> pitch;
        if (second == pitch_attribute)
            pitch = cents_off((value & 0xffff) / 512.0, first);
        return press(channel, first, std::max(velocity_of(value), 1.0f), pitch);
    }
    case 0xa0:
        if (played >= 0)
            key_aftertouch(channel, key, of_one(value));
        return;
    case 0xb0:
        if (!change_mode(channel, first))
            set_for_zone(channel, first, of_one(value));
        return;
    case 0xc0:
        return set_program(channel, static_cast<std::uint8_t>(value >> 24 & 0x7f));
    case 0xd0:
        return set_for_zone(channel, controller::channel_aftertouch, of_one(value));
    case 0xe0:
        return pitch_bend(channel, scaled_down(value, 32, 14) - 8192);
    case 0xf0: {
        constexpr std::uint32_t resets = 1;
        constexpr std::uint32_t detaches = 2;
        if ((second & detaches) != 0 && played >= 0)
            channels_[channel].expressions[key].detached = notes_;
        if ((second & resets) != 0 && played >= 0)
            reset_expressions(channel, std::bitset<128>().set(key));
        return;
    }
    default:
        return;
    }
}

// The key that the sounding note of a key of the keyboard plays, else the one that its next would. -1: none.
int SamplerProcess::played_key(std::uint8_t channel, std::uint8_t key) const noexcept DECANT_REALTIME
{
    const Channel& state = channels_[channel];
    const int played = state.played_as[key];
    return played >= 0 && state.down[static_cast<std::size_t>(played)] ? played : transposed(key);
}

// As one of MIDI 1.0 in two steps.
void SamplerProcess::set_registered(std::uint8_t channel, int parameter,
                                    std::uint32_t value) noexcept DECANT_REALTIME
{
    int& current = channels_[channel].registered_parameter;
    const int before = std::exchange(current, parameter);
    set_data_entry(channel, controller::data_entry, static_cast<std::uint8_t>(value >> 25));
    set_data_entry(channel, controller::fine_data_entry, static_cast<std::uint8_t>(value >> 18 & 0x7f));
    current = before;
}

void SamplerProcess::control_key(std::uint8_t channel, std::uint8_t key, unsigned which, std::uint32_t value,
                                 std::uint8_t sent_key) noexcept DECANT_REALTIME
{
    KeyExpression& expression = channels_[channel].expressions[key];
    switch (which) {
    case note_pitch:
        expression.pitch = expression.given_pitch = cents_off(value / static_cast<double>(1 << 25), sent_key);
        break;
    case note_volume:
        expression.volume = of_one(value);
        break;
    case note_expression:
        expression.expression = of_one(value);
        break;
    default:
        if (!expression.controls.set(which, of_one(value)))
            return;
    }
    express_keys(channel, std::bitset<128>().set(key));
}

NoteExpression SamplerProcess::expression_of(std::uint8_t channel,
                                             std::uint8_t key) const noexcept DECANT_REALTIME
{
    const KeyExpression& key_expression = channels_[channel].expressions[key];
    const auto range = static_cast<float>(channels_[channel].note_bend_range);
    const float loudness = key_expression.volume * key_expression.expression;
    return {.cents = key_expression.pitch + key_expression.bend * range, .gain = loudness * loudness};
}

void SamplerProcess::express_keys(std::uint8_t channel, const std::bitset<128>& keys) noexcept DECANT_REALTIME
{
    if (keys.none())
        return;
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel && keys[voice->key] &&
            voice->note > channels_[channel].expressions[voice->key].detached) {
            voice.group->set_own_controls(voice.lane, channels_[channel].expressions[voice->key].controls);
            express(voice, expression_of(channel, voice->key));
        }
    });
}

void SamplerProcess::reset_expressions(std::uint8_t channel, std::bitset<128> keys) noexcept DECANT_REALTIME
{
    for (std::size_t key = 0; key < keys.size(); ++key) {
        KeyExpression& expression = channels_[channel].expressions[key];
        const KeyExpression neutral{.detached = expression.detached};
        if (expression == neutral)
            keys.reset(key);
        else if (keys[key])
            expression = neutral;
    }
    express_keys(channel, keys);
}

} // namespace decant::sampler
