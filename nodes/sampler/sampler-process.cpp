// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-process.hpp"

#include "nodes/realtime/flush-to-zero.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace decant::sampler
{
namespace
{

namespace control
{
constexpr std::uint8_t modulation = 1;
constexpr std::uint8_t volume = 7;
constexpr std::uint8_t pan = 10;
constexpr std::uint8_t expression = 11;
constexpr std::uint8_t sustain = 64;
constexpr std::uint8_t all_sound_off = 120;
constexpr std::uint8_t reset = 121;
constexpr std::uint8_t all_notes_off = 123; // and the mode messages behind it
} // namespace control

// Of MIDI's recommended practice 15; relative to full.
float squared(std::uint8_t value) noexcept DECANT_REALTIME
{
    const float part = static_cast<float>(value) / 127;
    return part * part;
}

// amp_veltrack: at 100 % the gain is (velocity/127)^2, at 0 % always 1; negative values turn it round.
float velocity_gain(const Region& region, std::uint8_t velocity) noexcept DECANT_REALTIME
{
    const float loss = std::abs(region.amp_veltrack) / 100 * (1 - squared(velocity));
    return region.amp_veltrack < 0 ? loss : 1 - loss;
}

} // namespace

SamplerProcess::Channel::Channel() noexcept
{
    // Full until the player says otherwise: General MIDI's 100 would cost every instrument 4 dB.
    controls[control::volume] = 127;
    controls[control::pan] = 64;
    controls[control::expression] = 127;
}

SamplerProcess::SamplerProcess(SamplerLink& link, std::size_t polyphony) : link_(link), voices_(polyphony)
{
    settings_.kernels = &kernels();
    settings_.rate = 0;
    settings_.streams = &streams_;
}

// Lets go of what the voices read, which their programs own.
SamplerProcess::~SamplerProcess()
{
    voices_.for_each([](VoicePlace voice) { voice.group->remove(voice.lane); });
}

void SamplerProcess::process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    const nodes::FlushToZero flush_to_zero;
    for (float* output : cycle.outputs)
        std::fill_n(output, cycle.frames, 0.0f);
    if (cycle.outputs.size() < 2 || cycle.rate == 0)
        return;

    streams_.wait = cycle.freewheel;
    streams_.rate = cycle.rate;
    exchange_programs();
    adapt(cycle.rate);
    set_volume(link_.volume.load(std::memory_order_relaxed));
    keep_deadline(cycle);

    std::uint32_t done = 0;
    const auto render_until = [&](std::uint32_t frame) {
        render(cycle.outputs[0] + done, cycle.outputs[1] + done, frame - done);
        done = frame;
    };
    QueuedEvent queued;
    while (link_.queue.pop(queued)) {
        render_until(std::clamp(queued.frame, done, cycle.frames));
        handle(queued);
    }
    for (const nodes::MidiEvent& event : cycle.midi_in) {
        render_until(std::clamp(event.frame, done, cycle.frames));
        handle(event.bytes);
    }
    render_until(cycle.frames);

    const auto active = static_cast<std::uint32_t>(voices_.sounding());
    governor_.end(std::max(voices_.sounding(), rendered_));
    link_.active_voices.store(active, std::memory_order_relaxed);
    link_.starved.store(streams_.starved, std::memory_order_relaxed);
    link_.frames.store(link_.frames.load(std::memory_order_relaxed) + cycle.frames,
                       std::memory_order_relaxed);
}

// Takes an offered program; sends those back whose last voice has ended.
void SamplerProcess::exchange_programs() noexcept DECANT_REALTIME
{
    for (std::uint32_t index = 0; index < most_programs; ++index) {
        auto& program = programs_[index];
        if (program && index != current_ && program->sounding == 0 && !link_.programs.retire(program))
            break; // the way back is occupied
    }
    if (!link_.programs.pending())
        return;
    const auto free = std::find(programs_.begin(), programs_.end(), nullptr);
    if (free == programs_.end())
        return; // until one of them has faded
    *free = link_.programs.take();
    if (!*free)
        return;
    current_ = static_cast<std::uint32_t>(free - programs_.begin());
    for (const ControlDefault& value : (*free)->instrument->controls())
        for (std::uint8_t channel = 0; channel < 16; ++channel)
            control_change(channel, value.control, value.value);
}

