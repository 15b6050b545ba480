// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/probe.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace decant::doctor
{

namespace
{

constexpr double width = 760;
constexpr double panel_height = 300;
constexpr double left = 70;
constexpr double right = 50;
constexpr double top = 44;
constexpr double bottom = 46;
constexpr double legend_step = 18;

/// Told apart by people who do not see all colours (Okabe and Ito).
constexpr std::array<std::string_view, 6> colours{"#0072b2", "#d55e00", "#009e73",
                                                  "#cc79a7", "#e69f00", "#56b4e9"};

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

/// Both axes are logarithmic: µs to the right, counts up.
struct Scale {
    double first = 0;   ///< log10 of µs
    double last = 1;    ///< log10 of µs
    double highest = 1; ///< log10 of a count

    Scale(const std::vector<Series>& all, double limit)
    {
        double least = limit;
        double most = limit;
        for (const auto& series : all)
            for (const auto& step : series.times.filled()) {
                least = std::min(least, std::max(step.from, 0.1));
                most = std::max(most, step.to);
                highest = std::max(highest, std::ceil(std::log10(static_cast<double>(step.count))));
            }
        first = std::floor(std::log10(least));
        last = std::max(first + 1, std::ceil(std::log10(most)));
    }

    [[nodiscard]] double x(double usec) const
    {
        const double part = (std::log10(std::max(usec, 0.01)) - first) / (last - first);
        return left + std::clamp(part, 0.0, 1.0) * (width - left - right);
    }

    /// Nothing lies half a decade below one.
    [[nodiscard]] double y(double count) const
    {
        constexpr double below_one = 0.5;
        const double part = (std::log10(count) + below_one) / (highest + below_one);
        return panel_height - bottom - std::clamp(part, 0.0, 1.0) * (panel_height - top - bottom);
    }
};

void add_text(std::string& out, double x, double y, std::string_view anchor, std::string_view text)
{
    fmt::format_to(std::back_inserter(out), "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                   x, y, anchor, escaped(text));
}

void add_line(std::string& out, double x1, double y1, double x2, double y2, std::string_view style)
{
    fmt::format_to(std::back_inserter(out),
                   "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2,
                   style);
}

void add_grid(std::string& out, const Scale& scale)
{
    constexpr std::string_view grey = "stroke=\"#ddd\"";
    const double floor = panel_height - bottom;
    for (double decade = scale.first; decade <= scale.last; ++decade) {
        const double usec = std::pow(10, decade);
        add_line(out, scale.x(usec), top, scale.x(usec), floor, grey);
        add_text(out, scale.x(usec), floor + 18, "middle", fmt::format("{:g} µs", usec));
    }
    for (double decade = 0; decade <= scale.highest; ++decade) {
        const double count = std::pow(10, decade);
        add_line(out, left, scale.y(count), width - right, scale.y(count), grey);
        add_text(out, left - 6, scale.y(count) + 4, "end", fmt::format("{:g}", count));
    }
}

void add_curve(std::string& out, const Scale& scale, const Series& series, std::string_view colour)
{
    std::string points;
    const double floor = panel_height - bottom;
    double end = -1;
    for (const auto& step : series.times.filled()) {
        if (end != step.from) // nothing in between
            fmt::format_to(std::back_inserter(points), "{:.1f},{:.1f} {:.1f},{:.1f} ",
                           scale.x(std::max(end, 0.0)), floor, scale.x(step.from), floor);
        const double y = scale.y(static_cast<double>(step.count));
        fmt::format_to(std::back_inserter(points), "{:.1f},{:.1f} {:.1f},{:.1f} ", scale.x(step.from), y,
                       scale.x(step.to), y);
        end = step.to;
    }
    fmt::format_to(std::back_inserter(points), "{:.1f},{:.1f}", scale.x(std::max(end, 0.0)), floor);
    fmt::format_to(std::back_inserter(out),
                   "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>\n", points,
                   colour);
}

/// Returns how high it is.
double add_panel(std::string& out, double place, std::string_view title, const std::vector<Series>& all,
                 double limit)
{
    const Scale scale(all, limit);
    fmt::format_to(std::back_inserter(out), "<g transform=\"translate(0 {:.0f})\">\n", place);
    add_text(out, left, top - 16, "start", title);
    add_grid(out, scale);
    add_line(out, scale.x(limit), top, scale.x(limit), panel_height - bottom,
             "stroke=\"#c00\" stroke-dasharray=\"6 4\"");
    double y = panel_height - 4;
    for (std::size_t index = 0; index < all.size(); ++index, y += legend_step) {
        const auto colour = colours[index % colours.size()];
        add_curve(out, scale, all[index], colour);
        add_line(out, left, y - 4, left + 22, y - 4, fmt::format("stroke=\"{}\" stroke-width=\"3\"", colour));
        const auto& times = all[index].times;
        add_text(out, left + 30, y, "start",
                 fmt::format("{}: p50 {:.1f}, p99 {:.1f}, p99.9 {:.1f}, longest {:.1f} µs of {}",
                             all[index].name, times.percentile(50), times.percentile(99),
                             times.percentile(99.9), times.max_usec(), times.count()));
    }
    out += "</g>\n";
    return panel_height + legend_step * static_cast<double>(all.size());
}

} // namespace

void write_svg(const std::filesystem::path& file, const Probe& probe, const Quantum& quantum)
{
    const double period = quantum.period_usec();
    std::string panels;
    double height = 20;
    height +=
        add_panel(panels, height,
                  fmt::format("How late a thread wakes, how often; red: a quarter of {} frames at {} Hz",
                              quantum.frames, quantum.rate),
                  probe.wake_ups, most_of_period_to_wake * period);
    height += add_panel(panels, height, "To another process and back, how often; red: a tenth of the period",
                        probe.round_trips, most_of_period_for_trip * period);
    std::ofstream out(file, std::ios::binary);
    out << fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 "
                       "{0} {1}\" "
                       "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
                       "fill=\"white\"/>\n{2}</svg>\n",
                       width, height, panels)
        << std::flush;
    if (!out)
        throw std::runtime_error(
            fmt::format("cannot write {}: is its directory there, and room on the disk?", file.string()));
}

} // namespace decant::doctor
