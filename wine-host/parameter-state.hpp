// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace decant::host
{

/// The state of a plugin that has none of its own but its parameters: u32 count, count times u32 number of
/// the parameter in the plugin, f64 value. Both spans have the same length.
[[nodiscard]] std::vector<std::byte> encode_parameters(std::span<const std::uint32_t> numbers,
                                                       std::span<const double> values);

/// Throws PluginError with state_mismatch if the bytes are damaged.
[[nodiscard]] std::vector<std::pair<std::uint32_t, double>>
decode_parameters(std::span<const std::byte> bytes);

} // namespace decant::host
