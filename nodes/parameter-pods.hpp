// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/parameters.hpp"

#include <cstddef>
#include <memory>
#include <vector>

struct spa_pod;

/// Parameters as PipeWire's PropInfo and Props, in the form of its filter-chain: a PropInfo with a name for
/// each, and the values as a flat list of names and values in `Props.params`. So `pw-cli s ID Props '{ params
/// = [ "Gain" 0.5 ] }'` works here as there.
namespace decant::nodes
{

struct PodDeleter {
    void operator()(spa_pod* pod) const noexcept;
};
using Pod = std::unique_ptr<spa_pod, PodDeleter>;

/// A PropInfo for each parameter. [main]
[[nodiscard]] std::vector<Pod> build_parameter_infos(const Parameters& parameters);

/// Props with the values that the parameters have now. [main]
[[nodiscard]] Pod build_parameter_values(const Parameters& parameters);

/// Sets what `props`, from any client, names: values are clamped to their range, unknown names and values
/// that are no numbers are left out. Returns how many were set. [main]
std::size_t apply_parameter_values(const spa_pod* props, Parameters& parameters);

} // namespace decant::nodes
