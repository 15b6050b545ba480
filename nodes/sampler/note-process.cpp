// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// From notes to voices.

#include "nodes/sampler/sampler-process.hpp"

#include "nodes/sampler/waves.hpp"

#include <algorithm>
#include <cmath>

namespace decant::sampler
{
namespace
{

// Of MIDI's recommended practice 15; relative to full.
float squared(float value) noexcept DECANT_REALTIME
{
    return value * value;
}

// amp_veltrack: at 100 % the gain is that of the curve, at 0 % always 1; negative values turn it round.
float velocity_gain(const Zone& zone, float velocity, float track) noexcept DECANT_REALTIME
{
    const float part = velocity / 127;
    const float curve = zone.velocity_curve != nullptr ? curve_at(*zone.velocity_curve, part) : squared(part);
    const float loss = std::abs(track) / 100 * (1 - curve);
    return std::max(track < 0 ? loss : 1 - loss, 0.0f);
}

} // namespace

void SamplerProcess::note_on(std::uint8_t channel, std::uint8_t key, float velocity) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    // A player whose notes have channels of their own is one player.
    Channel& player = channels_[state.home];
    std::size_t down = 0;
    for (const Channel& each : channels_)
        down += each.home == state.home ? each.down.count() : 0;
    const bool others = down - (state.down[key] ? 1 : 0) != 0;
    state.down.set(key);
    state.sustained.reset(key);
    state.velocities[key] = velocity;
    state.started[key] = clock_;
    state.previous_key = player.previous_key = player.last_key;
    state.previous_velocity = player.previous_velocity = player.last_velocity;
    state.last_key = player.last_key = key;
    state.last_velocity = player.last_velocity = velocity;
    state.alternate = player.alternate = !player.alternate;
    if (current_ != no_program) {
        Program& program = *programs_[current_];
        const auto keyswitches = program.instrument->keyswitches();
        for (std::size_t index = 0; index < keyswitches.size(); ++index)
            if (key >= keyswitches[index].lokey && key <= keyswitches[index].hikey)
                program.last_switch(state.home, index) = key;
    }
    start_zones(channel, key, velocity, {Trigger::attack, others ? Trigger::legato : Trigger::first});
}

void SamplerProcess::note_off(std::uint8_t channel, std::uint8_t key, float velocity) noexcept DECANT_REALTIME
{
    Channel& state = channels_[channel];
    const bool was_down = state.down[key];
    state.down.reset(key);
    state.controls[controller::note_off_velocity] = velocity / 127;
    const bool sustained = pedal(state);
    if (sustained && was_down)
        state.sustained.set(key);
    // Before their voices are on their way out: rt_dead looks at what still sounds.
    if (was_down && sustained)
        start_zones(channel, key, state.velocities[key], {Trigger::release_key});
    else if (was_down)
        start_zones(channel, key, state.velocities[key], {Trigger::release_key, Trigger::release});
    voices_.for_each([&](VoicePlace voice) {
        if (voice->held && voice->channel == channel && voice->key == key && !held(*voice))
            voice.group->release(voice.lane);
    });
}

NoteConditions SamplerProcess::conditions(std::uint8_t channel, std::uint8_t key,
                                          float velocity) noexcept DECANT_REALTIME
{
    const Channel& state = channels_[channel];
    NoteConditions note{.channel = channel,
                        .home = state.home,
                        .key = key,
                        .velocity = velocity,
                        .random = next_random(),
                        .tempo = static_cast<float>(settings_.tempo),
                        .controls = {}};
    const auto set = [&](unsigned which, float value) {
        note.controls[which - controller::key_aftertouch] = value;
    };
    set(controller::key_aftertouch, state.key_aftertouch[key]);
    set(controller::note_on_velocity, velocity / 127);
    set(controller::note_off_velocity, state.controls[controller::note_off_velocity]);
    set(controller::key_number, static_cast<float>(key) / 127);
    set(controller::key_gate, state.down.any() ? 1 : 0);
    set(controller::random, note.random);
    set(controller::bipolar_random, 2 * next_random() - 1);
    set(controller::alternate, state.alternate ? 1 : 0);
    const float delta = state.previous_key < 0 ? 0.0f : static_cast<float>(key - state.previous_key) / 127;
    set(controller::key_delta, delta);
    set(controller::absolute_key_delta, std::abs(delta));
    return note;
}

