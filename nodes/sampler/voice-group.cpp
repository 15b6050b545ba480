// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/voice-group.hpp"

#include "nodes/sampler/pitch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace decant::sampler
{
namespace
{

// A release of nothing would click; this is ARIA's default, too.
constexpr double shortest_release = 0.001;

constexpr double one_frame = 4294967296.0; // in fixed point
constexpr double highest_increment = 1024 * one_frame;

constexpr std::int32_t endless_stage = 0x7fffffff; // as the kernels know it

constexpr LaneMask bit(unsigned lane) noexcept
{
    return LaneMask{1} << lane;
}

constexpr void set(LaneMask& mask, unsigned lane, bool value) noexcept
{
    mask = value ? mask | bit(lane) : mask & ~bit(lane);
}

constexpr std::uint64_t fixed(std::int64_t frames) noexcept
{
    return static_cast<std::uint64_t>(frames) << position_bits;
}

KernelSet::Shape shape_of(Quality quality, std::uint32_t taps) noexcept DECANT_REALTIME
{
    using Shape = KernelSet::Shape;
    if (quality == Quality::linear)
        return Shape::linear;
    if (quality == Quality::four_point)
        return Shape::four_point;
    switch (taps) {
    case 8:
        return Shape::sinc8;
    case 16:
        return Shape::sinc16;
    default:
        return Shape::sinc_any;
    }
}

} // namespace

bool VoiceGroup::start(unsigned lane, const VoiceStart& start, double bend_cents, VoiceLevel level,
                       const RenderSettings& settings) noexcept DECANT_REALTIME
{
    const Zone& zone = *start.zone;
    const Region& region = zone.region;
    const Articulation* const articulation = zone.articulation.get();
    Voice& voice = voices_[lane];
    voice = Voice{};
    static_cast<VoiceStart&>(voice) = start;
    set_times(lane);
    voice.envelope.start(voice.times, settings.rate);
    if (voice.envelope.done() || start.offset >= zone.frames.end - zone.frames.start)
        return false;
    voice.looping = zone.loop != nullptr;
    voice.repeats = zone.repeats;
    voice.pitch = (voice.key_cents - zone.keycenter_cents) * region.pitch_keytrack / 100 +
                  100.0 * region.transpose + region.tune + region.group_tune + region.master_tune +
                  region.global_tune + voice.cents;
    voice.bend = bend_cents;
    voice.level = voice.wanted = level;
    voice.to_tick = settings.to_grid;
    Modulation modulation;
    if (articulation != nullptr) {
        modulations_[lane].start(articulation, voice.sources, voice.seed);
        modulation = modulations_[lane].now(voice.sources);
    }
    voice.added_pitch = modulation[Target::pitch];

    outputs_[lane] = static_cast<std::uint16_t>(region.output);
    streams_ = settings.streams;
    cursors_[lane].position = 0;
    set_increment(lane, settings); // before, as how soon the next block is needed depends on it
    place(lane, fixed(zone.frames.start + voice.offset));
    load_envelope(lane);
    const StereoGain gain = gain_of(lane, modulation);
    gains_.left[lane] = gains_.left_target[lane] = gain.left;
    gains_.right[lane] = gains_.right_target[lane] = gain.right;
    gains_.glide_left[lane] = 0;
    gains_.ramp_left[lane] = gain.left * voice.envelope.level();
    gains_.ramp_right[lane] = gain.right * voice.envelope.level();
    gains_.piece_left[lane] = 0;

    unplanned_ |= bit(lane);
    active_ |= bit(lane);
    const bool stereo = zone.sample->channels == 2;
    set(stereo_, lane, stereo);
    set(moving_, lane, articulation != nullptr && articulation->moves());
    set(widened_, lane,
        stereo && (region.width != 100 || (articulation != nullptr && articulation->width_moves)));
    voice.width = voice.wanted_width = width_of(lane, modulation);
    set(filtered_, lane,
        filters_.start(lane, zone, voice.key, voice.velocity / 127, voice.cutoff_cents, voice.combs,
                       modulation, *settings.kernels, settings.rate));
    return true;
}

// The stages of the amplitude envelope, with what controllers and velocity add to them.
void VoiceGroup::set_times(unsigned lane) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    const Zone& zone = *voice.zone;
    voice.times = zone.region.ampeg;
    if (zone.articulation == nullptr)
        return;
    EnvelopeTimes& times = voice.times;
    const std::array<float*, stages> members{&times.start, &times.delay,   &times.attack, &times.hold,
                                             &times.decay, &times.sustain, &times.release};
    for (std::size_t stage = 0; stage < stages; ++stage) {
        const auto& added = zone.articulation->ampeg[stage];
        if (!added)
            continue;
        const bool level = stage == static_cast<std::size_t>(Stage::start) ||
                           stage == static_cast<std::size_t>(Stage::sustain);
        *members[stage] = std::clamp(*members[stage] + value_of(*added, *zone.articulation, voice.sources),
                                     0.0f, level ? 100.0f : 1000.0f);
    }
}

