// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

namespace decant::service
{

/// The variables that lead a host to the screen: DISPLAY, WAYLAND_DISPLAY, XAUTHORITY. A service of the user
/// manager takes them from there, where desktops put them when somebody logs in, which may be long after the
/// service has started; else, and where the manager has none, they are those of this process. Those that are
/// not set are missing. Asks D-Bus, and waits for at most two seconds. [any]
[[nodiscard]] std::map<std::string, std::string> display_environment();

/// Whether one of them names a screen. [any]
[[nodiscard]] bool has_display(const std::map<std::string, std::string>& environment);

/// What to do where there is none, for people. [any]
[[nodiscard]] std::string no_display_remedy();

} // namespace decant::service
