// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/clap-plugin.hpp"

#include "wine-host/clap-description.hpp"
#include "wine-host/clap-editor.hpp"
#include "wine-host/parameter-state.hpp"
#include "wine-host/protocol/wire.hpp"
#include "wine-host/state-blob.hpp"
#include "wine-host/text.hpp"

#include <windows.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace decant::host
{
namespace
{

using protocol::FailureCode;

constexpr std::uint32_t most_parameters = 65536;

ClapParameter parameter_of(const clap_param_info_t& info)
{
    return {info.id, info.cookie, std::min(info.min_value, info.max_value),
            std::max(info.min_value, info.max_value), (info.flags & CLAP_PARAM_IS_READONLY) != 0};
}

/// Initialised once for each file, and never ended: the file may be in use by another plugin of the group,
/// and stays loaded as long as the process lives.
const clap_plugin_factory_t& factory_of(const clap_plugin_entry_t& entry, const LoadedFile& file)
{
    static std::vector<const clap_plugin_entry_t*> initialised;
    if (!clap_version_is_compatible(entry.clap_version))
        throw PluginError(FailureCode::not_a_plugin,
                          file.name + " was made for a draft of CLAP; install a newer version of the plugin");
    if (std::find(initialised.begin(), initialised.end(), &entry) == initialised.end()) {
        if (!entry.init(file.path.c_str()))
            throw PluginError(FailureCode::refused,
                              file.name + " refused to start; it may need files or a licence that its "
                                          "installer puts into the Wine prefix");
        initialised.push_back(&entry);
    }
    const auto* factory =
        static_cast<const clap_plugin_factory_t*>(entry.get_factory(CLAP_PLUGIN_FACTORY_ID));
    if (factory == nullptr)
        throw PluginError(FailureCode::not_a_plugin,
                          file.name + " has an entry point of CLAP, but no plugin behind it");
    return *factory;
}

std::vector<protocol::PluginInFile> plugins_of(const clap_plugin_factory_t& factory)
{
    constexpr std::uint32_t most = 4096;
    std::vector<protocol::PluginInFile> plugins;
    for (std::uint32_t i = 0; i < std::min(factory.get_plugin_count(&factory), most); ++i) {
        const auto* plugin = factory.get_plugin_descriptor(&factory, i);
        if (plugin != nullptr && plugin->id != nullptr)
            plugins.push_back({plugin->id, plugin->name != nullptr ? from_plugin(plugin->name) : ""});
    }
    return plugins;
}

} // namespace

std::unique_ptr<Plugin> open_clap_plugin(const LoadedFile& file, const std::string& plugin_class,
                                         PluginListener& listener)
{
    const FARPROC symbol = GetProcAddress(file.module, "clap_entry");
    if (symbol == nullptr)
        return nullptr;
    const auto& entry = *reinterpret_cast<const clap_plugin_entry_t*>(reinterpret_cast<const void*>(symbol));
    const clap_plugin_factory_t& factory = factory_of(entry, file);
    auto plugins = plugins_of(factory);
    const std::string id = pick_plugin(plugins, plugin_class, file.name).id;
    return std::make_unique<ClapPlugin>(file, entry, factory, id, std::move(plugins), listener);
}

ClapPlugin::ClapPlugin(const LoadedFile& file, const clap_plugin_entry_t& entry,
                       const clap_plugin_factory_t& factory, const std::string& id,
                       std::vector<protocol::PluginInFile> in_file, PluginListener& listener)
    : file_(file), listener_(listener), in_file_(std::move(in_file)), host_(listener),
      plugin_(factory.create_plugin(&factory, host_.interface(), id.c_str())), id_(id)
{
    const auto refused = [&file] {
        return PluginError(FailureCode::refused, file.name +
                                                     " refused to start; it may need files or a licence that "
                                                     "its installer puts into the Wine prefix");
    };
    if (plugin_ == nullptr || plugin_->desc == nullptr)
        throw refused();
    host_.set_plugin(plugin_);
    if (!plugin_->init(plugin_)) {
        host_.set_plugin(nullptr);
        plugin_->destroy(plugin_);
        throw refused();
    }
    params_ = clap_extension<clap_plugin_params_t>(plugin_, CLAP_EXT_PARAMS);
    state_ = clap_extension<clap_plugin_state_t>(plugin_, CLAP_EXT_STATE);
    latency_interface_ = clap_extension<clap_plugin_latency_t>(plugin_, CLAP_EXT_LATENCY);
    preset_load_ = clap_extension<clap::PluginPresetLoad>(plugin_, clap::ext_preset_load);
    if (preset_load_ == nullptr)
        preset_load_ = clap_extension<clap::PluginPresetLoad>(plugin_, clap::ext_preset_load_draft);
    if (preset_load_ != nullptr)
        presets_ = find_clap_presets(entry, id_, in_file_.size() == 1);
    events_in_.emplace(clap_notes(plugin_, true));
    events_out_ = {this, [](const clap_output_events_t* list, const clap_event_header_t* event) {
                       if (event != nullptr)
                           static_cast<ClapPlugin*>(list->ctx)->give(*event);
                       return true;
                   }};
    find_parameters();
}

ClapPlugin::~ClapPlugin()
{
    deactivate();
    host_.set_pool(nullptr);
    pool_.reset();
    host_.set_plugin(nullptr);
    plugin_->destroy(plugin_);
}

void ClapPlugin::find_parameters()
{
    const std::uint32_t count = params_ != nullptr ? std::min(params_->count(plugin_), most_parameters) : 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        clap_param_info_t info{};
        if (params_->get_info(plugin_, i, &info) && (info.flags & CLAP_PARAM_IS_HIDDEN) == 0)
            parameters_.push_back(parameter_of(info));
    }
    for (std::uint32_t i = 0; i < parameters_.size(); ++i)
        indices_.emplace_back(parameters_[i].id, i);
    std::sort(indices_.begin(), indices_.end());
    listener_.expect_parameters(static_cast<std::uint32_t>(parameters_.size()));
}

