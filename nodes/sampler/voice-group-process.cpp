// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How a group of voices is rendered.

#include "nodes/sampler/voice-group.hpp"

#include <algorithm>
#include <bit>

namespace decant::sampler
{
namespace
{

// Where an envelope is too steep for a straight line over control_frames.
constexpr std::uint32_t fine_frames = 8;

constexpr LaneMask bit(unsigned lane) noexcept
{
    return LaneMask{1} << lane;
}

template <class Visit>
void for_each_lane(LaneMask mask, Visit&& visit) noexcept DECANT_REALTIME
{
    for (; mask != 0; mask &= mask - 1)
        visit(static_cast<unsigned>(std::countr_zero(mask)));
}

void move_on(GainRamp& ramp, std::uint32_t frames) noexcept DECANT_REALTIME
{
    ramp.left += ramp.left_step * static_cast<float>(frames);
    ramp.right += ramp.right_step * static_cast<float>(frames);
}

} // namespace

void VoiceGroup::render(const OutputPairs& outputs, std::uint32_t frames, LaneMask which,
                        RenderSettings& settings) noexcept DECANT_REALTIME
{
    std::uint32_t to_grid = settings.to_grid;
    for (std::uint32_t done = 0; done < frames;) {
        const std::uint32_t count = std::min(frames - done, to_grid);
        render_segment(outputs.from(done), count, to_grid, which & active_ & ~ended_, settings);
        done += count;
        to_grid = count == to_grid ? control_frames : to_grid - count;
    }
}

void VoiceGroup::render_segment(const OutputPairs& outputs, std::uint32_t frames, std::uint32_t to_grid,
                                LaneMask which, RenderSettings& settings) noexcept DECANT_REALTIME
{
    if (which == 0)
        return;
    if ((starving_ & which) != 0) {
        for_each_lane(starving_ & which, [&](unsigned lane) { fade_out(lane, starved_seconds); });
        starving_ &= ~which;
    }
    plan(which, to_grid, settings);
    const LaneMask on_the_way = which & (filtered_ | widened_);
    if (on_the_way != 0) {
        read_frames(on_the_way, frames, settings);
        filters_.process(which & filtered_, stereo_, settings.left, settings.right, frames,
                         *settings.kernels);
        widen(which & widened_, frames, settings);
    }
    for_each_lane(which & ~in_pieces_, [&](unsigned lane) { mix(lane, 0, frames, outputs, settings); });
    for_each_lane(which & in_pieces_,
                  [&](unsigned lane) { mix_in_pieces(lane, frames, to_grid, outputs, settings); });
    for_each_lane(which, [&](unsigned lane) { voices_[lane].sounded = true; });
}

// Lays the ramps to the next point of the grid: those of all lanes at a point of the grid, between them only
// of new voices and of those that begin to fade. Never where a block happens to begin, or the sound would
// depend on it.
void VoiceGroup::plan(LaneMask which, std::uint32_t to_grid,
                      const RenderSettings& settings) noexcept DECANT_REALTIME
{
    LaneMask due = which & unplanned_;
    if (to_grid == control_frames) {
        due = which;
        filters_.settle(which);
        for_each_lane(which & moving_, [&](unsigned lane) { tick(lane, settings); });
        for_each_lane(which & followed_ & ~moving_, [&](unsigned lane) {
            apply(lane, modulations_[lane].now(voices_[lane].sources), glide_frames(settings.rate), settings);
        });
        followed_ &= ~which;
        for_each_lane(which & widened_, [&](unsigned lane) {
            Voice& voice = voices_[lane];
            voice.width_step = (voice.wanted_width - voice.width) / control_frames;
        });
    }
    if (due == 0)
        return;
    const LaneMask steady = settings.kernels->advance(gains_, due, to_grid);
    in_pieces_ = (in_pieces_ & ~due) | (due & ~steady);
    unplanned_ &= ~due;
}

// Reads up to `frames` frames, stretch after stretch: read(frames before it, count). Returns how many there
// were.
template <class Read>
std::uint32_t VoiceGroup::advance_cursor(unsigned lane, std::uint32_t frames,
                                         Read&& read) noexcept DECANT_REALTIME
{
    Cursor& cursor = cursors_[lane];
    for (std::uint32_t done = 0; done < frames;) {
        std::uint32_t count = frames - done;
        if (cursor.position + cursor.increment * (count - 1) >= cursor.end) [[unlikely]] {
            if (cursor.position >= cursor.end) {
                if (!next_stretch(lane)) {
                    ended_ |= bit(lane);
                    return done;
                }
                continue;
            }
            const std::uint64_t left =
                (cursor.end - cursor.position + cursor.increment - 1) / cursor.increment;
            count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, count));
        }
        read(done, count);
        cursor.position += cursor.increment * count;
        done += count;
    }
    return frames;
}

