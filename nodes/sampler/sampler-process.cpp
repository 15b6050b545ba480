// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-process.hpp"

#include "nodes/realtime/flush-to-zero.hpp"

#include <algorithm>
#include <utility>

namespace decant::sampler
{

namespace
{

bool has_comb(const FilterSettings& filter) noexcept
{
    return filter.type == FilterType::comb && filter.cutoff.has_value();
}

std::size_t combs_for(const Instrument& instrument)
{
    const auto zones = instrument.zones();
    return std::any_of(
               zones.begin(), zones.end(),
               [](const Zone& zone) { return has_comb(zone.region.filter) || has_comb(zone.region.filter2); })
               ? CombFilters::usual
               : 0;
}

} // namespace

Program::Program(std::shared_ptr<const Instrument> of, std::shared_ptr<const KeyTuning> tuned)
    : instrument(std::move(of)), tuning(std::move(tuned)), sequence(instrument->zones().size()),
      signals(instrument->signals()), switches(16 * instrument->keyswitches().size(), -1),
      combs(combs_for(*instrument))
{
    for (std::uint8_t channel = 0; channel < 16; ++channel)
        for (std::size_t keyswitch = 0; keyswitch < instrument->keyswitches().size(); ++keyswitch)
            last_switch(channel, keyswitch) =
                static_cast<std::int16_t>(instrument->keyswitches()[keyswitch].initial);
    const auto zones = instrument->zones();
    fades = std::any_of(zones.begin(), zones.end(),
                        [](const Zone& zone) { return !zone.region.control_fades.empty(); });
    for (unsigned key = 0; key < switch_keys.size(); ++key) {
        const auto keyswitches = instrument->keyswitches();
        switch_keys[key] =
            std::any_of(keyswitches.begin(), keyswitches.end(), [key](const KeyswitchRange& range) {
                return static_cast<int>(key) >= range.lokey && static_cast<int>(key) <= range.hikey;
            });
        instrument->for_each_zone(key, [&](std::uint32_t index) {
            if (zones[index].sample != nullptr)
                switch_keys[key] = false;
        });
    }
}

SamplerProcess::SamplerProcess(SamplerLink& link, std::size_t polyphony)
    : link_(link), voices_(polyphony), tail_(most_outputs), delayed_(most_delayed)
{
    settings_.kernels = &kernels();
    settings_.rate = 0;
    settings_.streams = &streams_;
    for (std::uint8_t channel = 0; channel < channel_count; ++channel)
        channels_[channel].home = channel;
    for (unsigned control = 0; control < controller::all; ++control)
        link_.controls.show(control, channels_[0].controls[control]);
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
    follow(cycle.transport);
    set_volume(link_.volume.load(std::memory_order_relaxed));
    transposition_ = link_.transposition.load(std::memory_order_relaxed);
    keep_limit(link_.polyphony.load(std::memory_order_relaxed));
    keep_deadline(cycle);
    grant_wishes();

    const OutputPairs outputs{
        .channels = cycle.outputs.data(),
        .pairs = static_cast<unsigned>(std::min<std::size_t>(cycle.outputs.size() / 2, most_outputs))};
    std::uint32_t done = 0;
    const auto render_until = [&](std::uint32_t frame) {
        render(outputs.from(done), frame - done);
        done = frame;
    };
    QueuedEvent queued;
    while (link_.queue.pop(queued)) {
        render_until(std::clamp(queued.frame, done, cycle.frames));
        handle(queued);
    }
    for (const nodes::MidiEvent& event : cycle.midi_in) {
        render_until(std::clamp(event.frame, done, cycle.frames));
        if (event.midi2[0] != 0)
            handle_midi2(event.midi2);
        else
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
    current_ = no_program; // so that the controllers' first values start nothing
    delayed_count_ = 0;    // they belong to the one before
    begin_program(**free);
    current_ = static_cast<std::uint32_t>(free - programs_.begin());
}

void SamplerProcess::begin_program(Program& program) noexcept DECANT_REALTIME
{
    for (const ControlDefault& value : program.instrument->controls())
        for (std::uint8_t channel = 0; channel < 16; ++channel)
            if (!link_.controls.kept(value.control))
                set_control(channel, value.control, value.value);
    for (std::uint8_t channel = 0; channel < 16; ++channel)
        program.signals.reset(channel, channels_[channel].controls);
}

// To another rate, quality or tuning.
void SamplerProcess::adapt(double rate) noexcept DECANT_REALTIME
{
    const Quality quality = link_.quality.load(std::memory_order_acquire);
    const float tuning = link_.tuning.load(std::memory_order_relaxed);
    if (rate == settings_.rate && quality == settings_.quality && tuning == settings_.tuning)
        return;
    const double previous = std::exchange(settings_.rate, rate);
    settings_.tuning = tuning;
    settings_.quality = quality;
    settings_.bank = link_.banks[static_cast<std::size_t>(quality)].load(std::memory_order_acquire);
    voices_.for_each([&](VoicePlace voice) { voice.group->adapt(voice.lane, settings_, previous); });
}

void SamplerProcess::follow(const nodes::Transport& transport) noexcept DECANT_REALTIME
{
    song_ = transport;
    song_clock_ = clock_;
    // A stranger's tempo: nothing waits for ever, and nothing is calculated that is no number.
    constexpr double usual = 120;
    settings_.tempo =
        transport.tempo_valid && transport.tempo > 0 ? std::clamp(transport.tempo, 1.0, 10'000.0) : usual;
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

// Voices that are too many are faded out.
void SamplerProcess::keep_limit(std::size_t polyphony) noexcept DECANT_REALTIME
{
    voices_.set_limit(polyphony);
    if (voices_.sounding() > polyphony)
        static_cast<void>(voices_.fade_least(voices_.sounding() - polyphony));
}

// What others want controllers to be, on all channels. What that starts is started once.
void SamplerProcess::grant_wishes() noexcept DECANT_REALTIME
{
    link_.controls.take_wishes([this](unsigned which, float value) {
        const float before = channels_[0].controls[which];
        for (std::uint8_t channel = 0; channel < channel_count; ++channel)
            static_cast<void>(move_control(channel, which, value));
        start_by_control(0, which, before);
    });
}

// The key that plays; keys that only switch stay where they are. -1: none.
int SamplerProcess::transposed(std::uint8_t key) const noexcept DECANT_REALTIME
{
    if (current_ != no_program && programs_[current_]->switch_keys[key])
        return key;
    const int moved = key + transposition_;
    return moved >= 0 && moved <= 127 ? moved : -1;
}

void SamplerProcess::set_volume(float volume) noexcept DECANT_REALTIME
{
    if (volume == volume_)
        return;
    volume_ = volume;
    for (std::uint8_t channel = 0; channel < 16; ++channel)
        update_levels(channel);
}

void SamplerProcess::render(const OutputPairs& outputs, std::uint32_t frames) noexcept DECANT_REALTIME
{
    for (std::uint32_t done = 0; done < frames;) {
        start_delayed();
        const std::uint32_t count = frames_at_once(frames - done);
        const bool to_grid = count == settings_.to_grid;
        voices_.render(outputs.from(done), count, settings_, [&](VoicePlace voice) { remove(voice); });
        tail_.mix(outputs.from(done), count);
        clock_ += count;
        done += count;
        if (to_grid)
            move_signals();
    }
}

// Up to the next voice that is to start; to the next point of the grid while signals move.
std::uint32_t SamplerProcess::frames_at_once(std::uint32_t most) const noexcept DECANT_REALTIME
{
    for (std::size_t index = 0; index < delayed_count_; ++index)
        most = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, delayed_[index].due - clock_));
    const bool moving = std::any_of(programs_.begin(), programs_.end(), [](const auto& program) {
        return program != nullptr && program->signals.moving();
    });
    return moving ? std::min(most, settings_.to_grid) : most;
}

void SamplerProcess::move_signals() noexcept DECANT_REALTIME
{
    for (std::uint32_t index = 0; index < most_programs; ++index) {
        if (programs_[index] == nullptr || !programs_[index]->signals.moving())
            continue;
        SignalValues& signals = programs_[index]->signals;
        for (std::uint8_t channel = 0; channel < 16; ++channel) {
            if (!signals.moving(channel))
                continue;
            signals.advance(channel, control_frames / settings_.rate);
            voices_.for_each([&](VoicePlace voice) {
                if (voice->program == index && voice->channel == channel)
                    voice.group->follow(voice.lane);
            });
        }
    }
}

void SamplerProcess::handle(const QueuedEvent& event) noexcept DECANT_REALTIME
{
    if (event.kind != QueuedEvent::Kind::midi)
        return express(event);
    if (event.midi2[0] != 0)
        return handle_midi2(event.midi2);
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
        express(voice, expression);
    });
}

