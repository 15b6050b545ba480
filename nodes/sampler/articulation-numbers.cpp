// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/articulation-numbers.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace decant::sampler
{

using Of = ParameterKey::Of;

const Parameter* ArticulationNumbers::find(Of of, std::uint8_t number, std::size_t field) const
{
    const ParameterKey key{.of = of, .number = number, .field = static_cast<std::uint8_t>(field)};
    const auto at = std::lower_bound(parameters_.begin(), parameters_.end(), key,
                                     [](const Parameter& a, const ParameterKey& b) { return a.key < b; });
    return at != parameters_.end() && at->key == key ? &*at : nullptr;
}

float ArticulationNumbers::base(Of of, std::uint8_t number, std::size_t field, float otherwise) const
{
    const Parameter* const parameter = find(of, number, field);
    return parameter == nullptr ? otherwise : parameter->base.value_or(otherwise);
}

void ArticulationNumbers::leave_out(std::string text)
{
    constexpr std::size_t most = 20;
    if (problems_.size() < most)
        problems_.push_back(std::move(text));
}

Depth ArticulationNumbers::depth(const Parameter& parameter, float otherwise, float scale, bool followed)
{
    Depth result{.base = parameter.base.value_or(otherwise) * scale,
                 .velocity = parameter.velocity * scale,
                 .first = static_cast<std::uint32_t>(articulation_.terms.size())};
    for (const ControlUse& use : parameter.controls) {
        std::uint8_t curve = use.curve;
        if (curves_.find(curve) == nullptr) {
            leave_out(fmt::format("there is no curve {}, the straight one is used; add <curve> "
                                  "curve_index={} and its points",
                                  curve, curve));
            curve = 0;
        }
        if (use.depth == 0)
            continue;
        const auto signal = signals_.add({.control = use.control,
                                          .curve = curve,
                                          .smooth = use.smooth / 1000,
                                          .step = std::min(use.step / std::abs(use.depth), 1.0f)});
        if (!signal) {
            leave_out(fmt::format("more than {} different uses of controllers; the further ones are left out",
                                  SignalSet::most));
            continue;
        }
        articulation_.terms.push_back({.signal = *signal, .depth = use.depth * scale});
        if (followed)
            articulation_.follows.set(use.control);
    }
    result.terms = static_cast<std::uint32_t>(articulation_.terms.size()) - result.first;
    return result;
}

Depth ArticulationNumbers::depth_of(Of of, std::uint8_t number, std::size_t field, float otherwise,
                                    float scale, bool followed)
{
    const Parameter* const parameter = find(of, number, field);
    return parameter == nullptr ? Depth{.base = otherwise * scale}
                                : depth(*parameter, otherwise, scale, followed);
}

} // namespace decant::sampler
