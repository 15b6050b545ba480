// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/pending-answers.hpp"

#include <utility>

namespace decant::service
{

PendingAnswers::~PendingAnswers()
{
    end_all("it was taken out of the rack, or made anew, before it could answer; ask again");
}

// Who is told may ask again at once, so they are taken out before.

void PendingAnswers::end(std::uint64_t ticket, const std::string& problem)
{
    if (const auto waiting = waiting_.extract(ticket))
        waiting.mapped()(problem);
}

void PendingAnswers::end_up_to(std::uint64_t ticket, const std::string& problem)
{
    std::map<std::uint64_t, Done> ended;
    while (!waiting_.empty() && waiting_.begin()->first <= ticket)
        ended.insert(waiting_.extract(waiting_.begin()));
    for (const auto& [number, done] : ended)
        done(problem);
}

} // namespace decant::service
