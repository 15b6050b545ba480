// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace decant::tests
{

enum class Direction { input, output };

struct Port {
    std::uint32_t id;
    std::string node; ///< node.name
    std::string name; ///< port.name
    Direction direction;
    bool monitor;
    nlohmann::json properties;

    /// As pw-link writes it.
    [[nodiscard]] std::string path() const { return node + ':' + name; }
};

/// Between ports written "node:port", as pw-link does.
struct Link {
    std::string output;
    std::string input;
    auto operator<=>(const Link&) const = default;
};

/// What was in a PipeWire session at one moment: the output of pw-dump with the questions that tests ask.
class Graph
{
public:
    explicit Graph(nlohmann::json dump);

    [[nodiscard]] const nlohmann::json& dump() const noexcept { return dump_; }

    /// The object as pw-dump gives it; its properties are in ["info"]["props"].
    [[nodiscard]] std::optional<nlohmann::json> find_node(std::string_view node_name) const;
    /// Every port, or those of one direction without monitor ports, in order of port.id.
    [[nodiscard]] std::vector<Port> ports_of(std::string_view node_name) const;
    [[nodiscard]] std::vector<Port> ports_of(std::string_view node_name, Direction direction) const;

    [[nodiscard]] std::multiset<Link> links() const;
    [[nodiscard]] bool linked(std::string_view output, std::string_view input) const;
    /// Whether what is sent now arrives: a link is there for some time before its buffers are.
    [[nodiscard]] bool flows(std::string_view output, std::string_view input) const;
    /// Global ids of the links between two ports; new ones if a link was made anew.
    [[nodiscard]] std::vector<std::uint32_t> link_ids(std::string_view output, std::string_view input) const;

    /// The value that `key` of subject 0 has in a metadata object such as "default" or "settings".
    [[nodiscard]] std::optional<nlohmann::json> metadata(std::string_view object, std::string_view key) const;

private:
    nlohmann::json dump_;
    std::vector<Port> ports_;
};

} // namespace decant::tests
