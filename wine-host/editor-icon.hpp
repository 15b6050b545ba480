// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

struct HICON__;

namespace decant::host
{

/// A carafe, `size` pixels wide and high; drawn, so that every size is sharp. Null if Windows makes none.
[[nodiscard]] HICON__* editor_icon(int size);

} // namespace decant::host
