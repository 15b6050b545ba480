// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace decant::sampler
{

/// How samples are read between their frames, from cheap to clean. The sinc levels are named after the taps
/// of their kernel; a sample that is pitched up is read with as many more taps as it is faster, and what
/// would come out above the Nyquist frequency is left out.
enum class Quality : std::uint8_t { linear, four_point, sinc8, sinc16, sinc32, sinc64 };

inline constexpr std::size_t qualities = 6;

/// As users write them, in the order of Quality.
inline constexpr std::array<std::string_view, qualities> quality_names = {"linear",  "4-point", "sinc-8",
                                                                          "sinc-16", "sinc-32", "sinc-64"};

/// Null if there is no quality of this name.
[[nodiscard]] constexpr std::optional<Quality> quality_named(std::string_view name) noexcept
{
    for (std::size_t index = 0; index < qualities; ++index)
        if (quality_names[index] == name)
            return static_cast<Quality>(index);
    return std::nullopt;
}

[[nodiscard]] constexpr std::string_view to_string(Quality quality) noexcept
{
    return quality_names[static_cast<std::size_t>(quality)];
}

} // namespace decant::sampler
