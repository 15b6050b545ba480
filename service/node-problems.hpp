// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace decant::service
{

/// What is wrong in the settings of one node: all of it at once, so that nobody corrects one slip only to be
/// told of the next. Of several in one value the first is the cause. [any]
class NodeProblems
{
    std::vector<ConfigurationProblem>& all_;
    std::size_t first_;
    Location node_place_;
    std::string node_;
    bool fatal_ = false;

    void add(ConfigurationProblem problem);

public:
    /// They go to the end of `all`, which outlives it, as those of the node that is called so and is written
    /// at `place`.
    NodeProblems(std::vector<ConfigurationProblem>& all, Location place, std::string node);

    /// Something that is suspicious, and costs no more than itself.
    void warn(const Location& where, std::string text) { add({where, std::move(text), node_, false}); }

    /// Something that costs the node.
    void refuse(const SettingError& error)
    {
        add({error.where(), error.what(), node_, true, error.missing()});
    }

    /// Does it. A SettingError is one problem more, and what comes behind it is still looked at.
    template <typename Read>
    void attempt(Read&& read)
    {
        try {
            read();
        } catch (const SettingError& error) {
            refuse(error);
        }
    }

    /// Whether there is something that costs the node.
    [[nodiscard]] bool fatal() const noexcept { return fatal_; }

    /// Brings them into the order of the text.
    void sort();
};

} // namespace decant::service