void VoiceGroup::remove(unsigned lane) noexcept DECANT_REALTIME
{
    for (LaneMask* mask : {&active_, &ended_, &dying_, &releasing_, &rising_, &filtered_, &widened_, &stereo_,
                           &unplanned_, &in_pieces_, &moving_, &followed_, &starving_})
        *mask &= ~bit(lane);
    voices_[lane].stream.leave();
    filters_.remove(lane);
}

void VoiceGroup::prefetch() const noexcept DECANT_REALTIME
{
    for (LaneMask left = active_; left != 0; left &= left - 1) {
        const Cursor& cursor = cursors_[static_cast<std::size_t>(std::countr_zero(left))];
        const std::byte* const next =
            cursor.data + static_cast<std::size_t>(cursor.position >> position_bits) * cursor.frame_bytes;
        __builtin_prefetch(next);
        __builtin_prefetch(next + 64);
        __builtin_prefetch(next + 128);
    }
}

std::uint64_t VoiceGroup::position(unsigned lane) const noexcept DECANT_REALTIME
{
    return cursors_[lane].position + fixed(voices_[lane].origin);
}

void VoiceGroup::place(unsigned lane, std::uint64_t position) noexcept DECANT_REALTIME
{
    voices_[lane].origin = 0;
    cursors_[lane].position = position;
    cursors_[lane].end = 0;
    if (!next_stretch(lane))
        set(ended_, lane, true);
}

void VoiceGroup::set_increment(unsigned lane, const RenderSettings& settings) noexcept DECANT_REALTIME
{
    const Voice& voice = voices_[lane];
    const Sample& sample = *voice.zone->sample;
    Cursor& cursor = cursors_[lane];
    const double cents = voice.pitch + voice.bend +
                         static_cast<double>(voice.expression.cents + voice.added_pitch + settings.tuning);
    const double frames = ratio_of_cents(cents) * sample.rate / settings.rate;
    cursor.increment = static_cast<std::uint64_t>(std::clamp(frames * one_frame, 1.0, highest_increment));
    cursor.frame_bytes = static_cast<std::uint16_t>(sample.frame_bytes());
    cursor.taps = 0;
    if (settings.bank != nullptr) {
        const SincBank::Kernel& kernel = settings.bank->kernel_for(cursor.increment);
        cursor.rows = kernel.rows;
        cursor.taps = kernel.taps;
        cursor.phase_bits = static_cast<std::uint16_t>(kernel.phase_bits);
    }
    // Every kernel reads a whole frame as it is, where the sample is not pitched up.
    const bool whole = cursor.increment == fixed(1) && static_cast<std::uint32_t>(cursor.position) == 0;
    const auto shape =
        static_cast<std::size_t>(whole ? KernelSet::Shape::copy : shape_of(settings.quality, cursor.taps));
    const auto format = static_cast<std::size_t>(sample.format);
    cursor.mix = settings.kernels->mix[format][sample.channels - 1][shape];
}

void VoiceGroup::load_envelope(unsigned lane) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    const Envelope& envelope = voice.envelope;
    gains_.level[lane] = envelope.exact_level();
    gains_.frame_factor[lane] = envelope.frame_step().factor;
    gains_.frame_summand[lane] = envelope.frame_step().summand;
    gains_.control_factor[lane] = envelope.control_step().factor;
    gains_.control_summand[lane] = envelope.control_step().summand;
    constexpr std::int64_t longest = 1 << 30;
    voice.stage_loaded = envelope.endless() ? endless_stage
                         : envelope.steep()
                             ? 0 // in pieces
                             : static_cast<std::int32_t>(std::min(envelope.frames_left(), longest));
    gains_.stage_left[lane] = voice.stage_loaded;
    set(releasing_, lane, envelope.releasing());
    set(rising_, lane, envelope.rising());
}

void VoiceGroup::take_envelope(unsigned lane) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    if (voice.stage_loaded != 0)
        voice.envelope.resume(gains_.level[lane], voice.stage_loaded - gains_.stage_left[lane]);
    voice.stage_loaded = gains_.stage_left[lane];
}

