// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <termios.h>
#include <utility>
#include <vector>

namespace decant::cli
{

/// The terminal as a screen of its own: keys come one by one and unseen, and what was there before comes back
/// with the end of this object. Plain ANSI sequences, which every terminal knows that people use today.
/// [main]
class RawTerminal
{
    termios before_{};

public:
    RawTerminal(); ///< Throws std::runtime_error if stdin and stdout are no terminal.
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

    /// Columns and rows.
    [[nodiscard]] std::pair<std::size_t, std::size_t> size() const;

    /// Shows these lines and nothing else, the one at `highlighted` inverted.
    void show(const std::vector<std::string>& lines, std::size_t highlighted) const;

    /// What was typed since the last call; cursor keys as "up" and "down".
    [[nodiscard]] std::vector<std::string> keys() const;
};

} // namespace decant::cli
