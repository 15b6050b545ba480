// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/articulation-numbers.hpp"

#include <cstdint>

namespace decant::sampler
{

/// The LFO that a region describes under a number. [main]
[[nodiscard]] LfoSettings lfo_settings(std::uint8_t number, ArticulationNumbers& numbers);

/// The envelope that it describes under a number, those of StagedEnvelope among them. [main]
[[nodiscard]] EnvelopeSettings envelope_settings(std::uint8_t number, ArticulationNumbers& numbers);

/// What controllers make of the variable with a number. [main]
[[nodiscard]] VariableSettings variable_settings(std::uint8_t number, ArticulationNumbers& numbers);

} // namespace decant::sampler
