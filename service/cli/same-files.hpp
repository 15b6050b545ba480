// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/cli/addition.hpp"

#include <cstddef>
#include <vector>

namespace decant::cli
{

/// The indices of `additions` in groups of which one answer holds for all: the same plugin of files with the
/// same bytes, in the same folder, which holds what else a plugin loads, and in the same prefix. Groups and
/// their members are in the order of `additions`. [any]
[[nodiscard]] std::vector<std::vector<std::size_t>> same_files(const std::vector<Addition>& additions);

} // namespace decant::cli
