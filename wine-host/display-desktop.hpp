// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace decant::host
{

/// Whether the environment names a screen.
[[nodiscard]] bool has_display();

/// Takes the calling thread to a desktop that belongs to the screen of this process, if it has one. To be
/// called before the thread has any window.
///
/// Wine gives all programs of a prefix one desktop, whose screen is that of the first program which needed
/// it, and none for ever if that one had none: a host that came up before somebody logged in would keep the
/// others from opening editors as long as it runs.
void enter_display_desktop() noexcept;

} // namespace decant::host