void VoiceGroup::release(unsigned lane) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    voice.held = false;
    if (voice.zone->loop_mode == LoopMode::one_shot || voice.envelope.releasing())
        return;
    if (voice.zone->loop_mode == LoopMode::loop_sustain && voice.looping)
        leave_loop(lane);
    if (voice.zone->articulation != nullptr) {
        modulations_[lane].release(voice.sources);
        if (voice.zone->articulation->amplitude_envelope) { // which ends it
            releasing_ |= bit(lane);
            return;
        }
    }
    fade(lane, voice.times.release, voice.times.release_shape);
}

// The envelope's level in the midst of a ramp, at whose end the envelope is already.
double VoiceGroup::heard_level(unsigned lane) const noexcept DECANT_REALTIME
{
    const bool louder_left = gains_.left[lane] > gains_.right[lane];
    const float gain = louder_left ? gains_.left[lane] : gains_.right[lane];
    const float ramp = louder_left ? gains_.ramp_left[lane] : gains_.ramp_right[lane];
    if (gain <= 0 || gains_.glide_left[lane] != 0)
        return voices_[lane].envelope.exact_level();
    return static_cast<double>(std::clamp(ramp / gain, 0.0f, 1.0f));
}

void VoiceGroup::fade(unsigned lane, double seconds, float shape) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    voice.held = false;
    take_envelope(lane);
    voice.envelope.resume(heard_level(lane), 0);
    voice.envelope.release(std::max(seconds, shortest_release), shape);
    load_envelope(lane);
    gains_.piece_left[lane] = 0;
    unplanned_ |= bit(lane);
}

void VoiceGroup::fade_out(unsigned lane, double seconds) noexcept DECANT_REALTIME
{
    fade(lane, seconds, EnvelopeTimes{}.release_shape);
    dying_ |= bit(lane);
}

void VoiceGroup::choke(unsigned lane) noexcept DECANT_REALTIME
{
    const Voice& voice = voices_[lane];
    const Region& region = voice.zone->region;
    switch (region.off_mode) {
    case OffMode::fast:
        return fade_out(lane, fast_off_seconds);
    case OffMode::normal:
        if (!voice.envelope.releasing()) {
            fade(lane, voice.times.release, voice.times.release_shape);
            dying_ |= bit(lane);
        }
        return;
    case OffMode::time:
        fade(lane, region.off_time, region.off_shape);
        dying_ |= bit(lane);
        return;
    }
}

void VoiceGroup::adapt(unsigned lane, const RenderSettings& settings,
                       double previous_rate) noexcept DECANT_REALTIME
{
    if (settings.rate != previous_rate) {
        Voice& voice = voices_[lane];
        take_envelope(lane);
        voice.envelope.set_rate(settings.rate);
        load_envelope(lane);
        if (gains_.glide_left[lane] > 0)
            set_gain(lane, {gains_.left_target[lane], gains_.right_target[lane]},
                     glide_frames(settings.rate));
        if ((filtered_ & bit(lane)) != 0)
            filters_.adapt(lane, *settings.kernels, settings.rate);
    }
    set_increment(lane, settings);
}

void VoiceGroup::set_bend(unsigned lane, double cents,
                          const RenderSettings& settings) noexcept DECANT_REALTIME
{
    voices_[lane].bend = cents;
    set_increment(lane, settings);
}

void VoiceGroup::set_gain(unsigned lane, StereoGain gain, std::int32_t frames) noexcept DECANT_REALTIME
{
    gains_.left_target[lane] = gain.left;
    gains_.right_target[lane] = gain.right;
    gains_.left_glide[lane] = (gain.left - gains_.left[lane]) / static_cast<float>(frames);
    gains_.right_glide[lane] = (gain.right - gains_.right[lane]) / static_cast<float>(frames);
    gains_.glide_left[lane] = frames;
}

std::uint64_t VoiceGroup::rank(unsigned lane) const noexcept DECANT_REALTIME
{
    const float level = (rising_ & bit(lane)) != 0 ? 1.0f : static_cast<float>(gains_.level[lane]);
    const float loudness = std::max({gains_.left[lane], gains_.right[lane], 0.0f}) * level;
    const std::uint64_t sounding = (releasing_ & bit(lane)) != 0 ? 0 : 1;
    // Bits of floats that are not negative are in the order of the floats.
    return sounding << 63 | std::uint64_t{std::bit_cast<std::uint32_t>(loudness)} << 32 |
           (voices_[lane].note & 0xffffffff);
}

} // namespace decant::sampler
