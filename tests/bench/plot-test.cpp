// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plot.hpp"
#include "tests/support/scratch-directory.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

using Catch::Matchers::ContainsSubstring;
using decant::bench::Distribution;
using decant::bench::Panel;

namespace
{

class TemporaryDirectory
{
    std::filesystem::path path_;

public:
    TemporaryDirectory()
    {
        std::string name = std::filesystem::temp_directory_path() / "decant-bench-XXXXXX";
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no temporary directory");
        path_ = name;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
};

std::string plot_of(const std::vector<Panel>& panels)
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "plot.svg";
    decant::bench::write_plot(file, "64 frames", panels);
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

std::size_t count_of(const std::string& needle, const std::string& text)
{
    std::size_t count = 0;
    for (auto at = text.find(needle); at != std::string::npos; at = text.find(needle, at + 1))
        ++count;
    return count;
}

} // namespace

TEST_CASE("a plot has a curve for each distribution and names it with its percentiles")
{
    const std::string svg =
        plot_of({{"Round trip",
                  {{"floor", Distribution({1000, 2000, 3000})}, {"bridge", Distribution({9000})}},
                  std::nullopt}});

    CHECK(count_of("<polyline", svg) == 2);
    CHECK_THAT(svg, ContainsSubstring("floor: 2.0 / 3.0 µs"));
    CHECK_THAT(svg, ContainsSubstring("bridge: 9.0 / 9.0 µs"));
}

TEST_CASE("a plot of nothing is still a picture, without numbers that are none")
{
    const std::string svg = plot_of({{"Round trip", {{"bridge", Distribution()}}, 1333.0}});

    CHECK(count_of("<polyline", svg) == 0);
    CHECK(count_of("nan", svg) == 0);
    CHECK(count_of("inf", svg) == 0);
    CHECK_THAT(svg, ContainsSubstring("</svg>"));
}

TEST_CASE("names with angle brackets do not break the picture")
{
    CHECK_THAT(plot_of({{"a < b & c", {}, std::nullopt}}), ContainsSubstring("a &lt; b &amp; c"));
}

TEST_CASE("a plot into a directory that is not there says so")
{
    const decant::tests::ScratchDirectory directory;
    CHECK_THROWS_AS(decant::bench::write_plot((directory.path() / "none" / "plot.svg").string(), "", {}),
                    std::runtime_error);
}
