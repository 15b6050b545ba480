// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/parameters.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace decant::service
{

/// The parameters of a plugin as the graph shows them, with the values that are known of them. All functions:
/// [main].
class PluginParameters final : public nodes::Parameters
{
public:
    /// Takes a change that a user made to the plugin: id as in its description, value in the parameter's own
    /// range.
    using Setter = std::function<void(std::uint32_t id, double value)>;

    PluginParameters(const protocol::PluginDescription& plugin, Setter setter);

    [[nodiscard]] std::span<const nodes::ParameterInfo> infos() const override { return infos_; }
    [[nodiscard]] double value(std::size_t index) const override { return values_.at(index); }
    void set(std::size_t index, double value) override;

    /// The plugin has changed a parameter itself; an unknown id is left alone.
    void note(std::uint32_t id, double value);

private:
    Setter setter_;
    std::vector<std::uint32_t> ids_;
    std::vector<nodes::ParameterInfo> infos_;
    std::vector<double> values_;
};

} // namespace decant::service
