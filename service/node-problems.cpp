// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/node-problems.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

namespace decant::service
{

NodeProblems::NodeProblems(std::vector<ConfigurationProblem>& all, Location place, std::string node)
    : all_(all), first_(all.size()), node_place_(std::move(place)), node_(std::move(node))
{
}

void NodeProblems::add(const Location& where, std::string text, bool fatal)
{
    fatal_ = fatal_ || fatal;
    // Several keys can be missing from the node itself.
    const auto told =
        std::find_if(all_.begin() + static_cast<std::ptrdiff_t>(first_), all_.end(), [&](const auto& each) {
            return each.where == where && (where != node_place_ || each.text == text);
        });
    if (told == all_.end())
        all_.push_back({where, std::move(text), node_, fatal});
    else
        told->fatal = told->fatal || fatal;
}

void NodeProblems::sort()
{
    const auto place = [](const ConfigurationProblem& problem) {
        return std::tie(problem.where.file, problem.where.position.line, problem.where.position.column);
    };
    std::stable_sort(all_.begin() + static_cast<std::ptrdiff_t>(first_), all_.end(),
                     [&place](const auto& left, const auto& right) { return place(left) < place(right); });
}

} // namespace decant::service
