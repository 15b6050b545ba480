// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace decant::sampler
{

/// How far a loading is. [any]
struct LoadProgress {
    std::atomic<std::uint32_t> regions = 0;
    std::atomic<std::uint32_t> samples = 0;
};

/// While it lives, what its thread loads is counted.
class CountedLoading
{
    LoadProgress* before_;

public:
    explicit CountedLoading(LoadProgress& progress) noexcept;
    CountedLoading(const CountedLoading&) = delete;
    CountedLoading& operator=(const CountedLoading&) = delete;
    ~CountedLoading();

    /// One more, if somebody counts in this thread.
    static void count(std::atomic<std::uint32_t> LoadProgress::* what) noexcept;
};

} // namespace decant::sampler
