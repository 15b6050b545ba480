// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/private-session.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace decant::tests
{

/// A node with ports and properties as the test likes, which plays silence: what decantd's nodes, other
/// programs and keyboards look like to the policy. It leaves the graph with the object.
///
/// All functions: [main]; they throw std::runtime_error if PipeWire refuses.
class StandInNode
{
public:
    struct Shape {
        std::map<std::string, std::string> properties{}; ///< besides node.name
        /// One port each, named after its channel ("input_FL", "output_FL"); a channel that is a number is a
        /// port without audio.channel.
        std::vector<std::string> inputs{};
        std::vector<std::string> outputs{};
        bool midi_in = false;  ///< a port "midi_in"
        bool midi_out = false; ///< a port "midi_out"
        std::string midi_out_alias{};
    };

    StandInNode(const PrivateSession& session, const std::string& name, const Shape& shape);
    ~StandInNode();
    StandInNode(const StandInNode&) = delete;
    StandInNode& operator=(const StandInNode&) = delete;

    void set_property(const std::string& name, const std::string& value);

    /// One more output, when the node is in the graph already.
    void add_output(const std::string& channel);

private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

} // namespace decant::tests