// To another rate or quality.
void SamplerProcess::adapt(double rate) noexcept DECANT_REALTIME
{
    const Quality quality = link_.quality.load(std::memory_order_acquire);
    if (rate == settings_.rate && quality == settings_.quality)
        return;
    const double previous = std::exchange(settings_.rate, rate);
    settings_.quality = quality;
    settings_.bank = link_.banks[static_cast<std::size_t>(quality)].load(std::memory_order_acquire);
    voices_.for_each([&](VoicePlace voice) { voice.group->adapt(voice.lane, settings_, previous); });
}

void SamplerProcess::keep_deadline(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    rendered_ = voices_.sounding();
    const std::size_t fit = governor_.begin(cycle, rendered_);
    if (fit >= rendered_)
        return;
    const std::size_t faded = voices_.fade_least(rendered_ - fit);
    link_.sacrifices.store(link_.sacrifices.load(std::memory_order_relaxed) + faded,
                           std::memory_order_relaxed);
}

void SamplerProcess::set_volume(float volume) noexcept DECANT_REALTIME
{
    if (volume == volume_)
        return;
    volume_ = volume;
    for (std::uint8_t channel = 0; channel < 16; ++channel)
        update_gains(channel);
}

void SamplerProcess::render(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME
{
    if (frames == 0)
        return;
    voices_.render(left, right, frames, settings_, [&](VoicePlace voice) { remove(voice); });
    tail_.mix(left, right, frames);
}

void SamplerProcess::handle(const QueuedEvent& event) noexcept DECANT_REALTIME
{
    if (event.kind != QueuedEvent::Kind::midi)
        return express(event);
    name_ = event.note;
    handle(event.bytes);
    name_ = 0;
}

void SamplerProcess::express(const QueuedEvent& event) noexcept DECANT_REALTIME
{
    voices_.for_each([&](VoicePlace voice) {
        if (event.note == 0 || voice->name != event.note)
            return;
        NoteExpression expression = voice->expression;
        (event.kind == QueuedEvent::Kind::pitch ? expression.cents : expression.gain) = event.value;
        voice.group->express(voice.lane, expression);
        const Channel& channel = channels_[voice->channel];
        if (event.kind == QueuedEvent::Kind::pitch)
            voice.group->set_bend(voice.lane, bend_cents(voice->zone->region, channel), settings_);
        else
            voice.group->set_gain(voice.lane,
                                  gain(*voice->zone, voice->velocity_gain * expression.gain, channel),
                                  settings_.rate);
    });
}

void SamplerProcess::handle(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME
{
    // System messages concern nobody here; what is cut short or has data above 127 is not MIDI.
    if (message.size() < 3 || message[1] > 127 || message[2] > 127)
        return;
    const auto channel = static_cast<std::uint8_t>(message[0] & 0x0f);
    const std::uint8_t first = message[1];
    const std::uint8_t second = message[2];
    switch (message[0] & 0xf0) {
    case 0x80:
        return note_off(channel, first);
    case 0x90:
        return second == 0 ? note_off(channel, first) : note_on(channel, first, second);
    case 0xb0:
        return control_change(channel, first, second);
    case 0xe0:
        return pitch_bend(channel, (second << 7 | first) - 8192);
    default:
        return;
    }
}

void SamplerProcess::note_on(std::uint8_t channel, std::uint8_t key,
                             std::uint8_t velocity) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    const bool others = (state.down.count() - (state.down[key] ? 1 : 0)) != 0;
    state.down.set(key);
    state.sustained.reset(key);
    state.velocities[key] = velocity;
    start_zones(channel, key, velocity, [others](Trigger trigger) {
        return trigger == Trigger::attack || trigger == (others ? Trigger::legato : Trigger::first);
    });
}

void SamplerProcess::note_off(std::uint8_t channel, std::uint8_t key) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    const bool was_down = state.down[key];
    state.down.reset(key);
    if (state.pedal()) {
        if (was_down)
            state.sustained.set(key);
    } else {
        release_voices(channel, key);
    }
    if (was_down)
        start_zones(channel, key, state.velocities[key], [pedal = state.pedal()](Trigger trigger) {
            return trigger == Trigger::release_key || (trigger == Trigger::release && !pedal);
        });
}

