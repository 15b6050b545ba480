// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/double-channels.hpp"
#include "wine-host/loaded-file.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/vst2-effect.hpp"
#include "wine-host/vst2-events.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace decant::host
{

/// A VST2 plugin.
///
/// Parameter events of a block take effect at its beginning, in their order: VST2 has no other place for
/// them, and cutting the block at each would multiply the calls into the plugin, while most smooth their
/// parameters anyway. MIDI keeps its frames.
class Vst2Plugin final : public Plugin
{
public:
    using Entry = AEffect* (*)(audioMasterCallback);

    /// `shell_id` picks a plugin of a shell; 0 for the first or only one. Throws PluginError.
    Vst2Plugin(const LoadedFile& file, Entry entry, std::int32_t shell_id, PluginListener& listener);
    ~Vst2Plugin() override;

    Vst2Plugin(const Vst2Plugin&) = delete;
    Vst2Plugin& operator=(const Vst2Plugin&) = delete;

    [[nodiscard]] const Vst2Effect& effect() const noexcept { return *effect_; }

    /// What describe() says of the file. [main]
    void set_plugins_in_file(std::vector<protocol::PluginInFile> plugins) { in_file_ = std::move(plugins); }

    // Plugin
    void arrange(protocol::ChannelLayout inputs, protocol::ChannelLayout outputs) override;
    [[nodiscard]] protocol::PluginDescription describe() override;
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
    [[nodiscard]] std::uint32_t latency() const noexcept override { return effect_->latency(); }

private:
    const LoadedFile file_;
    PluginListener& listener_;
    const std::int32_t shell_id_;
    std::vector<protocol::PluginInFile> in_file_;
    std::unique_ptr<Vst2Effect> effect_;
    const std::uint32_t main_thread_;
    std::vector<std::atomic<float>> told_;   ///< the parameters' values as the service knows them
    std::atomic<bool> values_moved_ = false; ///< and work() is to tell which
    EditorFrame* frame_ = nullptr;           ///< while there is an editor; the main thread's own

    // Written while no block runs.
    double rate_ = 48000;
    std::uint32_t max_frames_ = protocol::max_frames;
    bool active_ = false;
    std::array<float*, Vst2Effect::most_pins> inputs_{};
    std::array<float*, Vst2Effect::most_pins> outputs_{};
    std::optional<DoubleChannels> doubles_; ///< for a plugin that takes nothing else
    std::vector<float> silence_;            ///< for the inputs beyond protocol::max_channels
    std::vector<float> waste_;              ///< for the outputs beyond

    // The audio thread's own; `audio_thread_` tells others that they are not it.
    std::atomic<std::uint32_t> audio_thread_ = 0;
    Block* block_ = nullptr; ///< set while process() runs
    Vst2EventList midi_in_;
    Vst2MidiOutput midi_out_;
    std::uint64_t expected_position_ = 0;
    bool was_playing_ = false;
    VstTimeInfo time_{};

    static VstIntPtr callback(AEffect* effect, int opcode, int index, VstIntPtr value, void* const pointer,
                              float number);
    VstIntPtr answer(int opcode, int index, VstIntPtr value, void* pointer, float number);
    [[nodiscard]] float value_told(int index, float told) const noexcept;
    void note_told(std::uint32_t id, float value) noexcept;
    [[nodiscard]] bool resize_editor(int width, VstIntPtr height) noexcept;
    [[nodiscard]] bool in_process() const noexcept;

    void set_time(const protocol::BlockRequest& request) noexcept;
    void take_events(Block& block) noexcept;
};

/// Null if the file has no entry point of VST2. Throws PluginError if there is one and no plugin comes out of
/// it. `plugin_class` picks one plugin of a shell, by its name or its unique id; a file with one plugin takes
/// no other. [main]
[[nodiscard]] std::unique_ptr<Plugin>
open_vst2_plugin(const LoadedFile& file, const std::string& plugin_class, PluginListener& listener);

} // namespace decant::host
