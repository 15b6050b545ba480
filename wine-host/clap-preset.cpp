// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Presets of a CLAP plugin: its state as a file, files of its own, and those that come with it.

#include "wine-host/clap-plugin.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/text.hpp"

#include <string>
#include <string_view>

namespace decant::host
{
namespace
{

using protocol::FailureCode;

constexpr std::string_view state_suffix = ".clap-state";

} // namespace

std::vector<std::byte> ClapPlugin::preset(protocol::PresetForm form)
{
    if (form != protocol::PresetForm::clap)
        throw PluginError(FailureCode::refused, "presets of CLAP plugins are .clap-state files");
    if (state_ == nullptr)
        throw PluginError(FailureCode::refused, "the plugin has no state of its own to keep in a preset");
    return StateBlob::decode(state(), protocol::PluginFormat::clap, id_).payload;
}

/// A plugin that fails half way may have changed.
template <class Change>
void ClapPlugin::keeping_state(Change change)
{
    const auto before = state();
    try {
        change();
    } catch (const PluginError&) {
        try {
            restore(before);
        } catch (const PluginError& error) {
            print_error(std::string("what the plugin played before is lost: ") + error.what());
        }
        throw;
    }
}

void ClapPlugin::load_preset(std::span<const std::byte> file, const std::string& path)
{
    if (preset_load_ != nullptr && !path.empty() && !path.ends_with(state_suffix))
        return load_from(clap::place_file, to_utf8(to_windows_path(path)).c_str(), nullptr);
    // Whose they are only the plugin can tell: the bytes are nothing but its own.
    const StateBlob bytes{protocol::PluginFormat::clap, id_, StateKind::chunk, {file.begin(), file.end()}};
    keeping_state([&] { restore(bytes.encode()); });
}

void ClapPlugin::select_program(std::uint32_t program)
{
    const ClapPreset& preset = presets_.at(program);
    load_from(preset.kind, preset.kind == clap::place_file ? preset.path.c_str() : nullptr,
              preset.key.empty() ? nullptr : preset.key.c_str());
}

void ClapPlugin::load_from(clap::PlaceKind kind, const char* path, const char* key)
{
    keeping_state([&] {
        static_cast<void>(host_.take_preset_error());
        if (preset_load_->from_location(plugin_, kind, path, key))
            return;
        const std::string reason = host_.take_preset_error();
        throw PluginError(
            FailureCode::state_mismatch,
            reason.empty() ? "the plugin does not take the preset, and does not say why; it may be another "
                             "plugin's or version's, or damaged"
                           : "the plugin does not take the preset: " + reason);
    });
}

} // namespace decant::host
