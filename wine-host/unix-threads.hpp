// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// The calls of decant-bridge.so that are about threads; see unix-calls.hpp.
namespace decant::host
{

[[nodiscard]] std::int32_t make_realtime(void* parameters) noexcept;
[[nodiscard]] std::int32_t name_thread(void* parameters) noexcept;
[[nodiscard]] std::int32_t thread_id(void* parameters) noexcept;
[[nodiscard]] std::int32_t schedule_thread(void* parameters) noexcept;

} // namespace decant::host
