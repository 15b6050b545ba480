// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "nodes/realtime/annotations.hpp"

#include <cstddef>
#include <cstdint>

namespace decant::sampler
{

/// Knows how many voices fit into a block. It looks at the clock twice per block, learns what a voice costs
/// and says how many have to go so that the block ends before its deadline. All of it is [rt].
class DeadlineGovernor
{
    double voice_cost_ = 0; // ns per frame
    std::uint64_t start_ = 0;
    std::uint64_t frames_ = 0;

public:
    /// A block begins. Returns how many voices fit, of `sounding` ones; all of them while it does not know
    /// better, or nobody waits for the block.
    [[nodiscard]] std::size_t begin(const nodes::Cycle& cycle, std::size_t sounding) noexcept DECANT_REALTIME;

    /// The block is rendered, with that many voices.
    void end(std::size_t voices) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