// Starts the zones of `key` whose trigger is wanted.
void SamplerProcess::start_zones(std::uint8_t channel, std::uint8_t key, float velocity,
                                 std::initializer_list<Trigger> wanted) noexcept DECANT_REALTIME
{
    if (current_ == no_program)
        return;
    const Program& program = *programs_[current_];
    if (program.tuning != nullptr && !program.tuning->mapped[key])
        return;
    const std::span<const Zone> zones = program.instrument->zones();
    ++notes_;
    const NoteConditions note = conditions(channel, key, velocity);
    program.instrument->for_each_zone(key, [&](std::uint32_t index) {
        if (std::find(wanted.begin(), wanted.end(), zones[index].region.trigger) != wanted.end())
            start_zone(index, note);
    });
}

// If it fits and it is its turn.
void SamplerProcess::start_zone(std::uint32_t index, const NoteConditions& note) noexcept DECANT_REALTIME
{
    Program& program = *programs_[current_];
    const Zone& zone = program.instrument->zones()[index];
    const Region& region = zone.region;
    const int last_switch =
        zone.keyswitch == Zone::no_keyswitch ? -1 : program.last_switch(note.home, zone.keyswitch);
    if (!fits(region, channels_[note.channel], note, last_switch))
        return;
    const auto length = static_cast<std::uint32_t>(region.seq_length);
    const std::uint32_t turn = program.sequence[index]++ % length;
    if (turn + 1 != static_cast<std::uint32_t>(region.seq_position))
        return;
    const bool on_release = region.trigger == Trigger::release || region.trigger == Trigger::release_key;
    if (on_release && !region.rt_dead) {
        bool alive = false;
        voices_.for_each([&](VoicePlace voice) {
            alive |= voice->channel == note.channel && voice->key == note.key && voice->held;
        });
        if (!alive)
            return;
    }
    double delay = 0;
    const VoiceStart start = voice_start(zone, note, delay);
    const double frames = std::round(delay * settings_.rate);
    if (!(frames >= 1))
        return start_voice(start);
    if (delayed_count_ < delayed_.size())
        delayed_[delayed_count_++] = {.due = clock_ + static_cast<std::uint64_t>(frames), .start = start};
}

void SamplerProcess::start_delayed() noexcept DECANT_REALTIME
{
    for (std::size_t index = 0; index < delayed_count_;) {
        if (delayed_[index].due > clock_) {
            ++index;
            continue;
        }
        const VoiceStart start = delayed_[index].start;
        delayed_[index] = delayed_[--delayed_count_];
        const bool plays_on = start.zone->loop_mode == LoopMode::one_shot || !start.held;
        const Channel& state = channels_[start.channel];
        if (plays_on || state.down[start.key] || state.sustained[start.key] || state.caught[start.key])
            start_voice(start);
    }
}

