// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace decant::host
{

/// The plugin that a preset of VST2 is for.
struct FxpPlugin {
    std::int32_t id = 0; ///< its unique id
    std::int32_t version = 0;
};

/// One program, as a `.fxp` file has it: the plugin's own bytes, or the values of its parameters.
struct FxpProgram {
    FxpPlugin plugin;
    std::string name; ///< at most 27 bytes are kept
    std::variant<std::vector<std::byte>, std::vector<float>> content;
};

/// All programs of a plugin, as a `.fxb` file has them: the plugin's own bytes, or each program's values.
struct FxpBank {
    FxpPlugin plugin;
    std::uint32_t current = 0; ///< program
    std::variant<std::vector<std::byte>, std::vector<FxpProgram>> content;
};

using FxpFile = std::variant<FxpProgram, FxpBank>;

/// The layout is the one of Steinberg's vstfxstore.h: every number big-endian, "CcnK" first.
[[nodiscard]] std::vector<std::byte> encode_fxp(const FxpProgram& program);

/// A plugin with its own bytes says in `programs` how many programs they hold.
[[nodiscard]] std::vector<std::byte> encode_fxb(const FxpBank& bank, std::uint32_t programs);

/// Nothing if the bytes are no whole file of either kind. The sizes that the file states of itself are not
/// asked: some hosts write zero there.
[[nodiscard]] std::optional<FxpFile> decode_fxp(std::span<const std::byte> bytes);

/// Whether the bytes begin as such a file.
[[nodiscard]] bool looks_like_fxp(std::span<const std::byte> bytes) noexcept;

} // namespace decant::host
