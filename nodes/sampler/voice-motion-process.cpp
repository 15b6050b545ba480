// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How controllers, LFOs and envelopes move the voices of a group.

#include "nodes/sampler/voice-group.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace decant::sampler
{
namespace
{

constexpr double glide_seconds = 0.005;

constexpr LaneMask bit(unsigned lane) noexcept
{
    return LaneMask{1} << lane;
}

} // namespace

std::int32_t glide_frames(double rate) noexcept DECANT_REALTIME
{
    return static_cast<std::int32_t>(std::clamp(glide_seconds * rate, 1.0, static_cast<double>(1 << 20)));
}

StereoGain VoiceGroup::gain_of(unsigned lane, const Modulation& modulation) const noexcept DECANT_REALTIME
{
    const Voice& voice = voices_[lane];
    const Region& region = voice.zone->region;
    const float volume = modulation[Target::volume];
    const float all =
        voice.level.gain * modulation.amplitude * (volume == 0 ? 1.0f : linear_of_decibels(volume));
    const float pan = voice.level.pan + modulation[Target::pan] / 100;
    StereoGain gain = region.balance ? balance_gains(pan) : pan_gains(pan);
    const float position = region.position / 100 + modulation[Target::position] / 100;
    if (position != 0 && voice.zone->sample->channels == 2) {
        // As much again, but neutral in the middle.
        const StereoGain moved = pan_gains(position);
        constexpr float neutral = 1.41421356f;
        gain.left *= moved.left * neutral;
        gain.right *= moved.right * neutral;
    }
    return {.left = all * gain.left, .right = all * gain.right};
}

float VoiceGroup::width_of(unsigned lane, const Modulation& modulation) const noexcept DECANT_REALTIME
{
    return std::clamp((voices_[lane].zone->region.width + modulation[Target::width]) / 100, -1.0f, 1.0f);
}

void VoiceGroup::apply(unsigned lane, const Modulation& modulation, std::int32_t glide,
                       const RenderSettings& settings) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    if (voice.added_pitch != modulation[Target::pitch]) {
        voice.added_pitch = modulation[Target::pitch];
        set_increment(lane, settings);
    }
    const StereoGain gain = gain_of(lane, modulation);
    if (gain.left != gains_.left_target[lane] || gain.right != gains_.right_target[lane])
        set_gain(lane, gain, glide);
    voice.wanted_width = width_of(lane, modulation);
    if ((filtered_ & bit(lane)) != 0 && voice.zone->articulation != nullptr &&
        voice.zone->articulation->cutoff_moves)
        filters_.move(lane, *voice.zone, voice.velocity / 127, modulation, false, *settings.kernels,
                      settings.rate);
}

// At a point of the grid: the LFOs and envelopes move on.
void VoiceGroup::tick(unsigned lane, const RenderSettings& settings) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    const std::uint32_t frames = voice.sounded ? std::exchange(voice.to_tick, control_frames) : 0;
    VoiceModulation& modulation = modulations_[lane];
    modulation.advance(static_cast<float>(static_cast<double>(frames) / settings.rate),
                       static_cast<float>(settings.tempo / 60), voice.sources);
    const float part = 1.0f / std::max(1.0f, static_cast<float>(glide_frames(settings.rate)) /
                                                 static_cast<float>(control_frames));
    voice.level.gain += (voice.wanted.gain - voice.level.gain) * part;
    voice.level.pan += (voice.wanted.pan - voice.level.pan) * part;
    apply(lane, modulation.now(voice.sources), control_frames, settings);
    if (modulation.silent() && !voice.envelope.releasing())
        fade_out(lane, 0);
}

// What does not move by itself follows at the next point of the grid, too: filters go from one to the next.
void VoiceGroup::follow(unsigned lane) noexcept DECANT_REALTIME
{
    const Zone& zone = *voices_[lane].zone;
    if (zone.articulation == nullptr)
        return;
    if (zone.region.ampeg_dynamic)
        set_times(lane);
    followed_ |= bit(lane);
}

void VoiceGroup::set_note_control(unsigned lane, unsigned control, float value) noexcept DECANT_REALTIME
{
    voices_[lane].sources.note[control] = value;
    follow(lane);
}

void VoiceGroup::set_own_controls(unsigned lane, const OwnControls& controls) noexcept DECANT_REALTIME
{
    OwnControls& own = voices_[lane].sources.own;
    if (own == controls)
        return;
    own = controls;
    follow(lane);
}

void VoiceGroup::set_level(unsigned lane, VoiceLevel level,
                           const RenderSettings& settings) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    voice.wanted = level;
    if ((moving_ & bit(lane)) != 0)
        return;
    voice.level = level;
    const bool followed = voice.zone->articulation != nullptr;
    set_gain(lane, gain_of(lane, followed ? modulations_[lane].now(voice.sources) : Modulation{}),
             glide_frames(settings.rate));
}

} // namespace decant::sampler
