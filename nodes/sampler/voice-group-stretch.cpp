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
        const Loop& loop = *voice.zone->loop;
        if (frame >= loop.seam.end) {
            const std::int64_t back = (frame - loop.wrap) / loop.length * loop.length;
            at -= fixed(back);
            frame -= back;
        }
        limit = loop.seam.start;
        if (frame >= limit) {
            voice.origin = loop.seam.start;
            cursor.data = loop.frame(loop.seam.start, sample.frame_bytes());
            cursor.position = at - fixed(voice.origin);
            cursor.end = fixed(loop.seam.end - loop.seam.start);
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
        end = before_gap(lane, frame, end, limit);
    cursor.position = at - fixed(voice.origin);
    cursor.end = fixed(end - voice.origin);
    return cursor.position < cursor.end;
}

// A stretch that ends at `end` is read to there if what comes next is in memory. Otherwise it is looked for
// again while there is time to fade out; then the fade begins, and all of the stretch is for that.
std::int64_t VoiceGroup::before_gap(unsigned lane, std::int64_t frame, std::int64_t end,
                                    std::int64_t limit) noexcept DECANT_REALTIME
{
    Voice& voice = voices_[lane];
    const Sample& sample = *voice.zone->sample;
    std::int64_t next = end;
    if (end == limit) {
        if (!voice.looping)
            return end; // the end of the sample
        next = voice.zone->loop->wrap;
        if (next >= voice.zone->loop->seam.start)
            return end; // a short loop stays in its seam
    }
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
