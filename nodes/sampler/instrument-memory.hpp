// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace decant::sampler
{

class Instrument;

/// Bytes of its zones, and of its samples and loops that are in memory, each counted once; not what streams
/// hold for a moment. [any]
[[nodiscard]] std::size_t memory_of(const Instrument& instrument);

} // namespace decant::sampler
