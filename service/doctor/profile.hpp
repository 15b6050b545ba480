// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/facts.hpp"

#include <cstdint>
#include <map>
#include <spa/pod/pod.h>
#include <vector>

namespace decant::doctor
{

/// Reads what PipeWire's profiler sends, and keeps the newest of each node.
class Profile
{
    struct Seen {
        std::string name;
        std::int64_t first; ///< xruns when it was seen first
        std::int64_t last;
    };
    struct SeenDriver {
        std::uint32_t frames = 0;
        std::uint32_t rate = 0;
        std::map<int, Seen> nodes; ///< by id
    };
    std::map<int, SeenDriver> drivers_; ///< by id

    void add_cycle(const spa_pod* object);

public:
    /// Of a message; one that is not as PipeWire writes it is passed over. Throws std::bad_alloc. [main]
    void add(const spa_pod* message);

    /// That with most nodes first, each with itself as its first node.
    [[nodiscard]] std::vector<Graph::Driver> drivers() const;
};

} // namespace decant::doctor
