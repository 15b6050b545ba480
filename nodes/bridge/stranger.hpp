// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <atomic>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace decant::bridge
{

/// Copies bytes that another process may be changing at the same time. Behind it the compiler cannot go back
/// to the original, so what is checked is what is used. [any]
inline void copy_from_stranger(void* to, const void* from, std::size_t size) noexcept DECANT_REALTIME
{
    std::memcpy(to, from, size);
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

template <class T>
[[nodiscard]] T copy_of_strangers(const T& original) noexcept DECANT_REALTIME
{
    static_assert(std::is_trivially_copyable_v<T>);
    T copy;
    copy_from_stranger(&copy, &original, sizeof copy);
    return copy;
}

} // namespace decant::bridge
