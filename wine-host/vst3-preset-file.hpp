// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace decant::host
{

/// What a `.vstpreset` file keeps of a plugin.
struct Vst3Preset {
    std::string plugin; ///< id of its class, 32 hexadecimal digits
    std::vector<std::byte> component;
    std::vector<std::byte> controller; ///< may be empty
};

/// The layout is the one of the VST3 SDK's documentation, "Preset Format": little-endian, the list of the
/// chunks at the end.
[[nodiscard]] std::vector<std::byte> encode_vst3_preset(const Vst3Preset& preset);

/// Nothing if the bytes are no whole file, or one without a component's state. Chunks of other kinds are
/// passed over.
[[nodiscard]] std::optional<Vst3Preset> decode_vst3_preset(std::span<const std::byte> bytes);

/// Whether the bytes begin as such a file.
[[nodiscard]] bool looks_like_vst3_preset(std::span<const std::byte> bytes) noexcept;

} // namespace decant::host
