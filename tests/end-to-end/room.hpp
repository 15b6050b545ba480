// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/end-to-end/rack.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <string>

namespace decant::tests
{

inline const nodes::PortLayout stereo_in{.inputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}, .outputs = {}};
inline const nodes::PortLayout stereo_out{.inputs = {}, .outputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}};

/// The configuration of a node "gain", of one half.
inline std::string node_of_gain(const std::string& more = {})
{
    return fmt::format("{{ name = gain type = plugin path = \"{}\" params = {{ Gain = 0.25 }} {} }}\n",
                       test_plugin("decant-test-gain.dll").string(), more);
}

inline std::string rack_of_gain(const std::string& more = {})
{
    return "decant.nodes = [ " + node_of_gain(more) + "]";
}

/// Noise goes into the gain, and a listener hears it; made anew for each daemon.
struct Room {
    GraphClient client;
    NoiseSource noise_source;
    NoiseListener listener;
    TestNode source;
    TestNode tape;

    explicit Room(const PrivateSession& session, const std::string& group = {})
        : client(session), source(client, "source", stereo_out, noise_source, nullptr, in_group(group)),
          tape(client, "tape", stereo_in, listener, nullptr, in_group(group))
    {
        listener.gain = 0.5F;
    }

    static std::function<void(nodes::FilterNodeSetup&)> in_group(const std::string& group)
    {
        return [group](nodes::FilterNodeSetup& setup) {
            if (!group.empty())
                setup.properties["node.group"] = group;
        };
    }

    void wire(const PrivateSession& session, const Rack& rack) const
    {
        const auto inputs = rack.ports("gain", Direction::input);
        const auto outputs = rack.ports("gain", Direction::output);
        REQUIRE(inputs.size() == 2);
        REQUIRE(outputs.size() == 2);
        for (const std::size_t i : {0u, 1u}) {
            const std::string channel = i == 0 ? ":FL" : ":FR";
            session.link("source" + channel, inputs[i]);
            session.link(outputs[i], "tape" + channel);
        }
    }

    [[nodiscard]] bool plays(std::uint32_t quantum)
    {
        listener.listen(quantum, 48000);
        return hears(listener, 20);
    }
};

} // namespace decant::tests
