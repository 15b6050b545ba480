// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/locked-memory.hpp"

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace decant::sampler
{

// Whole pages within the memory only: those at its ends may be locked, and unlocked, by a neighbour.
LockedMemory::LockedMemory(const void* start, std::size_t bytes) noexcept
{
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    const std::uintptr_t first = (address + page - 1) / page * page;
    const std::uintptr_t last = (address + bytes) / page * page;
    // NOLINTBEGIN(performance-no-int-to-ptr): rounded, a pointer is a number
    if (first >= last || mlock(reinterpret_cast<const void*>(first), last - first) != 0)
        return;
    start_ = reinterpret_cast<void*>(first);
    // NOLINTEND(performance-no-int-to-ptr)
    bytes_ = last - first;
}

LockedMemory::~LockedMemory()
{
    if (start_ != nullptr)
        munlock(start_, bytes_);
}

LockedMemory::LockedMemory(LockedMemory&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), bytes_(other.bytes_)
{
}

LockedMemory& LockedMemory::operator=(LockedMemory&& other) noexcept
{
    std::swap(start_, other.start_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

} // namespace decant::sampler
