// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decant
{

/// A diagram of lines and texts, as SVG. Lengths in pixels, from the upper left corner. [any]
class SvgPicture
{
    std::string body_;

public:
    using Point = std::pair<double, double>;

    /// Of the n-th curve: told apart by people who do not see all colours (Okabe and Ito).
    [[nodiscard]] static std::string_view colour(std::size_t curve) noexcept;

    /// `style` are attributes of SVG, as stroke="#ddd".
    void line(Point from, Point to, std::string_view style);
    /// `anchor`: start, middle, end.
    void text(Point place, std::string_view anchor, std::string_view words, int size = 12);
    void curve(const std::vector<Point>& points, std::string_view colour, double thickness);
    /// The line, and what it stands for.
    void legend(Point place, std::string_view colour, std::string_view words);

    /// Another picture, moved to `place`.
    void add(Point place, const SvgPicture& part);

    /// Throws std::runtime_error.
    void write(const std::filesystem::path& file, double width, double height) const;
};

} // namespace decant
