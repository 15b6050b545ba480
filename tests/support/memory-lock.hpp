// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <sys/mman.h>

namespace decant::tests
{

/// Whether this process may lock so much: the limit "memlock" may be too low, or a container's filter of
/// system calls forbid it altogether, as that of systemd-nspawn does.
inline bool may_lock(std::size_t bytes) noexcept
{
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    const bool may = mlock(memory, bytes) == 0;
    munmap(memory, bytes);
    return may;
}

} // namespace decant::tests
