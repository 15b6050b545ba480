// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

namespace decant::service
{

class DataLoops;

/// The CPUs on which no data loop has anything to run. A host may be awake there before its block comes and
/// keeps nobody from running; one host on each, as they would keep each other. All functions: [main].
class SpareCpus
{
public:
    /// What one host has of it.
    class Hold
    {
        SpareCpus* cpus_;

    public:
        explicit Hold(SpareCpus& cpus) noexcept : cpus_(&cpus) {}
        ~Hold() { give_back(); }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

        /// The CPU that it has, as long as no data loop has come there, or else another one; nothing if there
        /// is none.
        [[nodiscard]] std::optional<unsigned> keep();
        void give_back() noexcept;
    };

    /// `loops` must outlive it. Of `cpus`, those that threads may be spread over.
    SpareCpus(const DataLoops& loops, std::vector<unsigned> cpus);

private:
    const DataLoops& loops_;
    std::vector<unsigned> cpus_;
    std::map<unsigned, const Hold*> holders_;
};

} // namespace decant::service
