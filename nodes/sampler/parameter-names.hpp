// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/parameter.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace decant::sampler
{

/// What the name of an opcode says that its value is.
struct ParameterName {
    enum class Part : std::uint8_t {
        base,
        velocity, ///< amp_vel2attack
        depth,    ///< cutoff_onccN
        curve,    ///< cutoff_curveccN
        smooth,   ///< cutoff_smoothccN
        step,     ///< cutoff_stepccN
    };

    ParameterKey key{};
    Part part = Part::base;
    std::uint16_t control = 0; ///< of depth, curve, smooth and step
};

/// Controllers are numbered from 0; those from 128 on are values that have no MIDI controller.
inline constexpr unsigned most_controls = 512;

/// The most LFOs, flexible envelopes and variables that a file can name, the points of an envelope and the
/// steps and waves of an LFO.
inline constexpr unsigned most_modulators = 200;
inline constexpr unsigned most_points = 64;
inline constexpr unsigned most_steps = 128;
inline constexpr unsigned most_waves = 8;

/// Reads the names of opcodes whose numbers may be modulated: cutoff_oncc74, lfo01_pitch, eg2_time3,
/// fileg_vel2depth, var01_oncc20. Null for others.
[[nodiscard]] std::optional<ParameterName> parse_parameter_name(std::string_view name);

} // namespace decant::sampler
