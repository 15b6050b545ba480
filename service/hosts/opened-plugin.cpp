// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/opened-plugin.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace decant::service
{

bridge::BridgeLayout bridge_layout_of(const protocol::PluginDescription& plugin) noexcept
{
    return {.inputs = static_cast<std::uint32_t>(plugin.inputs.size()),
            .outputs = static_cast<std::uint32_t>(plugin.outputs.size()),
            .midi_in = plugin.midi_in,
            .midi_out = plugin.midi_out,
            .kind = plugin.instrument ? bridge::BridgeKind::instrument : bridge::BridgeKind::effect};
}

OpenedPlugin::OpenedPlugin(const HostCommand& command, PluginFile plugin, const HostTimeouts& timeouts,
                           const std::function<void(std::string_view)>& output)
    : name_(name_in_messages(plugin)),
      host_(command, std::move(plugin), timeouts,
            {.notification =
                 [output](const bridge::Notification& notification) {
                     if (const auto* line = std::get_if<bridge::LogLine>(&notification);
                         line != nullptr && output)
                         output(line->text);
                 },
             .output = output,
             .ended =
                 [this] {
                     ended_ = true;
                     if (auto* processor = attached_.load())
                         processor->detach();
                 }})
{
    host_.load();
}

OpenedPlugin::~OpenedPlugin()
{
    host_.quit(std::chrono::seconds(2));
}

bridge::BridgeProcessor& OpenedPlugin::activate(std::uint32_t rate, std::uint32_t max_frames)
{
    host_.activate(rate, max_frames, true);
    processor_ = std::make_unique<bridge::BridgeProcessor>(bridge_layout_of(description()));
    processor_->attach(host_.region(), description().latency);
    attached_ = processor_.get();
    if (ended_) // before anybody could detach it
        processor_->detach();
    return *processor_;
}

void OpenedPlugin::check_blocks()
{
    const auto stats = processor_->stats();
    if (stats.completed == stats.blocks)
        return;
    if (ended_)
        throw host_.obituary();
    if (stats.failed != 0)
        throw PluginError(name_ + ": the plugin crashed in a block, and the host caught that.");
    if (stats.not_active != 0)
        throw PluginError(name_ + ": the plugin does not process blocks although it is active.");
    throw PluginError(name_ + ": the plugin hangs in a block.", PluginError::Kind::passing);
}

} // namespace decant::service
