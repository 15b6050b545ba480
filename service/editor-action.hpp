// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace decant::service
{

/// What somebody wants of a node's editor.
struct EditorAction {
    enum class Kind { open, close, toggle };
    Kind kind = Kind::toggle;
    std::string part{}; ///< in a chain the name of a plugin; empty: all
};

} // namespace decant::service