// All of a voice that is settled now.
VoiceStart SamplerProcess::voice_start(const Zone& zone, const NoteConditions& note,
                                       double& delay) noexcept DECANT_REALTIME
{
    const Region& region = zone.region;
    const Channel& state = channels_[note.channel];
    const Program& program = *programs_[current_];
    const bool on_release = region.trigger == Trigger::release || region.trigger == Trigger::release_key;
    VoiceStart start{.zone = &zone,
                     .note = notes_,
                     .name = name_,
                     .program = current_,
                     .channel = note.channel,
                     .key = note.key,
                     .key_cents =
                         program.tuning != nullptr ? program.tuning->cents[note.key] : 100.0 * note.key,
                     .velocity = region.previous_velocity ? state.previous_velocity : note.velocity,
                     .held = !on_release,
                     .expression = expression_of(note.channel, note.key)};
    const float velocity = start.velocity / 127;
    start.sources = {.signals = &program.instrument->signals(),
                     .values = program.signals.of(note.channel),
                     .note = note.controls,
                     .own = state.expressions[note.key].controls,
                     .velocity = velocity};
    const auto added = [&](NoteValue value) {
        const Articulation* const articulation = zone.articulation.get();
        if (articulation == nullptr || !articulation->note[static_cast<std::size_t>(value)])
            return 0.0f;
        return value_of(*articulation->note[static_cast<std::size_t>(value)], *articulation, start.sources);
    };
    const auto keys = [&](int center) {
        return static_cast<float>(note.key - center);
    };
    const auto chance = [&](float most) {
        return most == 0 ? 0.0f : most * (2 * next_random() - 1);
    };

    float decibels = region.amp_keytrack * keys(region.amp_keycenter);
    if (region.amp_random != 0)
        decibels += region.amp_random * next_random();
    if (on_release && region.rt_decay != 0)
        decibels -=
            region.rt_decay *
            static_cast<float>(static_cast<double>(clock_ - state.started[note.key]) / settings_.rate);
    start.note_gain =
        velocity_gain(zone, start.velocity, region.amp_veltrack + added(NoteValue::amp_veltrack)) *
        fade_at(region.key_fade, static_cast<float>(note.key), region.key_fade_curve) *
        fade_at(region.velocity_fade, start.velocity, region.velocity_fade_curve) *
        (decibels == 0 ? 1.0f : linear_of_decibels(decibels));
    start.note_pan = (region.pan + region.pan_keytrack * keys(region.pan_keycenter) +
                      region.pan_veltrack * velocity + chance(region.pan_random)) /
                     100;
    start.cents = region.pitch_veltrack * velocity + chance(region.pitch_random);
    start.cutoff_cents = {region.filter.random == 0 ? 0.0f : region.filter.random * next_random(),
                          region.filter2.random == 0 ? 0.0f : region.filter2.random * next_random()};
    const double random_offset = region.offset_random == 0 ? 0.0
                                                           : static_cast<double>(region.offset_random) *
                                                                 static_cast<double>(next_random());
    start.offset =
        static_cast<std::int64_t>(std::clamp(random_offset + static_cast<double>(added(NoteValue::offset)),
                                             -static_cast<double>(zone.frames.start), 4294967296.0));
    start.seed = static_cast<std::uint32_t>(next_random() * 4294967040.0f);
    const auto up_to = [&](float most) {
        return most == 0 ? 0.0f : most * next_random();
    };
    const float beats = added(NoteValue::delay_beats) + up_to(region.delay_beats_random);
    delay = static_cast<double>(region.delay + added(NoteValue::delay) + up_to(region.delay_random)) +
            static_cast<double>(added(NoteValue::delay_samples)) / settings_.rate +
            (beats_to_wait(region) + static_cast<double>(beats)) * 60 / settings_.tempo;
    return start;
}

// Until the song is where the region may begin; none if nobody plays a song.
double SamplerProcess::beats_to_wait(const Region& region) const noexcept DECANT_REALTIME
{
    if (region.sync_beats <= 0 || !song_.playing)
        return 0;
    constexpr double near_enough = 1e-6;
    const auto step = static_cast<double>(region.sync_beats);
    const double now = song_.quarter_position +
                       static_cast<double>(clock_ - song_clock_) / settings_.rate * settings_.tempo / 60 -
                       static_cast<double>(region.sync_offset);
    return std::max(std::ceil(now / step - near_enough) * step - now, 0.0);
}

