// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wire.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace decant::protocol
{

/// What the main input or output of a plugin is to consist of.
enum class ChannelLayout : std::uint32_t {
    own, ///< what the plugin comes with
    mono,
    stereo,
    quad, ///< in front and behind, left and right
    surround_5_0,
    surround_5_1,
    surround_7_1, ///< 5.1 with left and right at the sides
};

/// By their numbers; people write all but the first.
inline constexpr std::array<std::string_view, 7> channel_layout_names{"own", "mono", "stereo", "quad",
                                                                      "5.0", "5.1",  "7.1"};

/// Channels; zero for ChannelLayout::own.
[[nodiscard]] constexpr std::uint32_t channels_of(ChannelLayout layout) noexcept
{
    constexpr std::array<std::uint32_t, channel_layout_names.size()> counts{0, 1, 2, 4, 5, 6, 8};
    return counts[static_cast<std::size_t>(layout)];
}

inline ChannelLayout get_layout(WireReader& in)
{
    const auto number = in.get<std::uint32_t>();
    return number < channel_layout_names.size() ? static_cast<ChannelLayout>(number) : ChannelLayout::own;
}

} // namespace decant::protocol
