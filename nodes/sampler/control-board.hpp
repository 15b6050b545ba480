// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/articulation.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace decant::sampler
{

/// Where the audio thread shows what controllers were set to last, on whichever channel, and where others
/// leave what they shall be on all of them. Values are 0 … 1.
class ControlBoard
{
    static constexpr std::size_t word_bits = 64;
    using Words = std::array<std::atomic<std::uint64_t>, controller::all / word_bits>;

    std::array<std::atomic<float>, controller::all> values_{};
    Words wished_{}; ///< the audio thread has not seen them yet
    Words kept_{};   ///< an instrument that begins leaves them as they are

    static std::uint64_t bit(unsigned control) noexcept { return std::uint64_t{1} << control % word_bits; }

public:
    /// Wants a controller to have a value, now and when another instrument begins. What is not a number is 0.
    /// [any]
    void wish(unsigned control, float value) noexcept
    {
        values_[control].store(value > 0 ? std::min(value, 1.0f) : 0.0f, std::memory_order_relaxed);
        kept_[control / word_bits].fetch_or(bit(control), std::memory_order_relaxed);
        wished_[control / word_bits].fetch_or(bit(control), std::memory_order_release);
    }

    /// [any]
    [[nodiscard]] float value(unsigned control) const noexcept DECANT_REALTIME
    {
        return values_[control].load(std::memory_order_relaxed);
    }

    /// Whether somebody has wished for it. [any]
    [[nodiscard]] bool kept(unsigned control) const noexcept DECANT_REALTIME
    {
        return (kept_[control / word_bits].load(std::memory_order_relaxed) & bit(control)) != 0;
    }

    /// [any]
    void show(unsigned control, float value) noexcept DECANT_REALTIME
    {
        values_[control].store(value, std::memory_order_relaxed);
    }

    /// Calls `visit(control, value)` for every new wish. [rt]
    template <class Visit>
    void take_wishes(Visit&& visit) noexcept DECANT_REALTIME
    {
        for (std::size_t word = 0; word < wished_.size(); ++word) {
            if (wished_[word].load(std::memory_order_relaxed) == 0)
                continue;
            std::uint64_t bits = wished_[word].exchange(0, std::memory_order_acquire);
            for (; bits != 0; bits &= bits - 1) {
                const auto control = static_cast<unsigned>(word * word_bits +
                                                           static_cast<std::size_t>(std::countr_zero(bits)));
                visit(control, value(control));
            }
        }
    }
};

} // namespace decant::sampler