void SamplerProcess::express(VoicePlace voice, const NoteExpression& expression) noexcept DECANT_REALTIME
{
    voice.group->express(voice.lane, expression);
    voice.group->set_bend(voice.lane, bend_cents(voice->zone->region, voice->channel), settings_);
    voice.group->set_level(voice.lane, level(*voice), settings_);
}

void SamplerProcess::handle(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME
{
    // System messages concern nobody here; what is cut short or has data above 127 is not MIDI.
    if (message.size() < 2 || message[1] > 127)
        return;
    const auto channel = static_cast<std::uint8_t>(message[0] & 0x0f);
    const std::uint8_t first = message[1];
    switch (message[0] & 0xf0) {
    case 0xc0:
        return set_program(channel, first);
    case 0xd0:
        return set_for_zone(channel, controller::channel_aftertouch, static_cast<float>(first) / 127);
    default:
        break;
    }
    if (message.size() < 3 || message[2] > 127)
        return;
    const std::uint8_t second = message[2];
    switch (message[0] & 0xf0) {
    case 0x90:
        return second != 0 ? press(channel, first, second) : lift(channel, first, 64);
    case 0x80:
        return lift(channel, first, second);
    case 0xa0:
        if (const int played = channels_[channel].played_as[first]; played >= 0)
            key_aftertouch(channel, static_cast<std::uint8_t>(played), static_cast<float>(second) / 127);
        return;
    case 0xb0:
        return control_change(channel, first, second);
    case 0xe0:
        return pitch_bend(channel, (second << 7 | first) - 8192);
    default:
        return;
    }
}

// A key of the keyboard, which may stand for another one. `pitch` is in cents off it.
void SamplerProcess::press(std::uint8_t channel, std::uint8_t key, float velocity,
                           std::optional<float> pitch) noexcept DECANT_REALTIME
{
    const int played = transposed(key);
    channels_[channel].played_as[key] = static_cast<std::int16_t>(played);
    if (played < 0)
        return;
    KeyExpression& expression = channels_[channel].expressions[static_cast<std::size_t>(played)];
    expression.pitch = pitch.value_or(expression.given_pitch);
    note_on(channel, static_cast<std::uint8_t>(played), velocity);
}

void SamplerProcess::lift(std::uint8_t channel, std::uint8_t key, float velocity) noexcept DECANT_REALTIME
{
    if (const int played = channels_[channel].played_as[key]; played >= 0)
        note_off(channel, static_cast<std::uint8_t>(played), velocity);
}

void SamplerProcess::all_sound_off(std::uint8_t channel) noexcept DECANT_REALTIME
{
    channels_[channel].down.reset();
    channels_[channel].sustained.reset();
    channels_[channel].caught.reset();
    delayed_count_ = 0;
    voices_.for_each([&](VoicePlace voice) {
        if (voice->channel == channel)
            voice.group->fade_out(voice.lane, fast_off_seconds);
    });
}

void SamplerProcess::remove(VoicePlace voice) noexcept DECANT_REALTIME
{
    --programs_[voice->program]->sounding;
    give_back(voice->combs, voice->program);
    voices_.remove(voice);
}

void SamplerProcess::give_back(const FilterBank::Combs& combs, std::uint32_t program) noexcept DECANT_REALTIME
{
    for (CombFilter* const comb : combs)
        programs_[program]->combs.give_back(comb);
}

float SamplerProcess::next_random() noexcept DECANT_REALTIME
{
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return static_cast<float>(random_ >> 8) * 0x1p-24f;
}

} // namespace decant::sampler
