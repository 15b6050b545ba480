// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace decant::service
{

/// Who waits for what was asked of a host. Whoever waits hears what went wrong, or an empty text, once. All
/// functions: [main].
class PendingAnswers
{
public:
    using Done = std::function<void(std::string problem)>;

private:
    std::map<std::uint64_t, Done> waiting_; ///< by ticket

public:
    PendingAnswers() = default;
    PendingAnswers(const PendingAnswers&) = delete;
    PendingAnswers& operator=(const PendingAnswers&) = delete;
    ~PendingAnswers(); ///< Whoever still waits hears that nobody is left who could answer.

    /// Tickets grow.
    void add(std::uint64_t ticket, Done done) { waiting_.emplace(ticket, std::move(done)); }

    /// That one is answered; a ticket that nobody waits for is let alone.
    void end(std::uint64_t ticket, const std::string& problem);

    /// That one is answered, and all that were asked before.
    void end_up_to(std::uint64_t ticket, const std::string& problem);

    /// Nobody is left who could answer.
    void end_all(const std::string& problem) { end_up_to(UINT64_MAX, problem); }
};

} // namespace decant::service