/// What the plugin keeps in an event's cookie, and the ranges: both may be others after it was inactive.
void ClapPlugin::renew_parameters()
{
    for (auto& parameter : parameters_)
        parameter.cookie = nullptr;
    const std::uint32_t count = params_ != nullptr ? std::min(params_->count(plugin_), most_parameters) : 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        clap_param_info_t info{};
        const std::uint32_t* index = params_->get_info(plugin_, i, &info) ? index_of(info.id) : nullptr;
        if (index != nullptr)
            parameters_[*index] = parameter_of(info);
    }
}

void ClapPlugin::arrange(protocol::ChannelLayout inputs, protocol::ChannelLayout outputs)
{
    select_clap_ports(plugin_, protocol::channels_of(inputs), protocol::channels_of(outputs));
}

protocol::PluginDescription ClapPlugin::describe()
{
    auto description = describe_clap(plugin_, parameters_);
    if (description.name.empty())
        description.name = file_.name;
    description.latency = latency_;
    description.in_file = in_file_;
    for (const auto& preset : presets_)
        description.programs.push_back(preset.name);
    return description;
}

void ClapPlugin::prepare(Channels& channels, bool input, std::uint32_t max_frames)
{
    channels.ports.clear();
    std::uint32_t count = 0;
    for (const auto& port : clap_audio_ports(plugin_, input)) {
        channels.ports.push_back({nullptr, nullptr, port.channel_count, 0, 0});
        count += port.channel_count;
    }
    channels.beyond.assign(max_frames, 0.0f);
    channels.pointers.assign(count, channels.beyond.data());
    float** next = channels.pointers.data();
    for (auto& port : channels.ports) {
        port.data32 = next;
        next += port.channel_count;
    }
}

void ClapPlugin::set_offline(bool offline)
{
    if (const auto* render = clap_extension<clap::PluginRender>(plugin_, clap::ext_render))
        render->set(plugin_, offline ? clap::render_offline : clap::render_realtime);
}

void ClapPlugin::activate(double rate, std::uint32_t max_frames)
{
    prepare(inputs_, true, max_frames);
    prepare(outputs_, false, max_frames);
    if (const auto* tasks = clap_extension<clap::PluginThreadPool>(plugin_, clap::ext_thread_pool);
        tasks != nullptr && !pool_)
        host_.set_pool(&pool_.emplace(plugin_, *tasks));
    if (!plugin_->activate(plugin_, rate, 1, max_frames))
        throw PluginError(FailureCode::refused, "the plugin does not run at " +
                                                    std::to_string(static_cast<int>(rate)) +
                                                    " Hz; try another sample rate");
    active_ = true;
    steady_time_ = 0;
    renew_parameters();
    read_latency();
}

void ClapPlugin::deactivate() noexcept
{
    if (!std::exchange(active_, false))
        return;
    if (std::exchange(processing_, false)) {
        const ClapHost::AudioRole role(host_);
        plugin_->stop_processing(plugin_);
    }
    plugin_->deactivate(plugin_);
}

/// Of an active plugin: before, it does not know the rate, and some end the process when they are asked.
void ClapPlugin::read_latency()
{
    constexpr std::uint32_t most = 1 << 24;
    latency_ = latency_interface_ != nullptr ? std::min(latency_interface_->get(plugin_), most) : 0;
}

