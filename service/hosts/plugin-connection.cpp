// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/plugin-connection.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace decant::service
{

void PluginConnection::attach()
{
    if (processor_ == nullptr)
        return;
    if (!region_) {
        processor_->detach();
        return;
    }
    send_all(); // before the attachment, so that the first block has them
    processor_->attach(region_, latency_, child_);
}

void PluginConnection::send_all()
{
    for (const auto& [id, value] : values_)
        send(id, value);
}

void PluginConnection::send(std::uint32_t id, double value)
{
    if (processor_->set_parameter(id, value))
        unsent_.erase(id);
    else
        unsent_[id] = value;
}

void PluginConnection::set_processor(bridge::BridgeProcessor* processor)
{
    const std::lock_guard staying(handing_over_);
    const std::lock_guard lock(mutex_);
    if (processor_ != nullptr && processor_ != processor)
        processor_->detach();
    processor_ = processor;
    attach();
}

void PluginConnection::set_host(std::shared_ptr<bridge::SharedRegion> region, std::uint32_t latency,
                                pid_t child)
{
    const std::lock_guard lock(mutex_);
    region_ = std::move(region);
    latency_ = latency;
    child_ = child;
    attach();
}

void PluginConnection::set_value(std::uint32_t id, double value)
{
    const std::lock_guard lock(mutex_);
    values_[id] = value;
    if (processor_ != nullptr && region_)
        send(id, value); // else with the attachment
}

std::map<std::uint32_t, double> PluginConnection::values() const
{
    const std::lock_guard lock(mutex_);
    return values_;
}

void PluginConnection::keep_values(const std::function<bool(std::uint32_t id)>& kept)
{
    const std::lock_guard lock(mutex_);
    for (auto* values : {&values_, &unsent_})
        std::erase_if(*values, [&](const auto& value) { return !kept(value.first); });
}

std::vector<double> PluginConnection::overlay(const protocol::PluginDescription& plugin,
                                              std::vector<double> values)
{
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < std::min(values.size(), plugin.parameters.size()); ++i)
        if (const auto set = values_.find(plugin.parameters[i].id); set != values_.end())
            values[i] = set->second;
    return values;
}

void PluginConnection::renew()
{
    const std::lock_guard lock(mutex_);
    if (processor_ != nullptr && region_)
        send_all();
}

void PluginConnection::hand_over()
{
    constexpr auto patience = std::chrono::seconds(1);
    const std::lock_guard staying(handing_over_);
    std::optional<bridge::BridgeProcessor> stand_in; // nobody plays the plugin yet
    bridge::BridgeProcessor* processor = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (!region_ || values_.empty())
            return;
        processor = processor_;
        if (processor == nullptr) {
            processor = &stand_in.emplace(bridge::BridgeLayout{});
            processor->attach(region_, latency_, child_);
            unsent_ = values_;
        }
    }
    for (bool left = true; left;) {
        {
            const std::lock_guard lock(mutex_);
            for (auto value = unsent_.begin(); value != unsent_.end();)
                value = processor->set_parameter(value->first, value->second) ? unsent_.erase(value)
                                                                              : std::next(value);
            left = !unsent_.empty();
        }
        if (!processor->hand_over_parameters(patience))
            return;
    }
}

void PluginConnection::attend_editor()
{
    constexpr auto patience = std::chrono::seconds(1);
    const std::lock_guard staying(handing_over_);
    bridge::BridgeProcessor* processor = nullptr;
    {
        const std::lock_guard lock(mutex_);
        processor = region_ ? processor_ : nullptr;
    }
    if (processor != nullptr)
        processor->run_if_idle(patience);
}

void PluginConnection::note_value(std::uint32_t id, double value)
{
    const std::lock_guard lock(mutex_);
    values_[id] = value;
    unsent_.erase(id);
}

void PluginConnection::exchange(const std::function<void(bridge::ParameterChange)>& moved)
{
    std::map<std::uint32_t, double> news;
    {
        const std::lock_guard lock(mutex_);
        if (processor_ == nullptr)
            return;
        // A plugin that restarts itself, as CLAP and VST3 do when their latency changes, takes no blocks.
        const std::uint64_t refused = processor_->stats().not_active;
        if (std::exchange(refused_, refused) != refused && region_)
            send_all();
        for (const auto& [id, value] : std::exchange(unsent_, {}))
            send(id, value);
        while (const auto change = processor_->next_parameter_change())
            news[change->id] = values_[change->id] = change->value;
    }
    for (const auto& [id, value] : news)
        moved({id, value});
}

std::optional<std::uint32_t> PluginConnection::next_program()
{
    const std::lock_guard lock(mutex_);
    return processor_ != nullptr ? processor_->next_program() : std::nullopt;
}

std::optional<std::uint32_t> PluginConnection::latency() const
{
    const std::lock_guard lock(mutex_);
    return processor_ != nullptr && region_ && processor_->stats().completed != 0
               ? std::optional(processor_->latency())
               : std::nullopt;
}

std::uint64_t PluginConnection::unanswered_since_nsec() const
{
    const std::lock_guard lock(mutex_);
    return processor_ != nullptr && region_ ? processor_->unanswered_since_nsec() : 0;
}

} // namespace decant::service
