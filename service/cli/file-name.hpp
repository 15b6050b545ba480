// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace decant::cli
{

/// As a variable of a script that is not set leaves it: to the file system it is the current folder.
inline const CLI::Validator file_name( // NOLINT(cert-err58-cpp)
    [](const std::string& name) {
        return name.empty() ? std::string("is empty, and that names no file; is a variable not set?")
                            : std::string();
    },
    "FILE");

} // namespace decant::cli
