// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace decant::bench
{

namespace
{

constexpr double panel_width = 560;
constexpr double panel_height = 420; ///< without the legend below
constexpr double left = 64;
constexpr double right = 20;
constexpr double top = 76;
constexpr double bottom = 52;
constexpr double legend_step = 18;

/// Told apart by people who do not see all colours (Okabe and Ito).
constexpr std::array<std::string_view, 6> colours{"#0072b2", "#d55e00", "#009e73",
                                                  "#cc79a7", "#e69f00", "#56b4e9"};

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else
            out += c;
    }
    return out;
}

/// Nines: 0.3 is the median, 1 is 90 %, 3 is 99.9 %.
double percent_at(double nines)
{
    return 100 * (1 - std::pow(10, -nines));
}

const double first_nines = -std::log10(0.5);

/// The range that a panel shows.
struct Scale {
    double nines = 2;
    double low = 0;  ///< log10 of µs
    double high = 1; ///< log10 of µs

    explicit Scale(const Panel& panel)
    {
        double smallest = 1e9;
        double largest = panel.limit_usec.value_or(1);
        for (const Curve& curve : panel.curves) {
            if (curve.distribution.empty())
                continue;
            nines = std::max(nines, last_nines(curve));
            smallest = std::min(smallest, curve.distribution.percentile(50));
            largest = std::max(largest, curve.distribution.percentile(100));
        }
        low = std::floor(std::log10(std::max(0.1, std::min(smallest, largest))));
        high = std::max(low + 1, std::ceil(std::log10(largest)));
    }

    /// Where a curve ends: beyond it there is less than one sample.
    static double last_nines(const Curve& curve)
    {
        return std::log10(static_cast<double>(std::max<std::size_t>(curve.distribution.size(), 2)));
    }

    [[nodiscard]] double x(double at) const
    {
        return left + (at - first_nines) / (nines - first_nines) * (panel_width - left - right);
    }

    [[nodiscard]] double y(double usec) const
    {
        const double part = (std::log10(std::max(usec, 0.01)) - low) / (high - low);
        return panel_height - bottom - std::clamp(part, 0.0, 1.0) * (panel_height - top - bottom);
    }
};

void add_line(std::string& out, double x1, double y1, double x2, double y2, std::string_view style)
{
    fmt::format_to(std::back_inserter(out),
                   "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2,
                   style);
}

void add_text(std::string& out, double x, double y, std::string_view anchor, std::string_view text)
{
    fmt::format_to(std::back_inserter(out), "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                   x, y, anchor, escaped(text));
}

void add_grid(std::string& out, const Scale& scale)
{
    constexpr std::string_view strong = "stroke=\"#bbb\"";
    constexpr std::string_view weak = "stroke=\"#e8e8e8\"";
    const double x_end = panel_width - right;
    for (double decade = scale.low; decade <= scale.high; ++decade) {
        const double usec = std::pow(10, decade);
        for (int step = 2; step <= 9 && decade < scale.high; ++step)
            add_line(out, left, scale.y(step * usec), x_end, scale.y(step * usec), weak);
        add_line(out, left, scale.y(usec), x_end, scale.y(usec), strong);
        add_text(out, left - 6, scale.y(usec) + 4, "end", fmt::format("{:g}", usec));
    }
    const double y_end = panel_height - bottom;
    add_line(out, left, top, left, y_end, strong);
    add_text(out, left, y_end + 18, "middle", "50 %");
    for (double nines = 1; nines <= scale.nines; ++nines) {
        add_line(out, scale.x(nines), top, scale.x(nines), y_end, strong);
        add_text(out, scale.x(nines), y_end + 18, "middle", fmt::format("{:.6g} %", percent_at(nines)));
    }
    add_text(out, (left + x_end) / 2, y_end + 38, "middle", "of all are at least as fast");
    add_text(out, left - 6, top - 10, "end", "µs");
}

void add_curve(std::string& out, const Scale& scale, const Curve& curve, std::string_view colour)
{
    constexpr int steps_per_nine = 40;
    const double last = Scale::last_nines(curve);
    std::string points;
    for (int step = 0;; ++step) {
        const double nines = std::min(last, first_nines + static_cast<double>(step) / steps_per_nine);
        const double percent = nines == last ? 100 : percent_at(nines);
        fmt::format_to(std::back_inserter(points), "{:.1f},{:.1f} ", scale.x(nines),
                       scale.y(curve.distribution.percentile(percent)));
        if (nines == last)
            break;
    }
    fmt::format_to(std::back_inserter(out),
                   "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", points,
                   colour);
}

void add_legend(std::string& out, const Panel& panel)
{
    double y = panel_height + 12;
    for (std::size_t index = 0; index < panel.curves.size(); ++index, y += legend_step) {
        const std::string style =
            fmt::format("stroke=\"{}\" stroke-width=\"3\"", colours[index % colours.size()]);
        add_line(out, left, y - 4, left + 22, y - 4, style);
        const Curve& curve = panel.curves[index];
        add_text(out, left + 30, y, "start",
                 fmt::format("{}: {:.1f} / {:.1f} µs (50 / 99 %)", curve.name,
                             curve.distribution.percentile(50), curve.distribution.percentile(99)));
    }
}

void add_panel(std::string& out, const Panel& panel)
{
    const Scale scale(panel);
    add_text(out, left, top - 30, "start", panel.title);
    add_grid(out, scale);
    if (panel.limit_usec) {
        const double y = scale.y(*panel.limit_usec);
        add_line(out, left, y, panel_width - right, y, "stroke=\"#c00\" stroke-dasharray=\"6 4\"");
        add_text(out, left + 12, y - 5, "start", fmt::format("the period, {:.0f} µs", *panel.limit_usec));
    }
    for (std::size_t index = 0; index < panel.curves.size(); ++index)
        if (!panel.curves[index].distribution.empty())
            add_curve(out, scale, panel.curves[index], colours[index % colours.size()]);
    add_legend(out, panel);
}

} // namespace

void write_plot(const std::filesystem::path& file, const std::string& title, const std::vector<Panel>& panels)
{
    const double width = panel_width * static_cast<double>(panels.size());
    std::size_t legend_lines = 0;
    for (const Panel& panel : panels)
        legend_lines = std::max(legend_lines, panel.curves.size());
    const double height = panel_height + legend_step * static_cast<double>(legend_lines);
    std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                                  "viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
                                  "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
                                  width, height);
    fmt::format_to(std::back_inserter(out), "<text x=\"{}\" y=\"24\" font-size=\"15\">{}</text>\n", left,
                   escaped(title));
    for (std::size_t index = 0; index < panels.size(); ++index) {
        fmt::format_to(std::back_inserter(out), "<g transform=\"translate({} 0)\">\n",
                       panel_width * static_cast<double>(index));
        add_panel(out, panels[index]);
        out += "</g>\n";
    }
    out += "</svg>\n";
    std::ofstream stream(file, std::ios::binary);
    stream << out << std::flush;
    if (!stream)
        throw std::runtime_error(
            fmt::format("cannot write {}: is its directory there, and room on the disk?", file.string()));
}

} // namespace decant::bench
