// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace decant::protocol
{

/// RLIMIT_RTTIME in microseconds: `hard` is what RealtimeKit wants a process to have, and kills it. The soft
/// limit, which only warns, is this. The host sets it anew, by one less, when it was warned; the service when
/// it has seen that.
constexpr std::uint64_t warning_usec(std::uint64_t hard) noexcept
{
    return hard / 4 * 3;
}

} // namespace decant::protocol
