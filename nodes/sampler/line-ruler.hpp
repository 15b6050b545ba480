// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>

namespace decant::sampler
{

/// The columns of a line of UTF-8, for whoever goes through it from left to right: each letter is counted
/// once, as whole instruments may stand in one line. [any but rt]
class LineRuler
{
    std::string_view line_;
    const char* counted_ = line_.data(); ///< up to there
    unsigned letters_ = 0;               ///< before it

public:
    LineRuler() = default;

    /// `line` outlives this.
    explicit LineRuler(std::string_view line) : line_(line) {}

    /// From 1; nothing if it is not in the line.
    [[nodiscard]] std::optional<unsigned> column_of(const char* at)
    {
        const std::less<const char*> before;
        if (before(at, line_.data()) || !before(at, line_.data() + line_.size()))
            return std::nullopt;
        if (before(at, counted_))
            *this = LineRuler(line_);
        letters_ += static_cast<unsigned>(std::count_if(
            counted_, at, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
        counted_ = at;
        return letters_ + 1;
    }
};

} // namespace decant::sampler
