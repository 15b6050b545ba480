// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plot.hpp"

#include "service/svg-picture.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <vector>

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

void add_grid(SvgPicture& out, const Scale& scale)
{
    constexpr std::string_view strong = "stroke=\"#bbb\"";
    constexpr std::string_view weak = "stroke=\"#e8e8e8\"";
    const double x_end = panel_width - right;
    for (double decade = scale.low; decade <= scale.high; ++decade) {
        const double usec = std::pow(10, decade);
        for (int step = 2; step <= 9 && decade < scale.high; ++step)
            out.line({left, scale.y(step * usec)}, {x_end, scale.y(step * usec)}, weak);
        out.line({left, scale.y(usec)}, {x_end, scale.y(usec)}, strong);
        out.text({left - 6, scale.y(usec) + 4}, "end", fmt::format("{:g}", usec));
    }
    const double y_end = panel_height - bottom;
    out.line({left, top}, {left, y_end}, strong);
    out.text({left, y_end + 18}, "middle", "50 %");
    for (double nines = 1; nines <= scale.nines; ++nines) {
        out.line({scale.x(nines), top}, {scale.x(nines), y_end}, strong);
        out.text({scale.x(nines), y_end + 18}, "middle", fmt::format("{:.6g} %", percent_at(nines)));
    }
    out.text({(left + x_end) / 2, y_end + 38}, "middle", "of all are at least as fast");
    out.text({left - 6, top - 10}, "end", "µs");
}

void add_curve(SvgPicture& out, const Scale& scale, const Curve& curve, std::string_view colour)
{
    constexpr int steps_per_nine = 40;
    const double last = Scale::last_nines(curve);
    std::vector<SvgPicture::Point> points;
    for (int step = 0;; ++step) {
        const double nines = std::min(last, first_nines + static_cast<double>(step) / steps_per_nine);
        const double percent = nines == last ? 100 : percent_at(nines);
        points.emplace_back(scale.x(nines), scale.y(curve.distribution.percentile(percent)));
        if (nines == last)
            break;
    }
    out.curve(points, colour, 2);
}

SvgPicture picture_of(const Panel& panel)
{
    const Scale scale(panel);
    SvgPicture out;
    out.text({left, top - 30}, "start", panel.title);
    add_grid(out, scale);
    if (panel.limit_usec) {
        const double y = scale.y(*panel.limit_usec);
        out.line({left, y}, {panel_width - right, y}, "stroke=\"#c00\" stroke-dasharray=\"6 4\"");
        out.text({left + 12, y - 5}, "start", fmt::format("the period, {:.0f} µs", *panel.limit_usec));
    }
    double y = panel_height + 12;
    for (std::size_t index = 0; index < panel.curves.size(); ++index, y += legend_step) {
        const Curve& curve = panel.curves[index];
        if (!curve.distribution.empty())
            add_curve(out, scale, curve, SvgPicture::colour(index));
        out.legend({left, y}, SvgPicture::colour(index),
                   fmt::format("{}: {:.1f} / {:.1f} µs (50 / 99 %)", curve.name,
                               curve.distribution.percentile(50), curve.distribution.percentile(99)));
    }
    return out;
}

} // namespace

void write_plot(const std::filesystem::path& file, const std::string& title, const std::vector<Panel>& panels)
{
    std::size_t legend_lines = 0;
    for (const Panel& panel : panels)
        legend_lines = std::max(legend_lines, panel.curves.size());
    SvgPicture picture;
    constexpr int title_size = 15;
    picture.text({left, 24}, "start", title, title_size);
    for (std::size_t index = 0; index < panels.size(); ++index)
        picture.add({panel_width * static_cast<double>(index), 0}, picture_of(panels[index]));
    picture.write(file, panel_width * static_cast<double>(panels.size()),
                  panel_height + legend_step * static_cast<double>(legend_lines));
}

} // namespace decant::bench
