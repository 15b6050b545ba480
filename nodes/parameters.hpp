// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace decant::nodes
{

/// A parameter as PipeWire's users see it.
struct ParameterInfo {
    std::string name; ///< unique in its node
    double minimum = 0;
    double maximum = 1;
    double initial = 0;
    bool is_switch = false; ///< off at the minimum, on at the maximum
};

/// The parameters of a node, for whoever shows and sets them.
class Parameters
{
public:
    virtual ~Parameters() = default;

    /// Stays the same while a node shows it. [main]
    [[nodiscard]] virtual std::span<const ParameterInfo> infos() const = 0;

    /// The value of the parameter at `index`. [main]
    [[nodiscard]] virtual double value(std::size_t index) const = 0;

    /// Sets the parameter at `index`; `value` is within its range. [main]
    virtual void set(std::size_t index, double value) = 0;
};

} // namespace decant::nodes
