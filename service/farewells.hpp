// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "service/hosts/plugin-host.hpp"

#include <list>
#include <memory>

namespace decant::service
{

/// Plugins that were taken out, until they have saved their state and their hosts have ended, for which
/// nobody is to wait: one that hangs takes seconds, and one of a group as long as another of it loads.
///
/// All functions: [main].
class Farewells
{
    struct Leaving {
        std::unique_ptr<bridge::BridgeProcessor> processor;
        std::unique_ptr<PluginHost> host; ///< last: it uses the processor to its end
    };

    std::list<Leaving> leaving_;

public:
    Farewells() = default;
    Farewells(const Farewells&) = delete;
    Farewells& operator=(const Farewells&) = delete;

    /// Begins the end of `host`, which may use `processor`, or none.
    void take(std::unique_ptr<PluginHost> host, std::unique_ptr<bridge::BridgeProcessor> processor);

    /// Lets go of those that have ended. Now and then.
    void tick();

    [[nodiscard]] bool empty() const noexcept { return leaving_.empty(); }
};

} // namespace decant::service
