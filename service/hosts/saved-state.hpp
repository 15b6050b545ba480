// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace decant::service
{

/// What a state file holds.
struct SavedState {
    std::string plugin;                         ///< the plugin's id, as in its description
    std::vector<std::byte> bytes;               ///< as from HostLink::state()
    std::map<std::string, double> configured{}; ///< parameters by name, as the configuration had them then
    std::map<std::uint32_t, double> values{};   ///< parameters by number, as they were set after `bytes`
};

/// A file that is whole, and of a form that only a newer decantd reads.
struct NewerState {
};

/// A file that is none of ours, or not as it was written.
struct DamagedState {
};

using DecodedState = std::variant<DamagedState, NewerState, SavedState>;

/// The bytes of a file.
[[nodiscard]] std::vector<std::byte> encode(const SavedState& state);

[[nodiscard]] DecodedState decode_state(std::span<const std::byte> file);

/// CRC-32.
[[nodiscard]] std::uint32_t checksum(std::span<const std::byte> bytes);

} // namespace decant::service
