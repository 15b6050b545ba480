// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/node-status.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace decant::cli
{

/// What `decant top` shows of the rack, as lines of text; a terminal is none of its business. [any]
struct RackScreen {
    std::map<std::string, service::NodeStatus> nodes; ///< by their short names
    std::string selected;                             ///< or empty
    std::string notice;                               ///< what became of the last command
    std::size_t columns = 80;
    std::size_t rows = 24;

    /// A title, a table, a footer: at most `rows` lines of at most `columns` letters. The selected node is
    /// among those that are shown.
    [[nodiscard]] std::vector<std::string> lines() const;

    /// Selects the next node, or the one before; the first one if none was.
    void select_next();
    void select_previous();

    /// The index among lines() of the selected node, or none as SIZE_MAX.
    [[nodiscard]] std::size_t selected_line() const;

private:
    [[nodiscard]] std::size_t first_shown() const;
    [[nodiscard]] std::size_t room() const;
};

} // namespace decant::cli
