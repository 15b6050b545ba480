// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/restart-policy.hpp"

#include <algorithm>

namespace decant::service
{

std::optional<std::chrono::milliseconds> RestartPolicy::failed(std::chrono::nanoseconds ran) noexcept
{
    if (ran >= limits_.healthy)
        failures_ = 0;
    if (++failures_ > limits_.in_a_row)
        return std::nullopt;
    constexpr unsigned most_doublings = 10;
    return limits_.first_delay * (1u << std::min(failures_ - 1, most_doublings));
}

} // namespace decant::service
