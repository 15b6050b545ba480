// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/node-setting.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{

struct ConfigurationText;

/// What is wrong with a rule, and where.
struct RuleProblem {
    Location where;
    std::string text;
};

/// All of decant.rules, in PipeWire's own syntax and matched by PipeWire itself. All: [any].
class MatchRules
{
    /// An array of rules in a text that stays where it is.
    struct Section {
        const ConfigurationText* source;
        std::size_t offset;
        std::size_t length;
    };

    std::vector<Section> sections_;

public:
    /// Takes the array `value` that is written in `source`, which outlives this; returns what in it can never
    /// have an effect. PipeWire passes over such rules without a word.
    [[nodiscard]] std::vector<RuleProblem> add(const ConfigurationText& source, const JsonValue& value);

    /// Changes the settings of a node as the rules say that match them. `type` is the node's, also if it is
    /// not written.
    void apply(NodeSettings& settings, std::string_view type) const;
};

} // namespace decant::service
