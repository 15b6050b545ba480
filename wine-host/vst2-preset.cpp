// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/fxp-file.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/vst2-description.hpp"
#include "wine-host/vst2-plugin.hpp"

#include <algorithm>
#include <utility>

namespace decant::host
{
namespace
{

using protocol::FailureCode;
using protocol::PresetForm;

constexpr int whole_bank = 0;
constexpr int one_program = 1; ///< what effGetChunk and effSetChunk are to mean

std::vector<float> values_of(const Vst2Effect& effect)
{
    std::vector<float> values;
    for (std::uint32_t id = 0; id < effect.parameters(); ++id)
        values.push_back(effect.parameter(id));
    return values;
}

std::vector<std::byte> chunk_of(const Vst2Effect& effect, int what)
{
    void* chunk = nullptr;
    const VstIntPtr size = effect.dispatch(effGetChunk, what, 0, &chunk);
    if (chunk == nullptr || size <= 0)
        throw PluginError(FailureCode::refused, "the plugin does not give what it plays");
    if (size > static_cast<VstIntPtr>(most_state_bytes))
        throw too_large("what the plugin plays");
    const auto* bytes = static_cast<const std::byte*>(chunk);
    return {bytes, bytes + size};
}

void give_chunk(const Vst2Effect& effect, int what, std::vector<std::byte> chunk)
{
    if (!effect.has_chunks())
        throw PluginError(FailureCode::state_mismatch,
                          "the preset was saved by a version of the plugin that kept it in another form");
    effect.dispatch(effSetChunk, what, static_cast<VstIntPtr>(chunk.size()), chunk.data());
}

void give_values(const Vst2Effect& effect, const std::vector<float>& values)
{
    const auto count = std::min<std::size_t>(values.size(), effect.parameters());
    for (std::uint32_t id = 0; id < count; ++id)
        effect.set_parameter(id, std::clamp(values[id], 0.0F, 1.0F));
}

FxpProgram program_of(const Vst2Effect& effect, FxpPlugin plugin)
{
    FxpProgram program{plugin, effect.text(effGetProgramName), {}};
    if (effect.has_chunks())
        program.content = chunk_of(effect, one_program);
    else
        program.content = values_of(effect);
    return program;
}

void select(const Vst2Effect& effect, std::uint32_t program)
{
    effect.dispatch(effSetProgram, 0, static_cast<VstIntPtr>(program));
}

void give_name(const Vst2Effect& effect, std::string name)
{
    if (!name.empty())
        effect.dispatch(effSetProgramName, 0, 0, name.data());
}

/// A plugin without bytes of its own shows a program only while it is selected.
template <class Visit>
void visit_programs(const Vst2Effect& effect, std::uint32_t count, Visit visit)
{
    const auto current = static_cast<std::uint32_t>(effect.dispatch(effGetProgram));
    for (std::uint32_t i = 0; i < count; ++i) {
        select(effect, i);
        visit(i);
    }
    select(effect, current < count ? current : 0);
}

void give(const Vst2Effect& effect, FxpProgram program)
{
    if (auto* chunk = std::get_if<0>(&program.content)) {
        give_chunk(effect, one_program, std::move(*chunk));
        return;
    }
    give_values(effect, std::get<1>(program.content));
    give_name(effect, std::move(program.name));
}

void give(const Vst2Effect& effect, FxpBank bank)
{
    if (auto* chunk = std::get_if<0>(&bank.content)) {
        give_chunk(effect, whole_bank, std::move(*chunk));
        return;
    }
    auto& programs = std::get<1>(bank.content);
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(programs.size(), effect.programs()));
    for (std::uint32_t i = 0; i < count; ++i) {
        select(effect, i);
        give_values(effect, std::get<1>(programs[i].content));
        give_name(effect, std::move(programs[i].name));
    }
    if (bank.current < effect.programs())
        select(effect, bank.current);
}

} // namespace

std::vector<std::byte> Vst2Plugin::preset(PresetForm form)
{
    const FxpPlugin plugin{effect_->id(), effect_->version()};
    if (form == PresetForm::fxp)
        return encode_fxp(program_of(*effect_, plugin));
    if (form != PresetForm::fxb)
        throw PluginError(FailureCode::refused, "presets of VST2 plugins are .fxp and .fxb files");
    FxpBank bank{plugin, static_cast<std::uint32_t>(effect_->dispatch(effGetProgram)), {}};
    if (effect_->has_chunks()) {
        bank.content = chunk_of(*effect_, whole_bank);
        return encode_fxb(bank, effect_->programs());
    }
    auto& programs = bank.content.emplace<1>();
    visit_programs(*effect_, effect_->programs(),
                   [&](std::uint32_t) { programs.push_back(program_of(*effect_, plugin)); });
    return encode_fxb(bank, effect_->programs());
}

void Vst2Plugin::load_preset(std::span<const std::byte> file, const std::string&)
{
    auto preset = decode_fxp(file);
    if (!preset)
        throw PluginError(FailureCode::state_mismatch, looks_like_fxp(file)
                                                           ? "the preset is damaged or cut short"
                                                           : "the file is no preset of VST2 (.fxp, .fxb)");
    const auto id = std::visit([](const auto& content) { return content.plugin.id; }, *preset);
    if (id != effect_->id())
        throw PluginError(FailureCode::state_mismatch, "the preset belongs to another plugin, \"" +
                                                           vst2_id(id) + "\", and this one is \"" +
                                                           vst2_id(effect_->id()) + "\"");
    std::visit([this](auto& content) { give(*effect_, std::move(content)); }, *preset);
}

void Vst2Plugin::select_program(std::uint32_t program)
{
    select(*effect_, program);
}

} // namespace decant::host
