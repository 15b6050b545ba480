// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/contender.hpp"
#include "tests/bench/floor-partner.hpp"

#include <memory>
#include <vector>

namespace decant::bench
{

/// As many native processes as there are instances, called one after another by one thread: what everything
/// else is compared with.
class Floor
{
    std::vector<std::unique_ptr<FloorPartner>> partners_;

public:
    /// Throws what FloorPartner throws; to be called before there are other threads. [main]
    explicit Floor(unsigned partners);

    /// The same processes on the caller's CPU, where a wake is a hand-over, and on another one, where it is
    /// an interrupt (unless this process may use only one). They must not outlive the floor.
    [[nodiscard]] std::vector<Contender> contenders();
};

} // namespace decant::bench
