// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/protocol/wire.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/vst3-plugin.hpp"
#include "wine-host/vst3-preset-file.hpp"

#include <tuple>

namespace decant::host
{

using protocol::FailureCode;
using protocol::PresetForm;

std::vector<std::byte> Vst3Plugin::preset(PresetForm form)
{
    if (form != PresetForm::vstpreset)
        throw PluginError(FailureCode::refused, "presets of VST3 plugins are .vstpreset files");
    const auto blob = StateBlob::decode(state(), protocol::PluginFormat::vst3, class_.id_text);
    protocol::WireReader in(blob.payload);
    const auto component = in.get_blob();
    const auto controller = in.get_blob();
    if (blob.kind != StateKind::chunk || component.empty())
        throw PluginError(FailureCode::refused, "the plugin has no state of its own to keep in a preset");
    return encode_vst3_preset(
        {class_.id_text, {component.begin(), component.end()}, {controller.begin(), controller.end()}});
}

void Vst3Plugin::load_preset(std::span<const std::byte> file, const std::string&)
{
    const auto preset = decode_vst3_preset(file);
    if (!preset)
        throw PluginError(FailureCode::state_mismatch, looks_like_vst3_preset(file)
                                                           ? "the preset is damaged or cut short"
                                                           : "the file is no preset of VST3 (.vstpreset)");
    if (preset->plugin != class_.id_text)
        throw PluginError(FailureCode::state_mismatch, "the preset belongs to another plugin, \"" +
                                                           preset->plugin + "\", and this one is \"" +
                                                           class_.id_text + "\"");
    protocol::WireWriter halves;
    halves.put_blob(preset->component).put_blob(preset->controller);
    StateBlob blob{protocol::PluginFormat::vst3, class_.id_text, StateKind::chunk, {}};
    blob.payload.assign(halves.bytes().begin(), halves.bytes().end());
    restore(blob.encode());
}

void Vst3Plugin::select_program(std::uint32_t program)
{
    new_midi_map_.take(midi_map_); // no block runs now
    auto [slot, value] = midi_map_.program(0, static_cast<int>(program));
    for (int channel = 1; slot < 0 && channel < 16; ++channel)
        std::tie(slot, value) = midi_map_.program(channel, static_cast<int>(program));
    if (slot < 0)
        throw PluginError(FailureCode::refused, "the plugin lets nobody but itself select its programs");
    const auto at = static_cast<std::uint32_t>(slot);
    values_.set(parameters_[at].id, value);
    edits_->set(at, value);
    if (shown_at_[at] >= 0)
        listener_.parameter_moved(static_cast<std::uint32_t>(shown_at_[at]), value);
}

} // namespace decant::host
