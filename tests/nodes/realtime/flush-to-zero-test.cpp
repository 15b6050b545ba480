// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/realtime/flush-to-zero.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

namespace
{

float halved(float value)
{
    volatile float kept = value;
    kept = kept * 0.5f;
    return kept;
}

} // namespace

TEST_CASE("denormal numbers are zero inside the scope and come back after it")
{
    const float smallest = std::numeric_limits<float>::min();
    REQUIRE(halved(smallest) > 0);
    {
        const decant::nodes::FlushToZero scope;
        CHECK(halved(smallest) == 0);
        {
            const decant::nodes::FlushToZero nested;
            CHECK(halved(smallest) == 0);
        }
        CHECK(halved(smallest) == 0);
    }
    CHECK(halved(smallest) > 0);
}
