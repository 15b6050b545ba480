// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"
#include "service/node-problems.hpp"

#include <filesystem>

namespace decant::service
{

/// The plugins of `chain = [ … ]` go into `node`, and their parameters to its own, under their names. Throws
/// SettingError. [any]
void read_chain(const NodeSetting& setting, const std::filesystem::path& home, NodeConfig& node,
                NodeProblems& problems);

} // namespace decant::service
