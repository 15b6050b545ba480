// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-command.hpp"

#include <filesystem>

namespace decant::service
{

/// Makes one plugin of this process at a time the keeper of a state file: who takes over a node waits until
/// the plugin before has saved its last state, which may take as long as another of its group loads.
///
/// [any but rt]
class StateClaim
{
    std::filesystem::path file_; ///< empty: nothing is claimed

public:
    /// Waits until nobody else has `file`, or `progress` is given up. An empty path is nobody's.
    StateClaim(const std::filesystem::path& file, const Progress& progress);
    ~StateClaim();
    StateClaim(const StateClaim&) = delete;
    StateClaim& operator=(const StateClaim&) = delete;
};

} // namespace decant::service
