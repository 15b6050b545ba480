// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/voice.hpp"

#include "nodes/sampler/pitch.hpp"

#include <algorithm>
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

constexpr std::uint64_t fixed(std::int64_t frames) noexcept
{
    return static_cast<std::uint64_t>(frames) << position_bits;
}

} // namespace

Voice::Voice(const Zone& zone, std::uint8_t midi_channel, std::uint8_t midi_key, double bend_cents,
             Gains gains, double rate) noexcept DECANT_REALTIME
    : zone_(&zone),
      interpolator_(interpolator_for(*zone.sample)),
      position_(fixed(zone.frames.start)),
      looping_(zone.loop != nullptr),
      rate_(rate),
      bend_(bend_cents),
      gains_(gains),
      gains_target_(gains),
      channel(midi_channel),
      key(midi_key)
{
    const Region& region = zone.region;
    cents_ = (100.0 * key - zone.keycenter_cents) * region.pitch_keytrack / 100 + 100.0 * region.transpose +
             region.tune;
    set_increment();
    envelope_.start(region.ampeg, rate);
    ended_ = envelope_.done();
    ramp_.left = gains_.left * envelope_.level();
    ramp_.right = gains_.right * envelope_.level();
}

void Voice::set_increment() noexcept DECANT_REALTIME
{
    const double frames = ratio_of_cents(cents_ + bend_) * zone_->sample->rate / rate_;
    increment_ = static_cast<std::uint64_t>(std::clamp(frames * one_frame, 1.0, highest_increment));
}

void Voice::render(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME
{
    while (frames != 0 && !ended_) {
        if (ramp_left_ == 0) {
            if (envelope_.done()) {
                ended_ = true;
                return;
            }
            next_ramp();
        }
        const std::uint32_t count = std::min(frames, ramp_left_);
        read(left, right, count);
        const auto steps = static_cast<float>(count);
        ramp_.left += ramp_.left_step * steps;
        ramp_.right += ramp_.right_step * steps;
        ramp_left_ -= count;
        left += count;
        right += count;
        frames -= count;
    }
    // Found here, not at the next block, so that a finished voice is free at once.
    if (ramp_left_ == 0 && envelope_.done())
        ended_ = true;
}

// Lays a straight line from the gains as they are to those at the end of the next control frames.
void Voice::next_ramp() noexcept DECANT_REALTIME
{
    const auto count =
        static_cast<std::uint32_t>(std::min<std::int64_t>(control_frames, envelope_.frames_left()));
    envelope_.advance(count);
    glide(count);
    const auto steps = static_cast<float>(count);
    ramp_.left_step = (gains_.left * envelope_.level() - ramp_.left) / steps;
    ramp_.right_step = (gains_.right * envelope_.level() - ramp_.right) / steps;
    ramp_left_ = count;
    sounded_ = true;
}

void Voice::glide(std::uint32_t frames) noexcept DECANT_REALTIME
{
    if (glide_left_ <= frames) {
        gains_ = gains_target_;
        glide_left_ = 0;
        return;
    }
    const float part = static_cast<float>(frames) / static_cast<float>(glide_left_);
    gains_.left += (gains_target_.left - gains_.left) * part;
    gains_.right += (gains_target_.right - gains_.right) * part;
    glide_left_ -= frames;
}

// Reads `frames` frames of the sample, from one stretch of memory after the other.
void Voice::read(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME
{
    const Sample& sample = *zone_->sample;
    GainRamp ramp = ramp_;
    while (frames != 0) {
        const std::byte* data = sample.frame(0);
        std::uint64_t base = 0;
        std::uint64_t end = fixed(zone_->frames.end);
        if (looping_) {
            const Loop& loop = *zone_->loop;
            auto frame = static_cast<std::int64_t>(position_ >> position_bits);
            if (frame >= loop.seam.end) {
                const std::int64_t back = (frame - loop.wrap) / loop.length * loop.length;
                position_ -= fixed(back);
                frame -= back;
            }
            if (frame < loop.seam.start) {
                end = fixed(loop.seam.start);
            } else {
                // Behind a loop near the sample's start the seam begins before it, hence from position 0 on.
                const std::int64_t first = std::max<std::int64_t>(loop.seam.start, 0);
                data = loop.frame(first, sample.frame_bytes());
                base = fixed(first);
                end = fixed(loop.seam.end);
            }
        }
        if (position_ >= end) {
            ended_ = true;
            return;
        }
        std::uint32_t count = frames;
        if (position_ + increment_ * (frames - 1) >= end)
            count = static_cast<std::uint32_t>((end - position_ + increment_ - 1) / increment_);
        interpolator_(data, position_ - base, increment_, count, ramp, left, right);
        position_ += increment_ * count;
        const auto steps = static_cast<float>(count);
        ramp.left += ramp.left_step * steps;
        ramp.right += ramp.right_step * steps;
        left += count;
        right += count;
        frames -= count;
    }
}

void Voice::release() noexcept DECANT_REALTIME
{
    held = false;
    if (zone_->loop_mode == LoopMode::one_shot || releasing())
        return;
    if (zone_->loop_mode == LoopMode::loop_sustain && looping_) {
        // Back from the repetitions behind the loop's end into the sample.
        const FrameRange& range = zone_->loop->range;
        const auto frame = static_cast<std::int64_t>(position_ >> position_bits);
        if (frame >= range.end) {
            const std::int64_t once = range.end - range.start;
            position_ -= fixed((frame - range.start) / once * once);
        }
        looping_ = false;
    }
    fade_out(zone_->region.ampeg.release);
}

void Voice::fade_out(double seconds) noexcept DECANT_REALTIME
{
    held = false;
    envelope_.release(std::max(seconds, shortest_release));
    // From the gain of this very frame. The envelope itself may be a few frames ahead.
    ramp_left_ = 0;
}

void Voice::choke() noexcept DECANT_REALTIME
{
    const Region& region = zone_->region;
    switch (region.off_mode) {
    case OffMode::fast:
        return fade_out(fast_off_seconds);
    case OffMode::normal:
        if (!releasing())
            fade_out(region.ampeg.release);
        return;
    case OffMode::time:
        return fade_out(region.off_time);
    }
}

void Voice::set_rate(double rate) noexcept DECANT_REALTIME
{
    if (rate == rate_)
        return;
    glide_left_ = static_cast<std::int64_t>(static_cast<double>(glide_left_) * rate / rate_);
    rate_ = rate;
    envelope_.set_rate(rate);
    set_increment();
}

void Voice::set_bend(double cents) noexcept DECANT_REALTIME
{
    bend_ = cents;
    set_increment();
}

void Voice::set_gains(Gains gains) noexcept DECANT_REALTIME
{
    gains_target_ = gains;
    glide_left_ = static_cast<std::int64_t>(glide_seconds * rate_);
}

float Voice::loudness() const noexcept DECANT_REALTIME
{
    return std::max(gains_.left, gains_.right) * envelope_.prospect();
}

} // namespace decant::sampler
