// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/plugin.hpp"
#include "wine-host/protocol/messages.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace decant::host
{

/// How the payload of a state is to be read.
enum class StateKind : std::uint32_t {
    chunk = 1,   ///< the plugin's own bytes
    values = 2,  ///< u32 program, u32 count, count times f32: a plugin that has no bytes of its own
    members = 3, ///< u32 count, count times text name, text identity, text version, blob state: a chain
    numbered_values = 4, ///< as encode_parameters() makes it, for a plugin that has no bytes of its own
};

/// Of a payload: what fits into a message beside its passport.
inline constexpr std::size_t most_state_bytes = protocol::max_message_bytes - 4096;

/// That is not enough for `what`.
[[nodiscard]] PluginError too_large(std::string_view what);

/// A plugin's state with its passport: the format, the plugin it belongs to, and a checksum over all.
struct StateBlob {
    protocol::PluginFormat format;
    std::string plugin; ///< unique id, as in the description
    StateKind kind;
    std::vector<std::byte> payload;

    [[nodiscard]] std::vector<std::byte> encode() const;

    /// Throws PluginError with state_mismatch if the bytes are damaged, of another format, or of another
    /// plugin.
    [[nodiscard]] static StateBlob decode(std::span<const std::byte> bytes, protocol::PluginFormat format,
                                          const std::string& plugin);
};

} // namespace decant::host
