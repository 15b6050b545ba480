// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-plugin.hpp"

#include "wine-host/parameter-state.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/text.hpp"
#include "wine-host/vst3-editor.hpp"
#include "wine-host/vst3-message.hpp"

#include <windows.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace decant::host
{
namespace
{

using namespace vst3;
using protocol::FailureCode;

constexpr int32 most_parameters = 65536;

/// Made once for each file, and never ended: the file may be in use by another plugin of the group, and stays
/// loaded as long as the process lives.
IPluginFactory* factory_of(const LoadedFile& file)
{
    static std::map<HMODULE, IPluginFactory*> factories;
    if (const auto known = factories.find(file.module); known != factories.end())
        return known->second;
    const auto find = [&file](const char* name) {
        return reinterpret_cast<void*>(GetProcAddress(file.module, name));
    };
    const auto get_factory = reinterpret_cast<GetFactoryProc>(find("GetPluginFactory"));
    if (get_factory == nullptr)
        return nullptr;
    const auto start = reinterpret_cast<bool(PLUGIN_API*)()>(find("InitDll"));
    IPluginFactory* factory = start == nullptr || start() ? get_factory() : nullptr;
    if (factory == nullptr)
        throw PluginError(FailureCode::refused, file.name +
                                                    " refused to start; it may need files or a licence that "
                                                    "its installer puts into the Wine prefix");
    if (const auto factory3 = query<IPluginFactory3>(factory))
        factory3->setHostContext(HostApplication::instance().unknown());
    factories[file.module] = factory;
    return factory;
}

std::vector<std::string> program_names(IEditController* controller)
{
    constexpr int32 most = 8192;
    std::vector<std::string> names;
    const auto units = query<IUnitInfo>(controller);
    ProgramListInfo list{};
    if (!units || units->getProgramListCount() < 1 || units->getProgramListInfo(0, list) != kResultOk)
        return names;
    for (int32 i = 0; i < std::min(list.programCount, most); ++i) {
        String128 name{};
        units->getProgramName(list.id, i, name);
        names.push_back(text_of(name));
    }
    return names;
}

} // namespace

std::unique_ptr<Plugin> open_vst3_plugin(const LoadedFile& file, const std::string& plugin_class,
                                         PluginListener& listener)
{
    IPluginFactory* factory = factory_of(file);
    if (factory == nullptr)
        return nullptr;
    const auto classes = plugin_classes(*factory);
    std::vector<protocol::PluginInFile> plugins;
    for (const auto& one : classes)
        plugins.push_back({one.id_text, one.name});
    const auto picked = &pick_plugin(plugins, plugin_class, file.name) - plugins.data();
    return std::make_unique<Vst3Plugin>(file, *factory, classes[static_cast<std::size_t>(picked)],
                                        std::move(plugins), listener);
}

Vst3Plugin::Vst3Plugin(const LoadedFile& file, IPluginFactory& factory, const PluginClass& plugin,
                       std::vector<protocol::PluginInFile> in_file, PluginListener& listener)
    : file_(file), listener_(listener), class_(plugin), in_file_(std::move(in_file)),
      plugin_(factory, plugin, file, handler_)
{
    find_parameters();
    find_busses();
    read_latency();
}

Vst3Plugin::~Vst3Plugin()
{
    deactivate();
}

void Vst3Plugin::find_parameters()
{
    IEditController* controller = plugin_.controller();
    values_ = ParameterValues(controller);
    const int32 count =
        controller != nullptr ? std::min(controller->getParameterCount(), most_parameters) : 0;
    for (int32 i = 0; i < count; ++i) {
        ParameterInfo info{};
        if (controller->getParameterInfo(i, info) != kResultOk)
            continue;
        values_.add(info);
        const bool hidden = (info.flags & ParameterInfo::kIsHidden) != 0;
        shown_at_.push_back(hidden ? -1 : static_cast<std::int32_t>(shown_.size()));
        if (!hidden)
            shown_.push_back(static_cast<std::uint32_t>(parameters_.size()));
        parameters_.push_back({info.id, (info.flags & ParameterInfo::kIsReadOnly) != 0});
    }
    index_.emplace(parameters_);
    const auto slots = static_cast<std::uint32_t>(parameters_.size());
    changes_in_.emplace(parameters_, *index_);
    changes_out_.emplace(parameters_, *index_);
    played_.emplace(slots);
    edits_.emplace(slots);
    listener_.expect_parameters(static_cast<std::uint32_t>(shown_.size()));
}

void Vst3Plugin::find_busses()
{
    inputs_ = audio_busses(plugin_.component(), plugin_.processor(), kInput);
    outputs_ = audio_busses(plugin_.component(), plugin_.processor(), kOutput);
    new_midi_map_.withdraw();
    midi_map_ = find_midi_map();
}

MidiMap Vst3Plugin::find_midi_map() const
{
    return plugin_.controller() != nullptr ? MidiMap(plugin_.controller(), *index_) : MidiMap();
}

void Vst3Plugin::arrange(protocol::ChannelLayout inputs, protocol::ChannelLayout outputs)
{
    arrange_busses(plugin_.component(), plugin_.processor(), inputs, outputs);
    find_busses();
    read_latency();
}

protocol::PluginDescription Vst3Plugin::describe()
{
    protocol::PluginDescription description;
    description.format = protocol::PluginFormat::vst3;
    description.bits = sizeof(void*) * 8;
    description.id = class_.id_text;
    description.name = class_.name.empty() ? file_.name : class_.name;
    description.vendor = class_.vendor;
    description.version = class_.version;
    description.instrument = class_.categories.find("Instrument") != std::string::npos;
    description.midi_in = plugin_.component().getBusCount(kEvent, kInput) > 0;
    description.midi_out = plugin_.component().getBusCount(kEvent, kOutput) > 0;
    // The interface cannot be asked without the editor being made; a plugin without one is rare.
    description.has_editor = plugin_.controller() != nullptr;
    description.latency = latency_;
    description.inputs = ports_of(inputs_);
    description.outputs = ports_of(outputs_);
    description.in_file = in_file_;
    IEditController* controller = plugin_.controller();
    const int32 count = controller != nullptr ? controller->getParameterCount() : 0;
    for (int32 i = 0; i < count; ++i) {
        ParameterInfo info{};
        if (controller->getParameterInfo(i, info) != kResultOk)
            continue;
        const auto slot = index_->slot_of(info.id);
        if (!slot || shown_at_[*slot] < 0)
            continue;
        protocol::ParameterDescription parameter;
        parameter.id = static_cast<std::uint32_t>(shown_at_[*slot]);
        parameter.name = text_of(info.title);
        if (parameter.name.empty())
            parameter.name = "Parameter " + std::to_string(parameter.id + 1);
        parameter.unit = text_of(info.units);
        parameter.initial = values_.get(info.id);
        parameter.steps = static_cast<std::uint32_t>(std::max(info.stepCount, 0));
        description.parameters.push_back(std::move(parameter));
    }
    if (controller != nullptr)
        description.programs = program_names(controller);
    return description;
}

void Vst3Plugin::prepare(Channels& channels, std::span<const Bus> busses)
{
    std::size_t count = 0;
    for (const Bus& bus : busses)
        count += bus.active ? bus.positions.size() : 0;
    channels.pointers.assign(count, nullptr);
    channels.busses.assign(busses.size(), AudioBusBuffers());
}

void Vst3Plugin::activate(double rate, std::uint32_t max_frames)
{
    IAudioProcessor& processor = plugin_.processor();
    set_up_busses(plugin_.component(), processor, inputs_, outputs_);
    restart_.fetch_and(~(kIoChanged | kMidiCCAssignmentChanged));
    find_busses(); // the plugin may have answered with others
    prepare(channels_in_, inputs_);
    prepare(channels_out_, outputs_);
    double_precision_ = processor.canProcessSampleSize(kSample32) != kResultTrue &&
                        processor.canProcessSampleSize(kSample64) == kResultTrue;
    doubles_.emplace(double_precision_ ? channels_in_.pointers.size() : 0,
                     double_precision_ ? channels_out_.pointers.size() : 0, max_frames);

    ProcessSetup setup{mode_, double_precision_ ? kSample64 : kSample32, static_cast<int32>(max_frames),
                       rate};
    const tresult done = processor.setupProcessing(setup);
    if ((done != kResultOk && done != kNotImplemented) || plugin_.component().setActive(1) != kResultOk)
        throw PluginError(FailureCode::refused, "the plugin does not run at " +
                                                    std::to_string(static_cast<int>(rate)) +
                                                    " Hz; try another sample rate");
    processor.setProcessing(1);
    continuous_time_ = 0;
    rate_ = static_cast<std::uint32_t>(std::lround(rate));
    active_ = true;
    // Plugins of iPlug2 (of 2025) say so each time that they become active: to restart them would have no
    // end.
    restart_.fetch_and(~kLatencyChanged);
    read_latency();
}

void Vst3Plugin::deactivate() noexcept
{
    if (!std::exchange(active_, false))
        return;
    plugin_.processor().setProcessing(0);
    plugin_.component().setActive(0);
}

void Vst3Plugin::read_latency()
{
    constexpr uint32 most = 1 << 24;
    latency_ = std::min(plugin_.processor().getLatencySamples(), most);
}

void Vst3Plugin::tell_controller()
{
    played_->take([this](std::uint32_t slot, double value) { values_.set(parameters_[slot].id, value); });
}

void Vst3Plugin::tell_values()
{
    const auto now = values();
    for (std::uint32_t i = 0; i < now.size(); ++i)
        listener_.parameter_moved(i, now[i]);
}

bool Vst3Plugin::work()
{
    tell_controller();
    const int32 restart = restart_.exchange(0);
    if ((restart & kParamValuesChanged) != 0)
        tell_values();
    if ((restart & kMidiCCAssignmentChanged) != 0)
        new_midi_map_.offer(find_midi_map());
    if (!active_ && (restart & kLatencyChanged) != 0) {
        read_latency();
        listener_.latency_moved();
    }
    return (restart & (kReloadComponent | kIoChanged | kLatencyChanged)) != 0;
}

std::vector<std::byte> Vst3Plugin::state()
{
    tell_controller();
    StateBlob blob{protocol::PluginFormat::vst3, class_.id_text, StateKind::chunk, plugin_.state()};
    if (blob.payload.size() > most_state_bytes)
        throw too_large("the plugin's state");
    if (blob.payload.empty()) {
        std::vector<std::uint32_t> ids;
        for (const auto slot : shown_)
            ids.push_back(parameters_[slot].id);
        blob.kind = StateKind::numbered_values;
        blob.payload = encode_parameters(ids, values());
    }
    return blob.encode();
}

void Vst3Plugin::restore(std::span<const std::byte> state)
{
    const StateBlob blob = StateBlob::decode(state, protocol::PluginFormat::vst3, class_.id_text);
    tell_controller(); // or what was before would come after
    if (blob.kind == StateKind::chunk) {
        plugin_.restore(blob.payload);
        return;
    }
    if (blob.kind != StateKind::numbered_values)
        throw PluginError(FailureCode::state_mismatch,
                          "the state was saved by a version of the plugin that kept it in another form");
    for (const auto& [id, value] : decode_parameters(blob.payload)) {
        const auto slot = index_->slot_of(id);
        if (!slot || parameters_[*slot].read_only)
            continue;
        values_.set(id, std::clamp(value, 0.0, 1.0));
        edits_->set(*slot, std::clamp(value, 0.0, 1.0));
    }
}

std::vector<double> Vst3Plugin::values()
{
    tell_controller();
    std::vector<double> values;
    for (const auto slot : shown_)
        values.push_back(values_.get(parameters_[slot].id));
    return values;
}

std::unique_ptr<Editor> Vst3Plugin::make_editor(EditorFrame& frame)
{
    if (plugin_.controller() == nullptr)
        return nullptr;
    return std::make_unique<ViewEditor>(*plugin_.controller(), frame, [this] { tell_controller(); });
}

tresult PLUGIN_API Vst3Plugin::Handler::performEdit(ParamID id, ParamValue value)
{
    // Before the parameters are known a controller may talk while it is made.
    const auto slot = plugin_.edits_ ? plugin_.index_->slot_of(id) : std::nullopt;
    if (!slot || !std::isfinite(value))
        return kResultFalse;
    plugin_.values_.note(id, std::clamp(value, 0.0, 1.0));
    plugin_.edits_->set(*slot, std::clamp(value, 0.0, 1.0));
    if (const auto shown = plugin_.shown_at_[*slot]; shown >= 0)
        plugin_.listener_.parameter_moved(static_cast<std::uint32_t>(shown), std::clamp(value, 0.0, 1.0));
    return kResultOk;
}

tresult PLUGIN_API Vst3Plugin::Handler::setDirty(TBool dirty)
{
    if (dirty != 0)
        plugin_.listener_.state_changed();
    return kResultOk;
}

tresult PLUGIN_API Vst3Plugin::Handler::restartComponent(int32 flags)
{
    plugin_.restart_.fetch_or(flags);
    plugin_.listener_.work_wanted();
    return kResultOk;
}

} // namespace decant::host
