// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/machine.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace decant::doctor
{

struct Mount {
    std::string place;
    std::string type; ///< ext4, tmpfs, fuse.sshfs …
};

/// What `path`, absolute and without symbolic links, lies on. [main]
[[nodiscard]] std::optional<Mount> mount_of(const Machine& machine, std::string_view path);

} // namespace decant::doctor
