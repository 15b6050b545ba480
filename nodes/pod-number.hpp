// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <spa/pod/iter.h>

#include <cstdint>
#include <optional>

namespace decant::nodes
{

/// The number in a pod of any of the types that people and programs send for one; a bool is 0 or 1. [any]
[[nodiscard]] inline std::optional<double> number_in(const spa_pod* pod) noexcept
{
    float single = 0;
    double value = 0;
    std::int32_t integer = 0;
    std::int64_t longer = 0;
    bool flag = false;
    if (spa_pod_get_float(pod, &single) == 0)
        return single;
    if (spa_pod_get_double(pod, &value) == 0)
        return value;
    if (spa_pod_get_int(pod, &integer) == 0)
        return integer;
    if (spa_pod_get_long(pod, &longer) == 0)
        return static_cast<double>(longer);
    if (spa_pod_get_bool(pod, &flag) == 0)
        return flag ? 1.0 : 0.0;
    return std::nullopt;
}

} // namespace decant::nodes