void SamplerProcess::pedal_up(std::uint8_t channel) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    if (state.sustained.none())
        return;
    const std::bitset<128> keys = std::exchange(state.sustained, {});
    voices_.for_each([&](VoicePlace voice) {
        if (voice->held && voice->channel == channel && keys[voice->key])
            voice.group->release(voice.lane);
    });
    for (std::uint8_t key = 0; key < 128; ++key)
        if (keys[key])
            start_zones(channel, key, state.velocities[key],
                        [](Trigger trigger) { return trigger == Trigger::release; });
}

void SamplerProcess::control_change(std::uint8_t channel, std::uint8_t which,
                                    std::uint8_t value) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    if (which >= control::all_notes_off)
        return all_notes_off(channel);
    if (which == control::all_sound_off)
        return all_sound_off(channel);
    if (which == control::reset)
        return reset_controllers(channel);
    const bool pedal_was_down = state.pedal();
    state.controls[which] = value;
    if (pedal_was_down && !state.pedal())
        pedal_up(channel);
    if (which == control::volume || which == control::pan || which == control::expression)
        update_gains(channel);
}

void SamplerProcess::pitch_bend(std::uint8_t channel, int bend) noexcept DECANT_REALTIME
{
    channels_[channel].bend = bend;
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel)
            voice.group->set_bend(voice.lane, bend_cents(voice->zone->region, channels_[channel]), settings_);
    });
}

// As if every key were released: the pedal holds on.
void SamplerProcess::all_notes_off(std::uint8_t channel) noexcept DECANT_REALTIME
{
    for (std::uint8_t key = 0; key < 128; ++key)
        if (channels_[channel].down[key])
            note_off(channel, key);
}

void SamplerProcess::all_sound_off(std::uint8_t channel) noexcept DECANT_REALTIME
{
    channels_[channel].down.reset();
    channels_[channel].sustained.reset();
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel)
            voice.group->fade_out(voice.lane, fast_off_seconds);
    });
}

// MIDI's recommended practice 15: volume and pan stay.
void SamplerProcess::reset_controllers(std::uint8_t channel) noexcept DECANT_REALTIME
{
    pitch_bend(channel, 0);
    control_change(channel, control::modulation, 0);
    control_change(channel, control::expression, 127);
    control_change(channel, control::sustain, 0);
}

// Starts the zones of `key` whose trigger is wanted.
template <class Wanted>
void SamplerProcess::start_zones(std::uint8_t channel, std::uint8_t key, std::uint8_t velocity,
                                 Wanted&& wanted) noexcept DECANT_REALTIME
{
    if (current_ == no_program)
        return;
    Program& program = *programs_[current_];
    const std::span<const Zone> zones = program.instrument->zones();
    const float random = next_random();
    ++notes_;
    program.instrument->for_each_zone(key, [&](std::uint32_t index) {
        const Zone& zone = zones[index];
        if (!wanted(zone.region.trigger) || !fits(zone, channel, velocity, random))
            return;
        const auto length = static_cast<std::uint32_t>(zone.region.seq_length);
        const std::uint32_t turn = program.sequence[index]++ % length;
        if (turn + 1 == static_cast<std::uint32_t>(zone.region.seq_position))
            start_voice(zone, channel, key, velocity);
    });
}

bool SamplerProcess::fits(const Zone& zone, std::uint8_t channel, std::uint8_t velocity,
                          float random) const noexcept DECANT_REALTIME
{
    const Region& region = zone.region;
    if (velocity < region.lovel || velocity > region.hivel)
        return false;
    if (channel + 1 < region.lochan || channel + 1 > region.hichan)
        return false;
    // The top of the range belongs to it only at 1, so that neighbours never sound together.
    if (random < region.lorand || (random >= region.hirand && region.hirand < 1))
        return false;
    const auto& controls = channels_[channel].controls;
    return std::all_of(region.controls.begin(), region.controls.end(), [&](const ControlRange& range) {
        const int value = controls[static_cast<std::size_t>(range.control)];
        return value >= range.low && value <= range.high;
    });
}

