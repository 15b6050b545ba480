// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/lua-scripts/stand-in-node.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_message.hpp>

#include <set>
#include <string>

namespace decant::tests
{

using Links = std::multiset<Link>;

/// The links of two stereo nodes, FL to FL and FR to FR.
inline Links stereo(const std::string& from, const std::string& to)
{
    const std::string input = to == "test-sink" ? ":playback_" : ":input_";
    return {{from + ":output_FL", to + input + "FL"}, {from + ":output_FR", to + input + "FR"}};
}

inline Links operator+(Links a, const Links& b)
{
    a.insert(b.begin(), b.end());
    return a;
}

/// A node of decantd with two outputs, as a synth has them.
inline StandInNode::Shape synth(const std::string& output_to)
{
    return {.properties = {{"decant.output.to", output_to}}, .outputs = {"FL", "FR"}};
}

/// The same with inputs.
inline StandInNode::Shape effect(const std::string& output_to)
{
    return {.properties = {{"decant.output.to", output_to}}, .inputs = {"FL", "FR"}, .outputs = {"FL", "FR"}};
}

/// Says what there is instead if it does not.
inline bool becomes(const PrivateSession& session, const Links& expected)
{
    Links found;
    if (wait_until([&] { return (found = session.graph().links()) == expected; }))
        return true;
    for (const auto& [output, input] : found)
        UNSCOPED_INFO("found " << output << " -> " << input);
    return false;
}

/// Returns when the policy has answered everything that happened before: it has linked a node that came after
/// it, and seen it go.
inline bool settled(const PrivateSession& session)
{
    const auto before = session.graph().links().size();
    {
        const StandInNode last(session, "decant.last", synth("[ test-sink ]"));
        if (!wait_until(
                [&] { return session.graph().linked("decant.last:output_FR", "test-sink:playback_FR"); }))
            return false;
    }
    return wait_until([&] { return session.graph().links().size() <= before; });
}

inline std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t result = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
        ++result;
    return result;
}

} // namespace decant::tests
