// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/probe.hpp"
#include "service/svg-picture.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
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

void add_grid(SvgPicture& out, const Scale& scale)
{
    constexpr std::string_view grey = "stroke=\"#ddd\"";
    const double floor = panel_height - bottom;
    for (double decade = scale.first; decade <= scale.last; ++decade) {
        const double usec = std::pow(10, decade);
        out.line({scale.x(usec), top}, {scale.x(usec), floor}, grey);
        out.text({scale.x(usec), floor + 18}, "middle", fmt::format("{:g} µs", usec));
    }
    for (double decade = 0; decade <= scale.highest; ++decade) {
        const double count = std::pow(10, decade);
        out.line({left, scale.y(count)}, {width - right, scale.y(count)}, grey);
        out.text({left - 6, scale.y(count) + 4}, "end", fmt::format("{:g}", count));
    }
}

void add_curve(SvgPicture& out, const Scale& scale, const Series& series, std::string_view colour)
{
    std::vector<SvgPicture::Point> points;
    const double floor = panel_height - bottom;
    double end = -1;
    for (const auto& step : series.times.filled()) {
        if (end != step.from) { // nothing in between
            points.emplace_back(scale.x(std::max(end, 0.0)), floor);
            points.emplace_back(scale.x(step.from), floor);
        }
        const double y = scale.y(static_cast<double>(step.count));
        points.emplace_back(scale.x(step.from), y);
        points.emplace_back(scale.x(step.to), y);
        end = step.to;
    }
    points.emplace_back(scale.x(std::max(end, 0.0)), floor);
    constexpr double thickness = 1.5;
    out.curve(points, colour, thickness);
}

/// Returns how high it is.
double add_panel(SvgPicture& picture, double place, std::string_view title, const std::vector<Series>& all,
                 double limit)
{
    const Scale scale(all, limit);
    SvgPicture out;
    out.text({left, top - 16}, "start", title);
    add_grid(out, scale);
    out.line({scale.x(limit), top}, {scale.x(limit), panel_height - bottom},
             "stroke=\"#c00\" stroke-dasharray=\"6 4\"");
    double y = panel_height - 4;
    for (std::size_t index = 0; index < all.size(); ++index, y += legend_step) {
        const auto colour = SvgPicture::colour(index);
        add_curve(out, scale, all[index], colour);
        const auto& times = all[index].times;
        out.legend({left, y}, colour,
                   fmt::format("{}: p50 {:.1f}, p99 {:.1f}, p99.9 {:.1f}, longest {:.1f} µs of {}",
                               all[index].name, times.percentile(50), times.percentile(99),
                               times.percentile(99.9), times.max_usec(), times.count()));
    }
    picture.add({0, place}, out);
    return panel_height + legend_step * static_cast<double>(all.size());
}

} // namespace

void write_svg(const std::filesystem::path& file, const Probe& probe, const Quantum& quantum)
{
    const double period = quantum.period_usec();
    SvgPicture picture;
    double height = 20;
    height +=
        add_panel(picture, height,
                  fmt::format("How late a thread wakes, how often; red: a quarter of {} frames at {} Hz",
                              quantum.frames, quantum.rate),
                  probe.wake_ups, most_of_period_to_wake * period);
    height += add_panel(picture, height, "To another process and back, how often; red: a tenth of the period",
                        probe.round_trips, most_of_period_for_trip * period);
    picture.write(file, width, height);
}

} // namespace decant::doctor