void SamplerProcess::start_voice(const Zone& zone, std::uint8_t channel, std::uint8_t key,
                                 std::uint8_t velocity) noexcept DECANT_REALTIME
{
    if (zone.region.group != 0)
        choke(zone.region.group);

    const Channel& state = channels_[channel];
    const float loudness = velocity_gain(zone.region, velocity);
    if (voices_.full()) {
        const VoicePlace victim = voices_.least();
        if (victim->note == notes_)
            return; // the note has more zones than there are voices
        tail_.add(victim, settings_);
        remove(victim);
        link_.steals.store(link_.steals.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    const Trigger trigger = zone.region.trigger;
    const VoiceStart start{.zone = &zone,
                           .note = notes_,
                           .name = name_,
                           .program = current_,
                           .channel = channel,
                           .key = key,
                           .velocity = velocity,
                           .velocity_gain = loudness,
                           .held = trigger != Trigger::release && trigger != Trigger::release_key};
    if (!voices_.start(start, bend_cents(zone.region, state), gain(zone, loudness, state), settings_))
        return;
    ++programs_[current_]->sounding;
    const auto active = static_cast<std::uint32_t>(voices_.sounding());
    if (active > link_.peak_voices.load(std::memory_order_relaxed))
        link_.peak_voices.store(active, std::memory_order_relaxed);
}

// The zones of one note leave each other alone.
void SamplerProcess::choke(int group) noexcept DECANT_REALTIME
{
    voices_.for_each([&](VoicePlace voice) {
        if (voice->note != notes_ && voice->program == current_ && voice->zone->region.off_by == group)
            voice.group->choke(voice.lane);
    });
}

void SamplerProcess::release_voices(std::uint8_t channel, std::uint8_t key) noexcept DECANT_REALTIME
{
    voices_.for_each([&](VoicePlace voice) {
        if (voice->held && voice->channel == channel && voice->key == key)
            voice.group->release(voice.lane);
    });
}

void SamplerProcess::remove(VoicePlace voice) noexcept DECANT_REALTIME
{
    --programs_[voice->program]->sounding;
    voices_.remove(voice);
}

void SamplerProcess::update_gains(std::uint8_t channel) noexcept DECANT_REALTIME
{
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel)
            voice.group->set_gain(
                voice.lane,
                gain(*voice->zone, voice->velocity_gain * voice->expression.gain, channels_[channel]),
                settings_.rate);
    });
}

// Equal power, for mono and stereo samples alike: cos and sin of a quarter turn, -3 dB each in the middle.
StereoGain SamplerProcess::gain(const Zone& zone, float velocity_gain,
                                const Channel& channel) const noexcept DECANT_REALTIME
{
    const float all = volume_ * zone.gain * velocity_gain * squared(channel.controls[control::volume]) *
                      squared(channel.controls[control::expression]);
    const float channel_pan = static_cast<float>(channel.controls[control::pan] - 64) / 63;
    const float pan = std::clamp(zone.region.pan / 100 + channel_pan, -1.0f, 1.0f);
    const float angle = (pan + 1) * std::numbers::pi_v<float> / 4;
    // The cosine of a quarter turn is not quite zero.
    return {.left = pan == 1 ? 0 : all * std::cos(angle), .right = all * std::sin(angle)};
}

double SamplerProcess::bend_cents(const Region& region, const Channel& channel) noexcept DECANT_REALTIME
{
    const double bend = channel.bend;
    return bend >= 0 ? region.bend_up * bend / 8191 : region.bend_down * bend / -8192;
}

float SamplerProcess::next_random() noexcept DECANT_REALTIME
{
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return static_cast<float>(random_ >> 8) * 0x1p-24f;
}

} // namespace decant::sampler
