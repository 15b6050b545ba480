// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/activation.hpp"

#include <cmath>

namespace decant::host
{

Activation::Activation(UnixBridge& bridge, int rt_priority, std::function<void()> idle)
    : audio_(bridge, rt_priority, granted_priority_), idle_(std::move(idle))
{
}

void Activation::start(Plugin& plugin, double rate, std::uint32_t max_frames)
{
    stop();
    plugin.activate(rate, max_frames);
    plugin_ = &plugin;
    rate_ = rate;
    max_frames_ = max_frames;
    attach();
}

void Activation::stop()
{
    if (plugin_ == nullptr)
        return;
    detach();
    std::exchange(plugin_, nullptr)->deactivate();
}

bool Activation::restart()
{
    if (plugin_ == nullptr)
        return false;
    Plugin& plugin = *plugin_;
    stop();
    start(plugin, rate_, max_frames_);
    return true;
}

void Activation::attach() noexcept
{
    if (plugin_ != nullptr)
        audio_.attach(*plugin_, static_cast<std::uint32_t>(std::lround(rate_)), max_frames_);
}

void Activation::detach()
{
    audio_.detach(idle_);
}

} // namespace decant::host
