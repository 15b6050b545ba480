// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/chain.hpp"

#include <memory>
#include <string>
#include <utility>

namespace decant::host
{

/// One plugin of a chain; hands on what it says, with the chain's numbers for its parameters.
struct Chain::Member final : PluginListener {
    Member(std::string called, PluginListener& chain_listener, std::uint32_t first)
        : name(std::move(called)), listener(chain_listener), first_parameter(first)
    {
    }

    const std::string name;
    PluginListener& listener;
    const std::uint32_t first_parameter;
    std::uint32_t parameters = 0;
    std::unique_ptr<Plugin> plugin;
    protocol::PluginDescription description; ///< as it was when it was loaded

    // Where its audio is; what comes from and goes out of the chain is filled in for each block.
    Channels inputs{};
    Channels outputs{};
    const Member* source = nullptr; ///< who feeds it; nobody: what comes into the chain
    std::size_t fed = 0;            ///< how many inputs have something to hear; the others are silent
    bool is_last = false;           ///< its outputs are the chain's

    [[nodiscard]] bool has_audio() const noexcept
    {
        return !description.inputs.empty() || !description.outputs.empty();
    }

    // PluginListener
    void expect_parameters(std::uint32_t count) override { parameters = count; }
    void parameter_moved(std::uint32_t id, double value) noexcept override
    {
        if (id < parameters)
            listener.parameter_moved(first_parameter + id, value);
    }
    void latency_moved() noexcept override { listener.latency_moved(); }
    void state_changed() noexcept override { listener.state_changed(); }
    void work_wanted() noexcept override { listener.work_wanted(); }
};

} // namespace decant::host
