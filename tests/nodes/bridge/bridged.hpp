// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "tests/nodes/bridge/block-driver.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

namespace decant::tests
{

inline constexpr bridge::BridgeLayout stereo_effect{2, 2, true, true, bridge::BridgeKind::effect};
inline constexpr bridge::BridgeLayout stereo_instrument{0, 2, true, false, bridge::BridgeKind::instrument};

/// A node with a plugin in a fake host, running.
struct Bridged {
    FakeHost host;
    bridge::BridgeProcessor processor;
    BlockDriver driver;

    Bridged(const std::string& plugin, const bridge::BridgeLayout& layout, std::uint32_t frames = 64)
        : processor(layout), driver(processor, layout.outputs, frames)
    {
        driver.inputs.resize(layout.inputs);
        host.start(plugin);
        processor.attach(host.region(), 0);
    }

    void set(fake_parameter::Id parameter, double value)
    {
        REQUIRE(processor.set_parameter(parameter, value));
    }
    void misbehave(FakeMisbehaviour how) { set(fake_parameter::misbehave, static_cast<double>(how)); }

    /// Blocks until the host has answered what it was given.
    [[nodiscard]] bool host_answers()
    {
        return wait_until([&] { return processor.unanswered_since_nsec() == 0; });
    }
};

inline bool silent(const Channels& channels)
{
    for (const auto& channel : channels)
        for (const float sample : channel)
            if (sample != 0)
                return false;
    return true;
}

} // namespace decant::tests
