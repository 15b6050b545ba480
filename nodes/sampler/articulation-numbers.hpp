// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/articulation.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace decant::sampler
{

/// The numbers of one region while its articulation is made of them: what they depend on goes to the
/// articulation's terms and to the instrument's signals. [main]
class ArticulationNumbers
{
    const std::vector<Parameter>& parameters_;
    SignalSet& signals_;
    const CurveSet& curves_;
    ArticulationProblem& problems_;
    Articulation& articulation_;

public:
    /// All of them outlive it; `parameters` are in the order of their keys.
    ArticulationNumbers(const std::vector<Parameter>& parameters, SignalSet& signals, const CurveSet& curves,
                        ArticulationProblem& problems, Articulation& articulation)
        : parameters_(parameters), signals_(signals), curves_(curves), problems_(problems),
          articulation_(articulation)
    {
    }

    [[nodiscard]] const std::vector<Parameter>& all() const noexcept { return parameters_; }

    /// Null if the region does not set it.
    [[nodiscard]] const Parameter* find(ParameterKey::Of of, std::uint8_t number, std::size_t field) const;

    /// What the region writes, whatever it depends on.
    [[nodiscard]] float base(ParameterKey::Of of, std::uint8_t number, std::size_t field,
                             float otherwise) const;

    /// `scale` turns the file's unit into that of the articulation. One that is `followed` moves while the
    /// note sounds.
    [[nodiscard]] Depth depth(const Parameter& parameter, float otherwise = 0, float scale = 1,
                              bool followed = true);
    [[nodiscard]] Depth depth_of(ParameterKey::Of of, std::uint8_t number, std::size_t field,
                                 float otherwise = 0, float scale = 1, bool followed = true);

    /// Keeps what cannot be done, with what to write instead.
    void leave_out(std::string text);
};

} // namespace decant::sampler
