// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/progress-bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <unistd.h>

namespace decant::cli
{

namespace
{

constexpr std::size_t width = 30; ///< of the bar, in letters
constexpr std::size_t longest_name = 40;

} // namespace

ProgressBar::ProgressBar(std::size_t total)
    : total_(std::max<std::size_t>(total, 1)), shown_(::isatty(2) != 0)
{
    show(0, {});
}

ProgressBar::~ProgressBar()
{
    if (shown_)
        fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(std::size_t done, std::string_view what) const
{
    if (!shown_)
        return;
    const auto filled = std::min(done * width / total_, width);
    fmt::print(stderr, "\r[{}{}] {}/{}  {}\x1b[K", std::string(filled, '#'), std::string(width - filled, '.'),
               done, total_, what.substr(0, longest_name));
    std::fflush(stderr);
}

} // namespace decant::cli
