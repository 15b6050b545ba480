// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

namespace decant::sampler
{

/// Returns 2^(cents/1200), within 10^-7 of it, from a table: pitch bends arrive by the thousand and the audio
/// thread calls no pow(). `cents` is limited to ±24000. [rt]
[[nodiscard]] double ratio_of_cents(double cents) noexcept DECANT_REALTIME;

} // namespace decant::sampler
