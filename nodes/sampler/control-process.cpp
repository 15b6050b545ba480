// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Controllers, pedals, aftertouch and pitch bend.

#include "nodes/sampler/sampler-process.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace decant::sampler
{

void SamplerProcess::control_change(std::uint8_t channel, std::uint8_t which,
                                    std::uint8_t value) noexcept DECANT_REALTIME
{
    if (which >= controller::all_notes_off)
        return all_notes_off(channel);
    if (which == controller::all_sound_off)
        return all_sound_off(channel);
    if (which == controller::reset)
        return reset_controllers(channel);
    set_control(channel, which, static_cast<float>(value) / 127);
}

void SamplerProcess::set_control(std::uint8_t channel, unsigned which, float value) noexcept DECANT_REALTIME
{
    link_.controls.show(which, value);
    start_by_control(channel, which, move_control(channel, which, value));
}

// Returns the value before.
float SamplerProcess::move_control(std::uint8_t channel, unsigned which, float value) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    const bool sustained = pedal(state);
    const bool caught = state.pressed(sostenuto_control());
    const float before = std::exchange(state.controls[which], value);
    if (sustained && !pedal(state))
        sustain_up(channel);
    if (const bool catches = state.pressed(sostenuto_control()); catches != caught) {
        state.caught = catches ? state.down : std::bitset<128>();
        if (!catches)
            release_unheld(channel);
    }
    bool followed =
        which == controller::volume || which == controller::pan || which == controller::expression;
    const bool everywhere = followed;
    for (const auto& program : programs_)
        if (program != nullptr)
            followed |= program->signals.set(channel, which, value, false) || program->fades;
    if (followed) // or there is no need to ask every voice
        voices_.for_each([&](VoicePlace voice) {
            if (voice->channel != channel)
                return;
            const Zone& zone = *voice->zone;
            if (zone.articulation != nullptr && zone.articulation->follows[which])
                voice.group->follow(voice.lane);
            if (everywhere || !zone.region.control_fades.empty())
                voice.group->set_level(voice.lane, level(*voice, voice->expression.gain), settings_);
        });
    return before;
}

// on_loccN: when the controller comes into the range.
void SamplerProcess::start_by_control(std::uint8_t channel, unsigned which,
                                      float before) noexcept DECANT_REALTIME
{
    if (current_ == no_program)
        return;
    const Instrument& instrument = *programs_[current_]->instrument;
    if (instrument.control_zones().empty())
        return;
    const float now = channels_[channel].controls[which];
    ++notes_;
    for (const std::uint32_t index : instrument.control_zones()) {
        const Region& region = instrument.zones()[index].region;
        const bool starts = std::any_of(region.start_controls.begin(), region.start_controls.end(),
                                        [&](const ControlRange& range) {
                                            return static_cast<unsigned>(range.control) == which &&
                                                   range.includes(now * 127) && !range.includes(before * 127);
                                        });
        if (!starts)
            continue;
        const auto velocity = static_cast<std::uint8_t>(std::clamp(now * 127, 1.0f, 127.0f));
        start_zone(index,
                   conditions(channel, static_cast<std::uint8_t>(std::clamp(region.pitch_keycenter, 0, 127)),
                              velocity));
    }
}

void SamplerProcess::key_aftertouch(std::uint8_t channel, std::uint8_t key,
                                    std::uint8_t value) noexcept DECANT_REALTIME
{
    const float pressure = static_cast<float>(value) / 127;
    channels_[channel].key_aftertouch[key] = pressure;
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel && voice->key == key)
            voice.group->set_note_control(voice.lane, 0, pressure);
    });
}

void SamplerProcess::pitch_bend(std::uint8_t channel, int bend) noexcept DECANT_REALTIME
{
    channels_[channel].bend = bend;
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel)
            voice.group->set_bend(voice.lane, bend_cents(voice->zone->region, channels_[channel]), settings_);
    });
    set_control(channel, controller::pitch_bend, static_cast<float>(bend + 8192) / 16383);
}

double SamplerProcess::bend_cents(const Region& region, const Channel& channel) noexcept DECANT_REALTIME
{
    const double bend = channel.bend;
    const double cents = bend >= 0 ? static_cast<double>(region.bend_up) * bend / 8191
                                   : static_cast<double>(region.bend_down) * bend / -8192;
    const auto step = static_cast<double>(bend >= 0 ? region.bend_step_up : region.bend_step_down);
    // A step of one cent is SFZ's way to say: none.
    return step > 1 ? std::trunc(cents / step + (cents < 0 ? -1e-6 : 1e-6)) * step : cents;
}

unsigned SamplerProcess::sustain_control() const noexcept DECANT_REALTIME
{
    return current_ == no_program ? controller::sustain : programs_[current_]->instrument->sustain_control();
}

unsigned SamplerProcess::sostenuto_control() const noexcept DECANT_REALTIME
{
    return current_ == no_program ? controller::sostenuto
                                  : programs_[current_]->instrument->sostenuto_control();
}

bool SamplerProcess::pedal(const Channel& channel) const noexcept DECANT_REALTIME
{
    return channel.pressed(sustain_control());
}

// Whether its key or a pedal keeps the voice from its release.
bool SamplerProcess::held(const Voice& voice) const noexcept DECANT_REALTIME
{
    const Channel& channel = channels_[voice.channel];
    const Region& region = voice.zone->region;
    return channel.down[voice.key] || (region.sustain && channel.sustained[voice.key] && pedal(channel)) ||
           (region.sostenuto && channel.caught[voice.key]);
}

void SamplerProcess::release_unheld(std::uint8_t channel) noexcept DECANT_REALTIME
{
    voices_.for_each([&](VoicePlace voice) {
        if (voice->held && voice->channel == channel && !held(*voice))
            voice.group->release(voice.lane);
    });
}

void SamplerProcess::sustain_up(std::uint8_t channel) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    if (state.sustained.none())
        return;
    const std::bitset<128> keys = std::exchange(state.sustained, {});
    release_unheld(channel);
    for (std::uint8_t key = 0; key < 128; ++key)
        if (keys[key])
            start_zones(channel, key, state.velocities[key], {Trigger::release});
}

// As if every key were released: the pedal holds on.
void SamplerProcess::all_notes_off(std::uint8_t channel) noexcept DECANT_REALTIME
{
    for (std::uint8_t key = 0; key < 128; ++key)
        if (channels_[channel].down[key])
            note_off(channel, key, 64);
}

// MIDI's recommended practice 15: volume and pan stay.
void SamplerProcess::reset_controllers(std::uint8_t channel) noexcept DECANT_REALTIME
{
    pitch_bend(channel, 0);
    set_control(channel, controller::modulation, 0);
    set_control(channel, controller::expression, 1);
    set_control(channel, sustain_control(), 0);
    set_control(channel, sostenuto_control(), 0);
    set_control(channel, controller::channel_aftertouch, 0);
}

} // namespace decant::sampler