bool ClapPlugin::work()
{
    if (host_.take_callback())
        plugin_->on_main_thread(plugin_);
    host_.serve_editor();
    if (host_.take_latency() && active_) {
        read_latency();
        listener_.latency_moved();
    }
    if (const auto rescan = host_.take_rescan(); rescan != 0)
        take_changes(rescan);
    if (host_.take_flush() && !active_) // else the next block does it
        flush();
    return host_.take_restart();
}

std::unique_ptr<Editor> ClapPlugin::make_editor(EditorFrame& frame)
{
    const auto* gui = clap_extension<clap_plugin_gui_t>(plugin_, CLAP_EXT_GUI);
    return gui != nullptr ? std::make_unique<ClapEditor>(plugin_, *gui, host_, frame) : nullptr;
}

void ClapPlugin::take_changes(std::uint32_t rescan)
{
    if ((rescan & (CLAP_PARAM_RESCAN_VALUES | CLAP_PARAM_RESCAN_ALL)) == 0)
        return;
    const auto now = values();
    for (std::uint32_t i = 0; i < now.size(); ++i)
        listener_.parameter_moved(i, now[i]);
}

void ClapPlugin::flush()
{
    if (params_ == nullptr)
        return;
    events_in_->clear();
    params_->flush(plugin_, events_in_->list(), &events_out_);
}

std::vector<std::byte> ClapPlugin::state()
{
    if (state_ == nullptr) {
        std::vector<std::uint32_t> ids;
        for (const auto& parameter : parameters_)
            ids.push_back(parameter.id);
        return StateBlob{protocol::PluginFormat::clap, id_, StateKind::numbered_values,
                         encode_parameters(ids, values())}
            .encode();
    }
    StateBlob blob{protocol::PluginFormat::clap, id_, StateKind::chunk, {}};
    struct Output {
        std::vector<std::byte>& bytes;
        bool overrun = false; ///< whether the plugin has noticed that or not
    } output{blob.payload};
    const clap_ostream_t stream{
        &output, [](const clap_ostream_t* out, const void* data, std::uint64_t size) -> std::int64_t {
            auto& [bytes, overrun] = *static_cast<Output*>(out->ctx);
            overrun = overrun || size > most_state_bytes - bytes.size();
            if (overrun)
                return -1;
            const auto* first = static_cast<const std::byte*>(data);
            bytes.insert(bytes.end(), first, first + size);
            return static_cast<std::int64_t>(size);
        }};
    const bool saved = state_->save(plugin_, &stream);
    if (output.overrun)
        throw too_large("the plugin's state");
    if (!saved)
        throw PluginError(FailureCode::refused, "the plugin does not give its state");
    return blob.encode();
}

void ClapPlugin::restore(std::span<const std::byte> state)
{
    const StateBlob blob = StateBlob::decode(state, protocol::PluginFormat::clap, id_);
    if (blob.kind == StateKind::numbered_values) {
        const auto saved = decode_parameters(blob.payload);
        if (params_ == nullptr)
            return;
        events_in_->clear();
        for (const auto& [id, value] : saved)
            if (const auto* index = index_of(id))
                events_in_->add_parameter(
                    0, id, nullptr,
                    std::clamp(value, parameters_[*index].minimum, parameters_[*index].maximum));
        std::optional<ClapHost::AudioRole> role;
        if (active_) // then it is that thread's
            role.emplace(host_);
        params_->flush(plugin_, events_in_->list(), &events_out_);
        return;
    }
    if (blob.kind != StateKind::chunk || state_ == nullptr)
        throw PluginError(FailureCode::state_mismatch,
                          "the state was saved by a version of the plugin that kept it in another form");
    std::span<const std::byte> rest = blob.payload;
    const clap_istream_t stream{
        &rest, [](const clap_istream_t* in, void* data, std::uint64_t size) -> std::int64_t {
            auto& left = *static_cast<std::span<const std::byte>*>(in->ctx);
            const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(size, left.size()));
            std::memcpy(data, left.data(), taken);
            left = left.subspan(taken);
            return static_cast<std::int64_t>(taken);
        }};
    if (!state_->load(plugin_, &stream))
        throw PluginError(FailureCode::state_mismatch,
                          "the plugin does not take the state; another version of it may have saved it");
}

std::vector<double> ClapPlugin::values()
{
    std::vector<double> values;
    for (const auto& parameter : parameters_) {
        double value = parameter.minimum;
        params_->get_value(plugin_, parameter.id, &value);
        values.push_back(value);
    }
    return values;
}

const std::uint32_t* ClapPlugin::index_of(clap_id id) const noexcept
{
    const auto found =
        std::lower_bound(indices_.begin(), indices_.end(), id,
                         [](const auto& entry, clap_id wanted) { return entry.first < wanted; });
    return found != indices_.end() && found->first == id ? &found->second : nullptr;
}

} // namespace decant::host
