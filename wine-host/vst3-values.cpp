// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-values.hpp"

namespace decant::host::vst3
{

void ParameterValues::add(const ParameterInfo& info)
{
    constexpr int32 others =
        ParameterInfo::kIsReadOnly | ParameterInfo::kIsProgramChange | ParameterInfo::kIsHidden;
    const ParamValue initial = info.defaultNormalizedValue;
    // Where it is kept, to set it to what it is changes nothing.
    if (controller_ != nullptr && (info.flags & others) == 0 && initial > 0 && initial <= 1 &&
        controller_->getParamNormalized(info.id) == 0 &&
        controller_->setParamNormalized(info.id, 0) != kResultOk)
        kept_[info.id] = initial;
}

ParamValue ParameterValues::get(ParamID id) const
{
    if (const auto kept = kept_.find(id); kept != kept_.end())
        return kept->second;
    const ParamValue value = controller_ != nullptr ? controller_->getParamNormalized(id) : 0;
    return value >= 0 && value <= 1 ? value : (value > 1 ? 1.0 : 0.0);
}

void ParameterValues::set(ParamID id, ParamValue value)
{
    note(id, value);
    if (controller_ != nullptr)
        controller_->setParamNormalized(id, value);
}

void ParameterValues::note(ParamID id, ParamValue value)
{
    if (const auto kept = kept_.find(id); kept != kept_.end())
        kept->second = value;
}

} // namespace decant::host::vst3
