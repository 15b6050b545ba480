// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace decant::bench
{

/// Noise, and the same noise as the gain plugin has to give it back, bit by bit. A window of it is a block;
/// windows at different places have nothing in common, so that an answer to another block is found out.
class TestSignal
{
    std::vector<float> input_;
    std::vector<float> expected_;

public:
    /// How many windows there are; each may be as long as protocol::max_frames.
    static constexpr std::size_t windows = 1 << 16;

    /// The plugin multiplies by `gain`.
    explicit TestSignal(float gain);

    /// `window` < windows
    [[nodiscard]] const float* input(std::size_t window) const noexcept { return input_.data() + window; }
    [[nodiscard]] const float* expected(std::size_t window) const noexcept
    {
        return expected_.data() + window;
    }
};

} // namespace decant::bench
