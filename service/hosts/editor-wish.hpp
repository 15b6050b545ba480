// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace decant::service
{

/// A plugin's editor is to be opened, or closed.
struct EditorWish {
    bool open = true;
    std::string part{};  ///< in a chain the name of a plugin; empty: all
    std::string title{}; ///< for people; the plugin's name is added
    double scale = 0;    ///< how large it is drawn; zero: as Wine's dots per inch say
};

} // namespace decant::service
