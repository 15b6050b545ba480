// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Which memory a voice reads from: the sample's head, a block of its stream, or the seam of a loop.

#include "nodes/sampler/voice-group.hpp"

#include <algorithm>
#include <cmath>

namespace decant::sampler
{
namespace
{

// Blocks are asked for that long before they are read, at the pitch of the moment.
constexpr double ahead_seconds = 0.4;
constexpr int most_ahead = 8; // blocks, for a voice that is pitched up by octaves

constexpr std::uint64_t fixed(std::int64_t frames) noexcept
{
    return static_cast<std::uint64_t>(frames) << position_bits;
}

constexpr std::int64_t nowhere = -1;

std::int64_t once_round(const Loop& loop) noexcept DECANT_REALTIME
{
    return loop.range.end - loop.range.start;
}

// How far a loop takes a voice back at a frame, counting the repeats. A voice whose last one is over is not
// looping any more.
std::int64_t go_back(Voice& voice, std::int64_t frame) noexcept DECANT_REALTIME
{
    const Loop& loop = *voice.zone->loop;
    const std::int64_t back = frame < loop.seam.end ? 0 : (frame - loop.wrap) / loop.length * loop.length;
    if (voice.repeats == Zone::endless)
        return back;
    const std::int64_t most = voice.repeats * once_round(loop);
    if (back >= most || frame >= loop.range.end + most) {
        voice.looping = false;
        return most;
    }
    voice.repeats -= back / once_round(loop);
    return back;
}

// The frame at which a voice has repeated its loop as often as it shall.
std::int64_t last_of_repeats(const Voice& voice) noexcept DECANT_REALTIME
{
    const Loop& loop = *voice.zone->loop;
    return voice.repeats == Zone::endless ? loop.seam.end : loop.range.end + voice.repeats * once_round(loop);
}

// What comes behind the sample's own frames, or those up to the seam of its loop.
std::int64_t behind(const Voice& voice) noexcept DECANT_REALTIME
{
    const Loop* const loop = voice.looping ? voice.zone->loop : nullptr;
    const bool stays_in_seam = loop != nullptr && loop->wrap >= loop->seam.start;
    return loop == nullptr || stays_in_seam ? nowhere : loop->wrap;
}

} // namespace

// Turns to the memory that the position lies in; false if there is none: the sample is at its end, or what
// comes next has not been read.
bool VoiceGroup::next_stretch(unsigned lane) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    Cursor& cursor = cursors_[lane];
    const Sample& sample = *voice.zone->sample;
    std::uint64_t at = position(lane);
    auto frame = static_cast<std::int64_t>(at >> position_bits);
    std::int64_t limit = voice.zone->frames.end;
    voice.origin = 0;
    if (voice.looping) {
        const std::int64_t back = go_back(voice, frame);
        at -= fixed(back);
        frame -= back;
    }
    if (voice.looping) {
        const Loop& loop = *voice.zone->loop;
        limit = loop.seam.start;
        if (frame >= limit) {
            std::int64_t end = std::min(loop.seam.end, last_of_repeats(voice));
            voice.origin = loop.seam.start;
            cursor.data = loop.frame(loop.seam.start, sample.frame_bytes());
            if (sample.stream && loop.wrap < limit && end == loop.seam.end)
                end = before_gap(lane, frame, end, loop.wrap, limit);
            cursor.position = at - fixed(voice.origin);
            cursor.end = fixed(end - voice.origin);
            return true;
        }
    }
    std::int64_t end = std::min(limit, sample.resident());
    cursor.data = sample.frame(0);
    if (frame >= end && frame < limit) {
        SampleStream& stream = *sample.stream;
        const std::size_t index = stream.index_of(frame);
        const std::byte* const memory = voice.stream.enter(stream, index, *streams_);
        if (memory == nullptr) {
            streams_->starved += (dying_ >> lane & 1) == 0 ? 1 : 0;
            return false;
        }
        voice.origin = stream.start_of(index);
        end = std::min(limit, voice.origin + stream.block_frames());
        cursor.data = memory + static_cast<std::size_t>(guard_frames) * sample.frame_bytes();
    }
    if (sample.stream && frame < end)
        end = before_gap(lane, frame, end, end == limit ? behind(voice) : end, limit);
    cursor.position = at - fixed(voice.origin);
    cursor.end = fixed(end - voice.origin);
    return cursor.position < cursor.end;
}

