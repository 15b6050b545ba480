// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/loaded-file.hpp"
#include "wine-host/vst3-interface.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace decant::host::vst3
{

/// A class of a factory that makes a plugin.
struct PluginClass {
    TUID id;
    std::string id_text;
    std::string name;
    std::string vendor;
    std::string version;
    std::string categories; ///< "Fx|Delay"
};

/// All that a file has. [main]
[[nodiscard]] std::vector<PluginClass> plugin_classes(IPluginFactory& factory);

/// Both halves of a plugin, initialised and connected: what processes, and what knows the parameters. They
/// may be one object or two. The controller may be missing.
class Component
{
    Ref<IComponent> component_;
    Ref<IAudioProcessor> processor_;
    Ref<IEditController> controller_;
    bool single_ = false; ///< both are one object
    Ref<IConnectionPoint> component_point_;
    Ref<IConnectionPoint> controller_point_;

    void make_controller(IPluginFactory& factory);
    void connect();

public:
    /// Throws PluginError. `handler` outlives this object.
    Component(IPluginFactory& factory, const PluginClass& plugin, const LoadedFile& file,
              IComponentHandler& handler);
    ~Component();

    Component(const Component&) = delete;
    Component& operator=(const Component&) = delete;

    [[nodiscard]] IComponent& component() const noexcept { return *component_.get(); }
    [[nodiscard]] IAudioProcessor& processor() const noexcept { return *processor_.get(); }

    /// Null if there is none.
    [[nodiscard]] IEditController* controller() const noexcept { return controller_.get(); }

    /// Both halves' states, one behind the other; nothing if the plugin has none. Throws PluginError if that
    /// is more than a state may have. [main]
    [[nodiscard]] std::vector<std::byte> state() const;

    /// Throws PluginError with state_mismatch. [main]
    void restore(std::span<const std::byte> state) const;
};

} // namespace decant::host::vst3
