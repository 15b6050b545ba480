// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace decant::service
{

/// Where `decant preset` and the service give each other files, `$XDG_RUNTIME_DIR/decant`; makes it, for the
/// user alone. A request in the metadata names a file in here and nothing else, so that who may write
/// metadata cannot make the service read or write where it likes. Throws std::runtime_error. [any]
[[nodiscard]] std::filesystem::path preset_exchange();

/// The file of that name in there. Throws std::runtime_error if `name` is more than a file's name.
[[nodiscard]] std::filesystem::path exchanged_preset(const std::string& name);

} // namespace decant::service
