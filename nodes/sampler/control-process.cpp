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
    if (change_mode(channel, which))
        return;
    set_for_zone(channel, which, static_cast<float>(value) / 127);
    set_data_entry(channel, which, value);
}

// False if the controller is none of those that end or reset something.
bool SamplerProcess::change_mode(std::uint8_t channel, std::uint8_t which) noexcept DECANT_REALTIME
{
    if (which != controller::all_sound_off && which != controller::reset && which < controller::all_notes_off)
        return false;
    for (std::uint8_t each = 0; each < channel_count; ++each) {
        if (each != channel && channels_[each].home != channel)
            continue;
        if (which == controller::all_sound_off)
            all_sound_off(each);
        else if (which == controller::reset)
            reset_controllers(each);
        else
            all_notes_off(each);
    }
    return true;
}

void SamplerProcess::set_program(std::uint8_t channel, std::uint8_t program) noexcept DECANT_REALTIME
{
    for (Channel& each : channels_)
        if (each.home == channel || &each == &channels_[channel])
            each.program = program;
}

// What a zone's manager channel does holds for its members.
void SamplerProcess::set_for_zone(std::uint8_t channel, unsigned which, float value) noexcept DECANT_REALTIME
{
    set_control(channel, which, value);
    for (std::uint8_t member = 0; member < channel_count; ++member)
        if (member != channel && channels_[member].home == channel)
            static_cast<void>(move_control(member, which, value));
}

// Registered parameters: of 0, the bend's range, 6, the zones of MIDI Polyphonic Expression, and 7, the range
// of the bends that MIDI 2.0 has for single notes.
void SamplerProcess::set_data_entry(std::uint8_t channel, unsigned which,
                                    std::uint8_t value) noexcept DECANT_REALTIME
{
    constexpr int bend_range = 0;
    constexpr int zone = 6;
    constexpr int note_bend_range = 7;
    int& parameter = channels_[channel].registered_parameter;
    switch (which) {
    case controller::registered:
        parameter = (parameter & 0x7f) | value << 7;
        return;
    case controller::fine_registered:
        parameter = (parameter & ~0x7f) | value;
        return;
    case controller::unregistered:
    case controller::fine_unregistered:
        parameter = Channel::none_registered;
        return;
    case controller::data_entry:
    case controller::fine_data_entry:
        break;
    default:
        return;
    }
    const bool fine = which == controller::fine_data_entry;
    if (parameter == zone && !fine)
        return set_zone(channel, value);
    const auto changed = [&](double cents) {
        return fine ? std::floor(cents / 100) * 100 + value : 100.0 * value;
    };
    if (parameter == note_bend_range) {
        channels_[channel].note_bend_range = changed(channels_[channel].note_bend_range);
        return;
    }
    // Outside of zones the instrument says how far its pitch bends.
    if (parameter != bend_range || !in_zone(channel))
        return;
    const bool is_member = channels_[channel].home != channel;
    for (Channel& each : channels_) {
        const bool same_zone = each.home == channels_[channel].home;
        const bool meant =
            is_member ? same_zone && &each != &channels_[each.home] : &each == &channels_[channel];
        if (meant) // the range of one member is that of all
            each.bend_range = changed(each.bend_range);
    }
    pitch_bend(channel, channels_[channel].bend);
}

bool SamplerProcess::in_zone(std::uint8_t channel) const noexcept DECANT_REALTIME
{
    return channels_[channel].home != channel ||
           std::any_of(channels_.begin(), channels_.end(), [&](const Channel& each) {
               return each.home == channel && &each != &channels_[channel];
           });
}

// The lower zone's manager is the first channel, the upper one's the last; the members are those beside it.
// Where both want a channel, the zone that is set last has it.
void SamplerProcess::set_zone(std::uint8_t manager, unsigned members) noexcept DECANT_REALTIME
{
    constexpr std::uint8_t last = 15;
    if (manager != 0 && manager != last)
        return;
    const auto other = static_cast<std::uint8_t>(last - manager);
    join(manager, manager);
    for (std::uint8_t channel = 0; channel <= last; ++channel) {
        const auto distance = static_cast<unsigned>(manager == 0 ? channel : last - channel);
        const bool is_member = distance >= 1 && distance <= members;
        if (is_member)
            join(channel, manager);
        else if (channels_[channel].home == manager)
            join(channel, channel);
    }
    if (channels_[other].home == manager) // its own zone is no more
        for (std::uint8_t orphan = 0; orphan <= last; ++orphan)
            if (channels_[orphan].home == other)
                join(orphan, orphan);
}

void SamplerProcess::join(std::uint8_t channel, std::uint8_t home) noexcept DECANT_REALTIME
{
    constexpr double range_of_members = 4800; // cents, until somebody says otherwise
    Channel& state = channels_[channel];
    if (state.home == home && home == channel && state.bend_range == 0)
        return;
    all_notes_off(channel);
    state.home = home;
    state.bend_range = home != channel ? range_of_members : 0;
    pitch_bend(channel, 0);
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
                voice.group->set_level(voice.lane, level(*voice), settings_);
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
        const float velocity = std::clamp(now * 127, 1.0f, 127.0f);
        start_zone(index,
                   conditions(channel, static_cast<std::uint8_t>(std::clamp(region.pitch_keycenter, 0, 127)),
                              velocity));
    }
}

void SamplerProcess::key_aftertouch(std::uint8_t channel, std::uint8_t key,
                                    float pressure) noexcept DECANT_REALTIME
{
    channels_[channel].key_aftertouch[key] = pressure;
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel && voice->key == key)
            voice.group->set_note_control(voice.lane, 0, pressure);
    });
}

void SamplerProcess::pitch_bend(std::uint8_t channel, double bend) noexcept DECANT_REALTIME
{
    channels_[channel].bend = bend;
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel || channels_[voice->channel].home == channel)
            voice.group->set_bend(voice.lane, bend_cents(voice->zone->region, voice->channel), settings_);
    });
    set_control(channel, controller::pitch_bend, static_cast<float>((bend + 8192) / 16383));
}

// A note of a zone is bent by its own channel and by the zone's.
double SamplerProcess::bend_cents(const Region& region, std::uint8_t index) const noexcept DECANT_REALTIME
{
    const Channel& channel = channels_[index];
    if (channel.home != index)
        return channel.bend / 8192 * channel.bend_range + bend_cents(region, channel.home);
    const double bend = channel.bend;
    if (channel.bend_range != 0)
        return bend / 8192 * channel.bend_range;
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
    std::bitset<128> all;
    reset_expressions(channel, all.set());
    set_control(channel, controller::modulation, 0);
    set_control(channel, controller::expression, 1);
    set_control(channel, sustain_control(), 0);
    set_control(channel, sostenuto_control(), 0);
    set_control(channel, controller::channel_aftertouch, 0);
}

} // namespace decant::sampler
