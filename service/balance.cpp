// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/balance.hpp"

#include "service/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <utility>

namespace decant::service
{

namespace
{

// As parts of the period. What a measurement is off by is no reason to interrupt anything.
constexpr double least_if_asked = 0.02;
constexpr double least_by_itself = 0.1;

constexpr unsigned ticks_per_look = 10;
constexpr unsigned most_ticks = 50; ///< until a move is given up whose links do not come back

std::string in_words(const LoopLoads& loads)
{
    std::vector<std::string> words;
    for (const auto& [loop, load] : loads)
        words.push_back(fmt::format("{} {:.0f} %", loop, load * 100));
    return fmt::format("the nodes of each loop take, of the period: {}", fmt::join(words, ", "));
}

} // namespace

Balance::Move::Move(std::string node, std::string loop, pw_core* core)
    : name(std::move(node)), from(std::move(loop)), links(core, std::string(node_prefix) + name),
      ticks_left(most_ticks)
{
}

std::vector<std::string> Balance::loops() const
{
    std::vector<std::string> names;
    for (const auto& loop : loops_.members())
        names.emplace_back(loop.name);
    return names;
}

std::vector<PlacedNode> Balance::placed() const
{
    std::vector<PlacedNode> result;
    for (const auto& [name, node] : nodes_) {
        auto place = node->place();
        if (!place)
            continue;
        place->movable = place->movable && (asked_.empty() ? node->rests() : !moved_.contains(name));
        result.push_back(std::move(*place));
    }
    return result;
}

void Balance::ask(Done done)
{
    asked_.push_back(std::move(done));
    if (!move_)
        begin();
}

void Balance::leave()
{
    if (move_)
        end("the connection to PipeWire was lost");
    core_ = nullptr;
    if (!asked_.empty())
        answer();
}

void Balance::begin()
{
    std::optional<std::string> name;
    if (core_ != nullptr)
        name = node_to_move(loops(), placed(), asked_.empty() ? least_by_itself : least_if_asked);
    if (!name)
        return answer();
    if (!asked_.empty())
        moved_.insert(*name);
    move_.emplace(*name, nodes_.at(*name)->place()->loop, core_);
}

void Balance::answer()
{
    if (asked_.empty())
        return;
    if (loops_.size() < 2)
        lines_.emplace_back("there is one data loop, so that there is nothing to balance; "
                            "context.num-data-loops in decant.conf says how many there are");
    else
        lines_.push_back(in_words(loads_of(loops(), placed())));
    const auto asked = std::exchange(asked_, {});
    for (const auto& done : asked)
        done(lines_, problem_);
    lines_.clear();
    moved_.clear();
    problem_.clear();
}

void Balance::go_on()
{
    const auto node = nodes_.find(move_->name);
    if (node == nodes_.end())
        return end("it was taken out of the rack meanwhile");
    if (!move_->away && move_->links.ready()) {
        node->second->rejoin();
        move_->links.restore();
        move_->away = true;
    } else if (move_->away && move_->links.missing() == 0) {
        end({});
    } else if (--move_->ticks_left == 0) {
        end(move_->away
                ? fmt::format("{} of its links did not come back: make them again", move_->links.missing())
                : "PipeWire does not tell its links");
    }
}

void Balance::end(const std::string& problem)
{
    const auto node = nodes_.find(move_->name);
    const auto place = node != nodes_.end() ? node->second->place() : std::nullopt;
    const auto name = move_->name;
    const auto line = fmt::format("moved from {} to {}", move_->from, place ? place->loop : "none");
    move_.reset();
    if (!problem.empty())
        log_of_node(name, Severity::warning, fmt::format("{}; {}", line, problem));
    else
        log_of_node(name, Severity::info, line);
    if (asked_.empty())
        return;
    if (!problem.empty())
        problem_ = fmt::format("node '{}': {}", name, problem);
    else
        lines_.push_back(fmt::format("{}: {}", name, line));
}

void Balance::tick()
{
    if (move_) {
        go_on();
        if (!move_ && !asked_.empty())
            begin();
    } else if (++ticks_ % ticks_per_look == 0 && core_ != nullptr) {
        begin();
    }
}

} // namespace decant::service
