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

constexpr double glide_seconds = 0.005;

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

bool VoiceGroup::start(unsigned lane, const VoiceStart& start, double bend_cents, StereoGain gain,
                       const RenderSettings& settings) noexcept DECANT_REALTIME
{
    const Zone& zone = *start.zone;
    const Region& region = zone.region;
    Voice& voice = voices_[lane];
    voice = Voice{};
    static_cast<VoiceStart&>(voice) = start;
    voice.envelope.start(region.ampeg, settings.rate);
    if (voice.envelope.done())
        return false;
    voice.looping = zone.loop != nullptr;
    voice.cents = (100.0 * voice.key - zone.keycenter_cents) * region.pitch_keytrack / 100 +
                  100.0 * region.transpose + region.tune;
    voice.bend = bend_cents;
    pitch[lane] = 0;
    cutoff[lane] = 0;

    streams_ = settings.streams;
    cursors_[lane].position = 0;
    set_increment(lane, settings); // before, as how soon the next block is needed depends on it
    place(lane, fixed(zone.frames.start));
    load_envelope(lane);
    gains_.left[lane] = gains_.left_target[lane] = gain.left;
    gains_.right[lane] = gains_.right_target[lane] = gain.right;
    gains_.glide_left[lane] = 0;
    gains_.ramp_left[lane] = gain.left * voice.envelope.level();
    gains_.ramp_right[lane] = gain.right * voice.envelope.level();
    gains_.piece_left[lane] = 0;

    unplanned_ |= bit(lane);
    active_ |= bit(lane);
    set(stereo_, lane, zone.sample->channels == 2);
    set(filtered_, lane, region.filter.cutoff.has_value());
    if (region.filter.cutoff)
        set_filter(lane, settings);
    return true;
}

void VoiceGroup::remove(unsigned lane) noexcept DECANT_REALTIME
{
    for (LaneMask* mask : {&active_, &ended_, &dying_, &releasing_, &rising_, &filtered_, &stereo_,
                           &unplanned_, &in_pieces_, &tuned_, &starving_, &pitch_moved, &filter_moved})
        *mask &= ~bit(lane);
    voices_[lane].stream.leave();
    // Its filter goes on with the others', on what is left of its frames.
    filters_.m0[lane] = filters_.m1[lane] = filters_.m2[lane] = 0;
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
    const double cents = voice.cents + voice.bend + static_cast<double>(voice.expression.cents + pitch[lane]);
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

void VoiceGroup::set_filter(unsigned lane, const RenderSettings& settings) noexcept DECANT_REALTIME
{
    const Voice& voice = voices_[lane];
    const FilterSettings& filter = voice.zone->region.filter;
    cutoff_base[lane] = voice.zone->cutoff_cents +
                        filter.keytrack * static_cast<float>(voice.key - filter.keycenter) +
                        filter.veltrack * static_cast<float>(voice.velocity) / 127;
    const bool one_pole = filter.type == FilterType::lpf_1p || filter.type == FilterType::hpf_1p;
    constexpr double cents_per_decibel = 1200 / 6.020599913279624;
    const auto damping = static_cast<float>(ratio_of_cents(-filter.resonance * cents_per_decibel));
    struct Mix {
        float m0, m1, m2;
    };
    const Mix mix = [&]() -> Mix {
        switch (filter.type) {
        case FilterType::lpf_1p:
        case FilterType::lpf_2p:
            return {0, 0, 1};
        case FilterType::hpf_1p:
            return {1, 0, -1};
        case FilterType::hpf_2p:
            return {1, -damping, -1};
        case FilterType::bpf_2p:
            return {0, 1, 0};
        case FilterType::brf_2p:
            return {1, -damping, 0};
        }
        return {1, 0, 0};
    }();
    filters_.damping[lane] = damping;
    filters_.one_pole[lane] = one_pole ? 1 : 0;
    filters_.m0[lane] = mix.m0;
    filters_.m1[lane] = mix.m1;
    filters_.m2[lane] = mix.m2;
    for (Lanes<float>* state : {&filters_.left1, &filters_.left2, &filters_.right1, &filters_.right2})
        (*state)[lane] = 0;
    filters_.cutoff[lane] = static_cast<float>(ratio_of_cents(cutoff_base[lane] + cutoff[lane]));
    settings.kernels->tune(filters_, bit(lane), static_cast<float>(settings.rate), control_frames, true);
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
    if (voice.zone->loop_mode == LoopMode::loop_sustain && voice.looping) {
        // Back from the repetitions behind the loop's end into the sample.
        const FrameRange& range = voice.zone->loop->range;
        std::uint64_t at = position(lane);
        const auto frame = static_cast<std::int64_t>(at >> position_bits);
        if (frame >= range.end) {
            const std::int64_t once = range.end - range.start;
            at -= fixed((frame - range.start) / once * once);
        }
        voice.looping = false;
        place(lane, at);
    }
    fade_out(lane, voice.zone->region.ampeg.release);
    dying_ &= ~bit(lane);
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

void VoiceGroup::fade_out(unsigned lane, double seconds) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    voice.held = false;
    take_envelope(lane);
    voice.envelope.resume(heard_level(lane), 0);
    voice.envelope.release(std::max(seconds, shortest_release));
    load_envelope(lane);
    gains_.piece_left[lane] = 0;
    unplanned_ |= bit(lane);
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
        if (!voice.envelope.releasing())
            fade_out(lane, region.ampeg.release);
        return;
    case OffMode::time:
        return fade_out(lane, region.off_time);
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
            set_gain(lane, {gains_.left_target[lane], gains_.right_target[lane]}, settings.rate);
        if ((filtered_ & bit(lane)) != 0)
            settings.kernels->tune(filters_, bit(lane), static_cast<float>(settings.rate), control_frames,
                                   true);
    }
    set_increment(lane, settings);
}

void VoiceGroup::set_bend(unsigned lane, double cents,
                          const RenderSettings& settings) noexcept DECANT_REALTIME
{
    voices_[lane].bend = cents;
    set_increment(lane, settings);
}

void VoiceGroup::set_gain(unsigned lane, StereoGain gain, double rate) noexcept DECANT_REALTIME
{
    const auto frames =
        static_cast<std::int32_t>(std::clamp(glide_seconds * rate, 1.0, static_cast<double>(1 << 20)));
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
