// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/svg-picture.hpp"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace decant
{

namespace
{

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char letter : text)
        switch (letter) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        default:
            out += static_cast<unsigned char>(letter) < ' ' ? ' ' : letter;
        }
    return out;
}

} // namespace

std::string_view SvgPicture::colour(std::size_t curve) noexcept
{
    static constexpr std::array<std::string_view, 6> colours{"#0072b2", "#d55e00", "#009e73",
                                                             "#cc79a7", "#e69f00", "#56b4e9"};
    return colours[curve % colours.size()];
}

void SvgPicture::line(Point from, Point to, std::string_view style)
{
    fmt::format_to(std::back_inserter(body_),
                   "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", from.first,
                   from.second, to.first, to.second, style);
}

void SvgPicture::text(Point place, std::string_view anchor, std::string_view words, int size)
{
    fmt::format_to(std::back_inserter(body_),
                   "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{}\">{}</text>\n",
                   place.first, place.second, anchor, size, escaped(words));
}

void SvgPicture::curve(const std::vector<Point>& points, std::string_view colour, double thickness)
{
    body_ += "<polyline points=\"";
    for (const auto& [x, y] : points)
        fmt::format_to(std::back_inserter(body_), "{:.1f},{:.1f} ", x, y);
    fmt::format_to(std::back_inserter(body_), "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
                   colour, thickness);
}

void SvgPicture::legend(Point place, std::string_view colour, std::string_view words)
{
    constexpr double length = 22;
    constexpr double gap = 8;
    constexpr double above_foot = 4;
    const double y = place.second - above_foot;
    line({place.first, y}, {place.first + length, y},
         fmt::format("stroke=\"{}\" stroke-width=\"3\"", colour));
    text({place.first + length + gap, place.second}, "start", words);
}

void SvgPicture::add(Point place, const SvgPicture& part)
{
    fmt::format_to(std::back_inserter(body_), "<g transform=\"translate({:.0f} {:.0f})\">\n{}</g>\n",
                   place.first, place.second, part.body_);
}

void SvgPicture::write(const std::filesystem::path& file, double width, double height) const
{
    std::ofstream out(file, std::ios::binary);
    out << fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 "
                       "{0} {1}\" font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" "
                       "fill=\"white\"/>\n{2}</svg>\n",
                       width, height, body_)
        << std::flush;
    if (!out)
        throw std::runtime_error(
            fmt::format("cannot write {}: is its directory there, and room on the disk?", file.string()));
}

} // namespace decant
