// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/nodes/sampler/support.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace decant::sampler::test
{

/// Up to a dozen events for a block of so many frames: notes, controllers and bends, messages of MIDI 2.0 of
/// any kind, and what is no MIDI at all. Some are behind its end.
[[nodiscard]] std::vector<At> random_events(std::mt19937& random, std::uint32_t frames);

} // namespace decant::sampler::test
