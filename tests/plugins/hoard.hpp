// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdlib>

namespace decant::tests
{

/// Bytes that a plugin has in its state besides: as many MiB as the environment's DECANT_TEST_HOARD says.
inline std::size_t hoard_bytes()
{
    const char* const mebibytes = std::getenv("DECANT_TEST_HOARD");
    return mebibytes != nullptr ? std::size_t{1024} * 1024 * std::strtoul(mebibytes, nullptr, 10) : 0;
}

} // namespace decant::tests
