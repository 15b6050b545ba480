// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/running-host.hpp"

#include <cstdint>
#include <filesystem>
#include <variant>

namespace decant::service
{

/// What the plugin plays is to be written as a preset, whose form the extension says.
struct SavePreset {
    std::filesystem::path file;
};

/// A preset, ours or another host's, is to be played.
struct LoadPreset {
    std::filesystem::path file;

    /// Of which `file` is a copy, or empty: a plugin that reads its presets by itself finds beside it what
    /// the preset needs, and shows its name.
    std::filesystem::path origin{};
};

/// One of the plugin's own programs.
struct SelectProgram {
    std::uint32_t index;
};

using PresetWish = std::variant<SavePreset, LoadPreset, SelectProgram>;

/// What the extension of a preset's file says. Throws PluginError.
[[nodiscard]] protocol::PresetForm preset_form_of(const std::filesystem::path& file);

/// Whether the plugin plays something else afterwards.
[[nodiscard]] bool changes_plugin(const PresetWish& wish) noexcept;

/// Throws PluginError: of the kind `answer` where the host works on.
void fulfil(const PresetWish& wish, RunningHost& host);

} // namespace decant::service