// A stretch that ends at `end` and goes on at `next` is read to there if that is in memory. Otherwise it is
// looked for again while there is time to fade out; then the fade begins, and all of the stretch is for that.
// Nothing comes behind a stretch whose `next` is `nowhere`.
std::int64_t VoiceGroup::before_gap(unsigned lane, std::int64_t frame, std::int64_t end, std::int64_t next,
                                    std::int64_t limit) noexcept DECANT_REALTIME
{
    if (next == nowhere)
        return end;
    Voice& voice = voices_[lane];
    const Sample& sample = *voice.zone->sample;
    ask_ahead(lane, frame, next, limit);
    if (next < sample.resident() ||
        voice.stream.prepare(*sample.stream, sample.stream->index_of(next), *streams_))
        return end;
    // Twice as much as it takes, since the voice may be bent up meanwhile.
    const double frames = 2 * (starved_seconds * streams_->rate + 2 * control_frames);
    const double increment = std::ldexp(static_cast<double>(cursors_[lane].increment), -position_bits);
    const auto margin = static_cast<std::int64_t>(
        std::min(frames * increment, static_cast<double>((end - voice.origin) / 2)));
    if (frame < end - margin)
        return end - margin;
    if (((starving_ | dying_) >> lane & 1) == 0)
        ++streams_->starved;
    starving_ |= LaneMask{1} << lane;
    return end;
}

// The note has ended: from where the loop is as the sample is, out into the rest of the sample.
void VoiceGroup::leave_loop(unsigned lane) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    const Loop& loop = *voice.zone->loop;
    std::uint64_t at = position(lane);
    const auto frame = static_cast<std::int64_t>(at >> position_bits);
    if (loop.crossfade > 0 && frame >= loop.seam.start && frame < loop.range.end) {
        voice.repeats = 1; // it is on its way to the start
        return;
    }
    // Back from the repetitions behind the loop's end into the sample.
    if (frame >= loop.range.end) {
        const std::int64_t once = loop.range.end - loop.range.start;
        at -= fixed((frame - loop.range.start) / once * once);
    }
    voice.looping = false;
    place(lane, at);
}

// Asks for the blocks that are read in the next moments, from the frame `from` on.
void VoiceGroup::ask_ahead(unsigned lane, std::int64_t frame, std::int64_t from,
                           std::int64_t limit) noexcept DECANT_REALTIME
{
    const Voice& voice = voices_[lane];
    const Sample& sample = *voice.zone->sample;
    SampleStream& stream = *sample.stream;
    const double per_second =
        std::ldexp(static_cast<double>(cursors_[lane].increment), -position_bits) * streams_->rate;
    double passed = static_cast<double>(std::max<std::int64_t>(from - frame, 0)); // frames of the sample
    for (int count = 0; count < most_ahead && from < limit; ++count) {
        if (from < sample.resident()) { // a loop goes back into the head
            passed += static_cast<double>(sample.resident() - from);
            from = sample.resident();
            continue;
        }
        const std::size_t index = stream.index_of(from);
        stream.ask(index, static_cast<std::uint32_t>(std::min(1000 * passed / per_second, 60'000.0)));
        const std::int64_t end = stream.start_of(index) + stream.block_frames();
        passed += static_cast<double>(end - from);
        from = end;
        if (passed > ahead_seconds * per_second)
            return;
    }
}

} // namespace decant::sampler
