// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace decant::tests
{

/// 0 if there is no such process.
[[nodiscard]] pid_t parent_of(pid_t process);

/// What `top` calls it, of which Linux keeps 15 characters; empty if there is no such process.
[[nodiscard]] std::string name_of(pid_t process);

/// In ascending order.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process);

} // namespace decant::tests