void VoiceGroup::read_frames(LaneMask which, std::uint32_t frames,
                             RenderSettings& settings) noexcept DECANT_REALTIME
{
    for_each_lane(which, [&](unsigned lane) {
        float* const left = settings.left.of[lane].data();
        float* const right = settings.right.of[lane].data();
        std::fill_n(left, frames, 0.0f);
        std::fill_n(right, frames, 0.0f);
        constexpr GainRamp as_it_is{.left = 1, .right = 1, .left_step = 0, .right_step = 0};
        advance_cursor(lane, frames, [&](std::uint32_t done, std::uint32_t count) {
            const Cursor& cursor = cursors_[lane];
            cursor.mix(cursor, count, as_it_is, left + done, right + done);
        });
    });
}

// Makes the sides, which is what the channels differ in, as wide as they ought to be.
void VoiceGroup::widen(LaneMask which, std::uint32_t frames,
                       RenderSettings& settings) noexcept DECANT_REALTIME
{
    for_each_lane(which, [&](unsigned lane) {
        Voice& voice = voices_[lane];
        float* const left = settings.left.of[lane].data();
        float* const right = settings.right.of[lane].data();
        for (std::uint32_t frame = 0; frame < frames; ++frame) {
            const float width = voice.width + voice.width_step * static_cast<float>(frame);
            const float middle = (left[frame] + right[frame]) / 2;
            const float side = (left[frame] - right[frame]) / 2 * width;
            left[frame] = middle + side;
            right[frame] = middle - side;
        }
        voice.width += voice.width_step * static_cast<float>(frames);
    });
}

// Adds frames `first` and on of the segment, read from the sample or, filtered, from the group's frames, and
// moves on on the lane's ramp.
void VoiceGroup::mix(unsigned lane, std::uint32_t first, std::uint32_t frames, const OutputPairs& outputs,
                     const RenderSettings& settings) noexcept DECANT_REALTIME
{
    float* const left = outputs.left(outputs_[lane]) + first;
    float* const right = outputs.right(outputs_[lane]) + first;
    GainRamp ramp{.left = gains_.ramp_left[lane],
                  .right = gains_.ramp_right[lane],
                  .left_step = gains_.step_left[lane],
                  .right_step = gains_.step_right[lane]};
    gains_.ramp_left[lane] += ramp.left_step * static_cast<float>(frames);
    gains_.ramp_right[lane] += ramp.right_step * static_cast<float>(frames);
    if (((filtered_ | widened_) & bit(lane)) != 0) {
        const float* const from_left = settings.left.of[lane].data() + first;
        const float* const from_right =
            (stereo_ & bit(lane)) != 0 ? settings.right.of[lane].data() + first : from_left;
        settings.kernels->mix_frames(from_left, from_right, frames, ramp, left, right);
        return;
    }
    advance_cursor(lane, frames, [&](std::uint32_t done, std::uint32_t count) {
        const Cursor& cursor = cursors_[lane];
        cursor.mix(cursor, count, ramp, left + done, right + done);
        move_on(ramp, count);
    });
}

void VoiceGroup::mix_in_pieces(unsigned lane, std::uint32_t frames, std::uint32_t to_grid,
                               const OutputPairs& outputs,
                               const RenderSettings& settings) noexcept DECANT_REALTIME
{
    take_envelope(lane);
    Envelope& envelope = voices_[lane].envelope;
    std::uint32_t& piece_left = gains_.piece_left[lane];
    const bool was_ended = (ended_ & bit(lane)) != 0; // the sample, in filter()
    for (std::uint32_t done = 0; done < frames && (was_ended || (ended_ & bit(lane)) == 0);) {
        if (piece_left == 0) {
            if (envelope.done())
                break;
            const std::uint32_t longest =
                std::min(to_grid - done, envelope.steep() ? fine_frames : control_frames);
            piece_left = static_cast<std::uint32_t>(std::min<std::int64_t>(longest, envelope.frames_left()));
            envelope.advance(piece_left);
            glide(lane, piece_left);
            const auto steps = static_cast<float>(piece_left);
            gains_.step_left[lane] = (gains_.left[lane] * envelope.level() - gains_.ramp_left[lane]) / steps;
            gains_.step_right[lane] =
                (gains_.right[lane] * envelope.level() - gains_.ramp_right[lane]) / steps;
        }
        const std::uint32_t count = std::min(frames - done, piece_left);
        mix(lane, done, count, outputs, settings);
        piece_left -= count;
        done += count;
    }
    // Found here, not at the next block, so that a finished voice is free at once.
    if (envelope.done() && piece_left == 0)
        ended_ |= bit(lane);
    load_envelope(lane);
}

void VoiceGroup::glide(unsigned lane, std::uint32_t frames) noexcept DECANT_REALTIME
{
    std::int32_t& left = gains_.glide_left[lane];
    if (left == 0)
        return;
    left -= static_cast<std::int32_t>(frames);
    if (left > 0) {
        gains_.left[lane] += gains_.left_glide[lane] * static_cast<float>(frames);
        gains_.right[lane] += gains_.right_glide[lane] * static_cast<float>(frames);
        return;
    }
    left = 0;
    gains_.left[lane] = gains_.left_target[lane];
    gains_.right[lane] = gains_.right_target[lane];
}

} // namespace decant::sampler
