// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/restart-policy.hpp"

#include <algorithm>

namespace decant::service
{

std::optional<std::chrono::milliseconds> RestartPolicy::failed(std::chrono::nanoseconds played)
{
    for (auto& age : ages_)
        age += played;
    std::erase_if(ages_, [this](std::chrono::nanoseconds age) { return age >= limits_.window; });
    ages_.emplace_back(0);
    if (ages_.size() > limits_.most)
        return std::nullopt;
    if (ages_.size() == 1)
        return std::chrono::milliseconds(0);
    constexpr std::size_t most_doublings = 10;
    return limits_.first_delay * (1u << std::min(ages_.size() - 2, most_doublings));
}

std::string RestartPolicy::account() const
{
    const auto times = ages_.size() == 1 ? "once" : std::to_string(ages_.size()) + " times";
    const bool played = !ages_.empty() && ages_.front() > std::chrono::nanoseconds::zero();
    return "It has failed " + times +
           (played ? " within " + std::to_string(limits_.window.count() / 60) + " minutes of play"
                   : " and has not played in between");
}

} // namespace decant::service
