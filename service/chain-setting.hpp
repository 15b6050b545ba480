// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace decant::service
{

/// Told of what is suspicious at a place, but costs no more than itself.
using Warn = std::function<void(const Location& place, std::string text)>;

/// The plugins of `chain = [ … ]` go into `node`, and their parameters to its own, under their names. Throws
/// SettingError. [any]
void read_chain(const NodeSetting& setting, const std::filesystem::path& home, NodeConfig& node,
                const Warn& warn);

} // namespace decant::service
