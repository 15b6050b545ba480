// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace decant::sampler
{

/// Keeps memory from being paged out while it lives, so that the audio thread never waits for a disk; as far
/// as RLIMIT_MEMLOCK allows, which most systems raise for members of the group that may use real-time
/// priorities. [any]
class LockedMemory
{
    void* start_ = nullptr; // null: not locked
    std::size_t bytes_ = 0;

public:
    LockedMemory() noexcept = default;
    LockedMemory(const void* start, std::size_t bytes) noexcept;
    ~LockedMemory();
    LockedMemory(LockedMemory&& other) noexcept;
    LockedMemory& operator=(LockedMemory&& other) noexcept;

    [[nodiscard]] bool locked() const noexcept { return start_ != nullptr; }
};

} // namespace decant::sampler
