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

void NodeProblems::add(ConfigurationProblem problem)
{
    fatal_ = fatal_ || problem.fatal;
    // Several keys can be missing from the node itself.
    const auto told =
        std::find_if(all_.begin() + static_cast<std::ptrdiff_t>(first_), all_.end(), [&](const auto& each) {
            return each.where == problem.where && (problem.where != node_place_ || each.text == problem.text);
        });
    if (told == all_.end())
        all_.push_back(std::move(problem));
    else
        told->fatal = told->fatal || problem.fatal;
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
