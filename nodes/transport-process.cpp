// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/transport-process.hpp"

#include "nodes/filter-process.hpp"

#include <spa/node/io.h>

#include <algorithm>
#include <cmath>

namespace decant::nodes
{

namespace
{

double beats_in(std::uint64_t frames, std::uint32_t rate, double tempo) noexcept
{
    constexpr double seconds_per_minute = 60;
    return rate != 0 ? static_cast<double>(frames) / rate * tempo / seconds_per_minute : 0;
}

} // namespace

Transport transport_of(const spa_io_position& position, std::uint64_t beat_age) noexcept DECANT_REALTIME
{
    Transport transport;
    transport.playing = position.state == SPA_IO_POSITION_STATE_RUNNING;
    const spa_io_segment& segment = position.segments[0];
    const auto running = static_cast<std::int64_t>(position.clock.position) - position.offset;
    const auto since_start = running - static_cast<std::int64_t>(segment.start);
    const double rate = segment.rate != 0.0 && std::isfinite(segment.rate) ? segment.rate : 1.0;
    const double frame = static_cast<double>(since_start) * rate + static_cast<double>(segment.position);
    constexpr double most_frames = 9e15; // what a double counts exactly
    transport.position = static_cast<std::uint64_t>(std::clamp(frame, 0.0, most_frames));

    const spa_io_segment_bar& bar = segment.bar;
    const bool signature_valid = bar.signature_num >= 1 && bar.signature_num <= 256 &&
                                 bar.signature_denom >= 1 && bar.signature_denom <= 256;
    if ((bar.flags & SPA_IO_SEGMENT_BAR_FLAG_VALID) == 0 || !(bar.bpm > 0 && bar.bpm < 10'000) ||
        !signature_valid || !std::isfinite(bar.beat))
        return transport;
    transport.tempo_valid = true;
    transport.numerator = static_cast<std::uint32_t>(bar.signature_num);
    transport.denominator = static_cast<std::uint32_t>(bar.signature_denom);
    // A beat is the signature's, tempo and positions of plugins count quarter notes. JACK's masters count
    // bars from one, so that the first beat of a song has the number of beats in a bar.
    const double quarters_per_beat = 4.0 / bar.signature_denom;
    const double beats_per_bar = bar.signature_num;
    const double beat =
        bar.beat - beats_per_bar + beats_in(beat_age, position.clock.rate.denom, bar.bpm) * rate;
    transport.tempo = bar.bpm * quarters_per_beat;
    transport.quarter_position = beat * quarters_per_beat;
    transport.bar_start = std::floor(beat / beats_per_bar) * beats_per_bar * quarters_per_beat;
    return transport;
}

Transport with_tempo(Transport transport, double tempo, std::uint32_t rate) noexcept DECANT_REALTIME
{
    if (transport.tempo_valid)
        return transport;
    constexpr double beats_per_bar = 4;
    transport.tempo_valid = true;
    transport.tempo = tempo;
    transport.quarter_position = beats_in(transport.position, rate, tempo);
    transport.bar_start = std::floor(transport.quarter_position / beats_per_bar) * beats_per_bar;
    transport.numerator = transport.denominator = 4;
    return transport;
}

Transport TransportReader::read(const spa_io_position& position) noexcept DECANT_REALTIME
{
    const double beat = position.segments[0].bar.beat;
    const auto frames = std::min<std::uint64_t>(position.clock.duration, max_cycle_frames);
    if (position.state != SPA_IO_POSITION_STATE_RUNNING)
        beat_age_ = 0;
    else
        beat_age_ = beat != beat_ ? frames : beat_age_ + frames;
    beat_ = beat;

    Transport transport = transport_of(position, beat_age_);
    // Who has missed a cycle is still there.
    constexpr std::uint64_t seconds_until_gone = 1;
    if (beat_age_ > seconds_until_gone * position.clock.rate.denom)
        transport.tempo_valid = false;
    return transport;
}

} // namespace decant::nodes
