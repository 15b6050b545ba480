// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-events.hpp"
#include "wine-host/clap-host.hpp"
#include "wine-host/clap-interface.hpp"
#include "wine-host/clap-presets.hpp"
#include "wine-host/clap-thread-pool.hpp"
#include "wine-host/loaded-file.hpp"
#include "wine-host/plugin.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace decant::host
{

/// A parameter of a plugin as the service knows it, by its index.
struct ClapParameter {
    clap_id id;
    void* cookie;
    double minimum;
    double maximum;
    bool read_only;
};

/// A CLAP plugin. Parameter events keep their frames in both directions.
class ClapPlugin final : public Plugin
{
public:
    /// `in_file` are all plugins of `factory`, which is of `entry`, and `id` one of them. Throws PluginError.
    ClapPlugin(const LoadedFile& file, const clap_plugin_entry_t& entry, const clap_plugin_factory_t& factory,
               const std::string& id, std::vector<protocol::PluginInFile> in_file, PluginListener& listener);
    ~ClapPlugin() override;

    ClapPlugin(const ClapPlugin&) = delete;
    ClapPlugin& operator=(const ClapPlugin&) = delete;

    // Plugin
    void arrange(protocol::ChannelLayout inputs, protocol::ChannelLayout outputs) override;
    [[nodiscard]] protocol::PluginDescription describe() override;
    void set_offline(bool offline) override;
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
    /// The channels of all ports of one direction, in a row.
    struct Channels {
        std::vector<clap_audio_buffer_t> ports;
        std::vector<float*> pointers;
        std::vector<float> beyond; ///< for the channels that Decant does not carry
    };

    const LoadedFile file_;
    PluginListener& listener_;
    const std::vector<protocol::PluginInFile> in_file_;
    ClapHost host_;
    const clap_plugin_t* plugin_;
    const std::string id_;

    const clap_plugin_params_t* params_;
    const clap_plugin_state_t* state_;
    const clap_plugin_latency_t* latency_interface_;
    const clap::PluginPresetLoad* preset_load_;
    std::vector<ClapPreset> presets_;    ///< its own, in the order of the description's programs
    std::optional<ClapThreadPool> pool_; ///< from the first activation on, if the plugin has tasks for it
    std::vector<ClapParameter> parameters_;
    std::vector<std::pair<clap_id, std::uint32_t>> indices_; ///< of the parameters, ordered by id
    std::optional<ClapEventsIn> events_in_;
    Channels inputs_;
    Channels outputs_;
    bool active_ = false;
    std::atomic<std::uint32_t> latency_ = 0;

    // The audio thread's own.
    bool processing_ = false;
    Block* block_ = nullptr; ///< set while process() runs
    ClapMidiOut midi_out_;
    std::int64_t steady_time_ = 0;
    clap_event_transport_t transport_{};
    clap_output_events_t events_out_;

    void find_parameters();
    void renew_parameters();
    void prepare(Channels& channels, bool input, std::uint32_t max_frames);
    void read_latency();
    void take_changes(std::uint32_t rescan);
    void flush();
    template <class Change>
    void keeping_state(Change change);
    void load_from(clap::PlaceKind kind, const char* path, const char* key);
    [[nodiscard]] const std::uint32_t* index_of(clap_id id) const noexcept;

    void set_transport(const protocol::BlockRequest& request) noexcept;
    void take_events(Block& block) noexcept;
    void connect(const Block& block) noexcept;
    void give(const clap_event_header_t& event) noexcept;
};

/// Null if the file has no entry point of CLAP. Throws PluginError if there is one and no plugin comes out of
/// it. `plugin_class` picks one plugin of the file, by its id or its name. [main]
[[nodiscard]] std::unique_ptr<Plugin>
open_clap_plugin(const LoadedFile& file, const std::string& plugin_class, PluginListener& listener);

} // namespace decant::host
