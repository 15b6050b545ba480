// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/changed-values.hpp"
#include "wine-host/double-channels.hpp"
#include "wine-host/loaded-file.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/vst3-busses.hpp"
#include "wine-host/vst3-component.hpp"
#include "wine-host/vst3-midi.hpp"
#include "wine-host/vst3-parameters.hpp"
#include "wine-host/vst3-values.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace decant::host
{

/// A VST3 plugin. Its parameters go from 0 to 1, and their events keep their frames in both directions.
class Vst3Plugin final : public Plugin
{
public:
    /// `plugin` is a class of `factory`, and `in_file` are all of them. Throws PluginError.
    Vst3Plugin(const LoadedFile& file, vst3::IPluginFactory& factory, const vst3::PluginClass& plugin,
               std::vector<protocol::PluginInFile> in_file, PluginListener& listener);
    ~Vst3Plugin() override;

    Vst3Plugin(const Vst3Plugin&) = delete;
    Vst3Plugin& operator=(const Vst3Plugin&) = delete;

    // Plugin
    void arrange(protocol::ChannelLayout inputs, protocol::ChannelLayout outputs) override;
    [[nodiscard]] protocol::PluginDescription describe() override;
    void set_offline(bool offline) override { mode_ = offline ? vst3::kOffline : vst3::kRealtime; }
    void activate(double rate, std::uint32_t max_frames) override;
    void deactivate() noexcept override;
    [[nodiscard]] std::vector<std::byte> state() override;
    void restore(std::span<const std::byte> state) override;
    [[nodiscard]] std::vector<std::byte> preset(protocol::PresetForm form) override;
    void load_preset(std::span<const std::byte> file, const std::string& path) override;
    void select_program(std::uint32_t program) override;
    [[nodiscard]] std::vector<double> values() override;
    [[nodiscard]] bool work() override;
    [[nodiscard]] std::unique_ptr<Editor> make_editor(EditorFrame& frame) override;
    void process(Block& block) noexcept override;
    [[nodiscard]] std::uint32_t latency() const noexcept override { return latency_; }

private:
    /// What the controller tells the host.
    class Handler final : public vst3::HostObject<false, vst3::IComponentHandler, vst3::IComponentHandler2,
                                                  vst3::IUnitHandler>
    {
        Vst3Plugin& plugin_;

    public:
        explicit Handler(Vst3Plugin& plugin) : plugin_(plugin) {}

        vst3::tresult PLUGIN_API beginEdit(vst3::ParamID) override { return vst3::kResultOk; }
        vst3::tresult PLUGIN_API performEdit(vst3::ParamID id, vst3::ParamValue value) override;
        vst3::tresult PLUGIN_API endEdit(vst3::ParamID) override { return vst3::kResultOk; }
        vst3::tresult PLUGIN_API restartComponent(vst3::int32 flags) override;
        vst3::tresult PLUGIN_API setDirty(vst3::TBool dirty) override;
        vst3::tresult PLUGIN_API requestOpenEditor(vst3::FIDString) override { return vst3::kResultFalse; }
        vst3::tresult PLUGIN_API startGroupEdit() override { return vst3::kResultOk; }
        vst3::tresult PLUGIN_API finishGroupEdit() override { return vst3::kResultOk; }
        vst3::tresult PLUGIN_API notifyUnitSelection(vst3::UnitID) override { return vst3::kResultOk; }
        vst3::tresult PLUGIN_API notifyProgramListChange(vst3::ProgramListID, vst3::int32) override
        {
            return vst3::kResultOk;
        }
    };

    /// The channels of all busses of one direction, in a row.
    struct Channels {
        std::vector<vst3::AudioBusBuffers> busses;
        std::vector<float*> pointers;
    };

    const LoadedFile file_;
    PluginListener& listener_;
    const vst3::PluginClass class_;
    const std::vector<protocol::PluginInFile> in_file_;
    Handler handler_{*this};

    // Constant from the loading on. The parameters are all of the controller's; the service knows those that
    // are not hidden, by their place among these.
    std::vector<vst3::Parameter> parameters_;
    std::vector<std::uint32_t> shown_;   ///< slots
    std::vector<std::int32_t> shown_at_; ///< of each slot; -1: hidden
    std::optional<vst3::ParameterIndex> index_;
    std::optional<ChangedValues> edits_;  ///< by the controller, for the processor
    std::optional<ChangedValues> played_; ///< by the processor and in blocks, for the controller

    vst3::ParameterValues values_;

    // Written while no block runs.
    vst3::MidiMap midi_map_; ///< the audio thread's own while blocks run
    std::vector<vst3::Bus> inputs_;
    std::vector<vst3::Bus> outputs_;
    bool double_precision_ = false;
    vst3::int32 mode_ = vst3::kRealtime;
    bool active_ = false;
    std::uint32_t rate_ = 0; ///< Hz
    std::atomic<std::uint32_t> latency_ = 0;
    std::atomic<vst3::int32> restart_ = 0; ///< RestartFlags that wait for work()
    vst3::MidiMapHandover new_midi_map_;

    // The audio thread's own.
    Channels channels_in_;
    Channels channels_out_;
    std::optional<DoubleChannels> doubles_;
    std::optional<vst3::ParameterChanges> changes_in_;
    std::optional<vst3::ParameterChanges> changes_out_;
    vst3::EventsIn events_in_;
    vst3::EventsOut events_out_;
    vst3::ProcessContext context_{};
    vst3::TSamples continuous_time_ = 0;

    vst3::Component plugin_; ///< last: it talks to the handler from its making to its end

    void find_parameters();
    void find_busses();
    [[nodiscard]] vst3::MidiMap find_midi_map() const;
    void prepare(Channels& channels, std::span<const vst3::Bus> busses);
    void read_latency();
    void tell_controller();
    void tell_values();

    void run(Block& block) noexcept;
    void set_context(const protocol::BlockRequest& request) noexcept;
    void take_events(Block& block) noexcept;
    void connect(const Block& block) noexcept;
    void give_changes(Block& block) noexcept;
};

/// Null if the file has no entry point of VST3. Throws PluginError if there is one and no plugin comes out of
/// it. `plugin_class` picks one plugin of the file, by its id or its name. [main]
[[nodiscard]] std::unique_ptr<Plugin>
open_vst3_plugin(const LoadedFile& file, const std::string& plugin_class, PluginListener& listener);

} // namespace decant::host