void SamplerProcess::start_voice(VoiceStart start) noexcept DECANT_REALTIME
{
    const Region& region = start.zone->region;
    if (region.group != 0)
        choke(region.group);
    keep_polyphony(start);
    if (start.zone->sample == nullptr)
        return;
    if (voices_.full()) {
        const VoicePlace victim = voices_.least();
        if (victim->note == start.note)
            return; // the note has more zones than there are voices
        tail_.add(victim, settings_);
        remove(victim);
        link_.steals.store(link_.steals.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    // If all are in use the voice is heard without.
    const std::array<const FilterSettings*, FilterBank::filters> filters{&region.filter, &region.filter2};
    for (std::size_t filter = 0; filter < filters.size(); ++filter)
        if (filters[filter]->type == FilterType::comb && filters[filter]->cutoff)
            start.combs[filter] = programs_[start.program]->combs.take();
    if (!voices_.start(start, bend_cents(region, start.channel), level(start), settings_))
        return give_back(start.combs, start.program);
    ++programs_[start.program]->sounding;
    const auto active = static_cast<std::uint32_t>(voices_.sounding());
    if (active > link_.peak_voices.load(std::memory_order_relaxed))
        link_.peak_voices.store(active, std::memory_order_relaxed);
}

void SamplerProcess::keep_polyphony(const VoiceStart& start) noexcept DECANT_REALTIME
{
    const Region& region = start.zone->region;
    if (region.polyphony)
        make_room(*region.polyphony, [&](const Voice& voice) {
            const Region& other = voice.zone->region;
            return region.group != 0 ? other.group == region.group
                                     : other.polyphony_scope == region.polyphony_scope;
        });
    if (region.note_polyphony)
        make_room(*region.note_polyphony, [&](const Voice& voice) {
            return voice.zone->region.group == region.group && voice.key == start.key &&
                   voice.channel == start.channel && voice.zone->region.trigger == region.trigger &&
                   voice.note != start.note &&
                   (!region.note_selfmask || voice.velocity <= start.velocity || !voice.held);
        });
}

// Ends the oldest of the voices that count, until there are fewer than `limit`.
template <class Counts>
void SamplerProcess::make_room(int limit, Counts&& counts) noexcept DECANT_REALTIME
{
    for (;;) {
        int count = 0;
        VoicePlace oldest{nullptr, 0};
        voices_.for_each([&](VoicePlace voice) {
            const bool dying = (voice.group->dying() >> voice.lane & 1) != 0;
            if (dying || voice->program != current_ || !counts(*voice))
                return;
            ++count;
            if (oldest.group == nullptr || voice->note < oldest->note)
                oldest = voice;
        });
        if (count < std::max(limit, 1))
            return;
        oldest.group->choke(oldest.lane);
        if ((oldest.group->dying() >> oldest.lane & 1) == 0) // off_mode=normal, and released already
            oldest.group->fade_out(oldest.lane, fast_off_seconds);
    }
}

// The zones of one note leave each other alone.
void SamplerProcess::choke(int group) noexcept DECANT_REALTIME
{
    voices_.for_each([&](VoicePlace voice) {
        if (voice->note != notes_ && voice->program == current_ && voice->zone->region.off_by == group)
            voice.group->choke(voice.lane);
    });
}

void SamplerProcess::update_levels(std::uint8_t channel) noexcept DECANT_REALTIME
{
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel)
            voice.group->set_level(voice.lane, level(*voice), settings_);
    });
}

VoiceLevel SamplerProcess::level(const VoiceStart& voice) const noexcept DECANT_REALTIME
{
    const Channel& channel = channels_[voice.channel];
    const Region& region = voice.zone->region;
    const Articulation* const articulation = voice.zone->articulation.get();
    // A region that uses these controllers in its own way does so instead.
    const auto answers = [&](unsigned which) {
        return articulation == nullptr || !articulation->replaces[which];
    };
    VoiceLevel level{.gain = volume_ * voice.zone->gain * voice.note_gain * voice.expression.gain,
                     .pan = voice.note_pan};
    for (const unsigned which : {controller::volume, controller::expression})
        if (answers(which))
            level.gain *= squared(channel.controls[which]);
    if (answers(controller::pan)) {
        const float* const own = voice.sources.own.find(controller::pan);
        level.pan += ((own != nullptr ? *own : channel.controls[controller::pan]) * 127 - 64) / 63;
    }
    for (const ControlCrossfade& fade : region.control_fades)
        level.gain *= fade_at(fade.fade, channel.controls[static_cast<std::size_t>(fade.control)] * 127,
                              region.control_fade_curve);
    level.pan = std::clamp(level.pan, -1.0f, 1.0f);
    return level;
}

} // namespace decant::sampler
