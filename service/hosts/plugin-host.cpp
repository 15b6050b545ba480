// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/plugin-host.hpp"

#include "service/hosts/host-supervisor.hpp"

#include <cmath>
#include <utility>

namespace decant::service
{

PluginHost::PluginHost(PluginHostSettings settings, HostListener listener, HostCommandSource command)
    : supervisor_(
          std::make_unique<HostSupervisor>(std::move(settings), std::move(listener), std::move(command)))
{
}

PluginHost::~PluginHost() = default;

void PluginHost::connect(bridge::BridgeProcessor& processor)
{
    supervisor_->connection().set_processor(&processor);
}

void PluginHost::disconnect()
{
    supervisor_->connection().set_processor(nullptr);
}

void PluginHost::set_parameter(std::uint32_t id, double value)
{
    if (!std::isfinite(value))
        return;
    supervisor_->connection().set_value(id, value);
    supervisor_->wishes().tell_change();
}

void PluginHost::set_configured(std::map<std::string, double> values)
{
    supervisor_->wishes().set_values(std::move(values));
}

void PluginHost::set_spare(bool spare)
{
    supervisor_->wishes().set_spare(spare);
}

void PluginHost::set_format(std::uint32_t rate, std::uint32_t max_frames)
{
    supervisor_->wishes().set_format({rate, max_frames});
}

std::uint64_t PluginHost::save()
{
    return supervisor_->wishes().save();
}

std::uint64_t PluginHost::ask(PresetWish wish)
{
    return supervisor_->wishes().ask(std::move(wish));
}

std::uint64_t PluginHost::ask(EditorWish wish)
{
    return supervisor_->wishes().ask(std::move(wish));
}

void PluginHost::restart()
{
    supervisor_->wishes().restart();
}

void PluginHost::stop()
{
    supervisor_->wishes().stop();
}

bool PluginHost::ended() const noexcept
{
    return supervisor_->ended();
}

pid_t PluginHost::process() const
{
    return supervisor_->wishes().process();
}

} // namespace decant::service
