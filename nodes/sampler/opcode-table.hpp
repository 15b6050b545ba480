// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/opcodes.hpp"

#include <string_view>
#include <unordered_map>

namespace decant::sampler
{

using ApplyOpcode = OpcodeResult (*)(Region& region, std::string_view value);

/// The opcodes of a region whose names have no number of a controller, LFO, envelope or velocity in them.
/// [main]
[[nodiscard]] const std::unordered_map<std::string_view, ApplyOpcode>& opcode_table();

} // namespace decant::sampler
