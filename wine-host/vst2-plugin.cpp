// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst2-plugin.hpp"

#include "wine-host/protocol/wire.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/text.hpp"
#include "wine-host/vst2-description.hpp"
#include "wine-host/vst2-editor.hpp"
#include "wine-host/vst2-speakers.hpp"

#include <windows.h>

#include <algorithm>
#include <utility>

namespace decant::host
{
namespace
{

using protocol::FailureCode;

/// The plugin whose entry point runs on this thread: it calls back before there is an AEffect that could lead
/// to us.
thread_local Vst2Plugin* opening = nullptr;

Vst2Plugin::Entry entry_of(HMODULE module)
{
    // "main" is what plugins before VST 2.4 have.
    for (const char* name : {"VSTPluginMain", "main"}) {
        if (const FARPROC entry = GetProcAddress(module, name))
            return reinterpret_cast<Vst2Plugin::Entry>(reinterpret_cast<void*>(entry));
    }
    return nullptr;
}

std::vector<std::int32_t> plugins_of_shell(const Vst2Effect& shell,
                                           std::vector<protocol::PluginInFile>& plugins)
{
    constexpr std::size_t most = 4096;
    std::vector<std::int32_t> ids;
    while (ids.size() < most) {
        char name[1024] = {};
        const auto id = static_cast<std::int32_t>(shell.dispatch(effShellGetNextPlugin, 0, 0, name));
        if (id == 0)
            break;
        name[sizeof name - 1] = '\0';
        ids.push_back(id);
        plugins.push_back({vst2_id(id), from_plugin(name)});
    }
    return ids;
}

} // namespace

std::unique_ptr<Plugin> open_vst2_plugin(const LoadedFile& file, const std::string& plugin_class,
                                         PluginListener& listener)
{
    const Vst2Plugin::Entry entry = entry_of(file.module);
    if (entry == nullptr)
        return nullptr;
    auto plugin = std::make_unique<Vst2Plugin>(file, entry, 0, listener);
    std::vector<protocol::PluginInFile> plugins;
    if (plugin->effect().dispatch(effGetPlugCategory) != kPlugCategShell) {
        plugins.push_back({vst2_id(plugin->effect().id()), plugin->effect().text(effGetEffectName)});
        static_cast<void>(pick_plugin(plugins, plugin_class, file.name));
    } else {
        const auto ids = plugins_of_shell(plugin->effect(), plugins);
        const auto picked = &pick_plugin(plugins, plugin_class, file.name) - plugins.data();
        plugin.reset();
        plugin = std::make_unique<Vst2Plugin>(file, entry, ids[static_cast<std::size_t>(picked)], listener);
    }
    plugin->set_plugins_in_file(std::move(plugins));
    return plugin;
}

Vst2Plugin::Vst2Plugin(const LoadedFile& file, Entry entry, std::int32_t shell_id, PluginListener& listener)
    : file_(file), listener_(listener), shell_id_(shell_id), main_thread_(GetCurrentThreadId())
{
    set_time({});
    opening = this;
    AEffect* effect = entry(&callback);
    opening = nullptr;
    if (effect == nullptr)
        throw PluginError(FailureCode::refused, file.name +
                                                    " refused to start; it may need files or a licence that "
                                                    "its installer puts into the Wine prefix");
    if (effect->magic != kEffectMagic)
        throw PluginError(FailureCode::not_a_plugin,
                          file.name + " has an entry point of VST2, but no plugin behind it");
    effect_ = std::make_unique<Vst2Effect>(effect);
    effect_->set_user(this);
    listener_.expect_parameters(effect_->parameters());
    told_ = std::vector<std::atomic<float>>(effect_->parameters());
    effect_->dispatch(effOpen);
}

Vst2Plugin::~Vst2Plugin()
{
    deactivate();
}

protocol::PluginDescription Vst2Plugin::describe()
{
    auto description = describe_vst2(*effect_, file_.name);
    description.in_file = in_file_;
    return description;
}

void Vst2Plugin::activate(double rate, std::uint32_t max_frames)
{
    rate_ = rate;
    max_frames_ = max_frames;
    silence_.assign(max_frames, 0.0f);
    waste_.assign(max_frames, 0.0f);
    inputs_.fill(silence_.data());
    outputs_.fill(waste_.data());
    doubles_.reset();
    if (effect_->is_double())
        doubles_.emplace(effect_->inputs(), effect_->outputs(), max_frames, Vst2Effect::most_pins);
    set_time({});

    effect_->dispatch(effSetSampleRate, 0, 0, nullptr, static_cast<float>(rate));
    effect_->dispatch(effSetBlockSize, 0, static_cast<VstIntPtr>(max_frames));
    effect_->dispatch(effMainsChanged, 0, 1);
    effect_->dispatch(effStartProcess);
    active_ = true;
}

void Vst2Plugin::deactivate() noexcept
{
    if (!std::exchange(active_, false))
        return;
    effect_->dispatch(effStopProcess);
    effect_->dispatch(effMainsChanged, 0, 0);
}

std::vector<std::byte> Vst2Plugin::state()
{
    StateBlob blob{protocol::PluginFormat::vst2, vst2_id(effect_->id()), StateKind::values, {}};
    if (effect_->has_chunks()) {
        void* chunk = nullptr;
        const VstIntPtr size = effect_->dispatch(effGetChunk, 0, 0, &chunk);
        if (chunk != nullptr && size > 0) {
            if (size > static_cast<VstIntPtr>(most_state_bytes))
                throw too_large("the plugin's state");
            const auto* bytes = static_cast<const std::byte*>(chunk);
            blob.kind = StateKind::chunk;
            blob.payload.assign(bytes, bytes + size);
            return blob.encode();
        }
    }
    protocol::WireWriter out;
    out.put(static_cast<std::uint32_t>(effect_->dispatch(effGetProgram))).put(effect_->parameters());
    for (std::uint32_t id = 0; id < effect_->parameters(); ++id)
        out.put(effect_->parameter(id));
    blob.payload.assign(out.bytes().begin(), out.bytes().end());
    return blob.encode();
}

void Vst2Plugin::restore(std::span<const std::byte> state)
{
    StateBlob blob = StateBlob::decode(state, protocol::PluginFormat::vst2, vst2_id(effect_->id()));
    if (blob.kind == StateKind::chunk) {
        if (!effect_->has_chunks())
            throw PluginError(FailureCode::state_mismatch,
                              "the state was saved by a version of the plugin that kept it in another form");
        effect_->dispatch(effSetChunk, 0, static_cast<VstIntPtr>(blob.payload.size()), blob.payload.data());
        return;
    }

    protocol::WireReader in(blob.payload);
    const auto program = in.get<std::uint32_t>();
    const auto count = in.get<std::uint32_t>();
    std::vector<float> values;
    for (std::uint32_t id = 0; id < count && !in.failed(); ++id)
        values.push_back(in.get<float>());
    if (blob.kind != StateKind::values || !in.complete() || count != effect_->parameters())
        throw PluginError(FailureCode::state_mismatch,
                          "the state was saved by a version of the plugin with other parameters");
    if (program < effect_->programs())
        effect_->dispatch(effSetProgram, 0, static_cast<VstIntPtr>(program));
    for (std::uint32_t id = 0; id < count; ++id)
        effect_->set_parameter(id, std::clamp(values[id], 0.0f, 1.0f));
}

std::vector<double> Vst2Plugin::values()
{
    std::vector<double> values;
    for (std::uint32_t id = 0; id < effect_->parameters(); ++id) {
        const float value = effect_->parameter(id);
        note_told(id, value);
        values.push_back(value);
    }
    return values;
}

bool Vst2Plugin::work()
{
    if (!values_moved_.exchange(false))
        return false;
    const auto count = std::min<std::size_t>(effect_->parameters(), told_.size());
    for (std::uint32_t id = 0; id < count; ++id)
        if (const float now = effect_->parameter(id); told_[id].exchange(now) != now)
            listener_.parameter_moved(id, now);
    return false;
}

void Vst2Plugin::note_told(std::uint32_t id, float value) noexcept
{
    if (id < told_.size())
        told_[id].store(value, std::memory_order_relaxed);
}

void Vst2Plugin::arrange(protocol::ChannelLayout inputs, protocol::ChannelLayout outputs)
{
    set_speakers(*effect_, inputs, outputs);
}

std::unique_ptr<Editor> Vst2Plugin::make_editor(EditorFrame& frame)
{
    if (!effect_->has_editor())
        return nullptr;
    return std::make_unique<Vst2Editor>(*effect_, frame_, frame);
}

VstIntPtr Vst2Plugin::callback(AEffect* effect, int opcode, int index, VstIntPtr value, void* const pointer,
                               float number)
{
    Vst2Plugin* plugin = opening;
    if (plugin == nullptr && effect != nullptr)
        plugin = static_cast<Vst2Plugin*>(effect->user);
    if (plugin == nullptr)
        return opcode == audioMasterVersion ? kVstVersion : 0; // a thread of the entry point, too early
    return plugin->answer(opcode, index, value, pointer, number);
}

} // namespace decant::host
