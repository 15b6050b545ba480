// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <cstdint>

struct spa_io_position; // NOLINT(readability-identifier-naming): PipeWire's

namespace decant::nodes
{

/// The song position that PipeWire gives for this cycle. `beat_age` is how many frames ago the beat was the
/// one that it tells. [any]
[[nodiscard]] Transport transport_of(const spa_io_position& position,
                                     std::uint64_t beat_age = 0) noexcept DECANT_REALTIME;

/// `transport` with a tempo of `tempo` (beats per minute) in 4/4, counted from its position, if it has none.
/// [any]
[[nodiscard]] Transport with_tempo(Transport transport, double tempo,
                                   std::uint32_t rate) noexcept DECANT_REALTIME;

/// Follows the graph's transport from cycle to cycle.
///
/// Tempo and beat come from one JACK client, the timebase master. It is asked at the end of a cycle, and what
/// it says of that cycle is told in the next one (PipeWire 1.4 to 1.6). One that leaves is not reported: its
/// last words stay.
class TransportReader
{
    double beat_ = 0;
    std::uint64_t beat_age_ = 0;

public:
    /// For each cycle once. [rt]
    [[nodiscard]] Transport read(const spa_io_position& position) noexcept DECANT_REALTIME;
};

} // namespace decant::nodes
