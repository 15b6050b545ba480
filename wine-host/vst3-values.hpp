// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/vst3-interface.hpp"

#include <map>

namespace decant::host::vst3
{

/// The values of a plugin's parameters, which its controller knows. But of the first parameter of an
/// instrument the controllers of DPF (1.6) say that it is 0, and refuse a value for it; such values are kept
/// here. All [main].
class ParameterValues
{
    IEditController* controller_ = nullptr;
    std::map<ParamID, ParamValue> kept_;

public:
    ParameterValues() = default;
    explicit ParameterValues(IEditController* controller) : controller_(controller) {}

    /// Finds out who keeps the parameter.
    void add(const ParameterInfo& info);

    /// From 0 to 1.
    [[nodiscard]] ParamValue get(ParamID id) const;

    /// Tells the controller.
    void set(ParamID id, ParamValue value);

    /// The controller has said so itself.
    void note(ParamID id, ParamValue value);
};

} // namespace decant::host::vst3
