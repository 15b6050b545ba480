// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace decant::sampler
{

/// Whether an opcode makes no sound and is for people or editors alone, such as region_label.
[[nodiscard]] bool is_remark(std::string_view opcode);

/// Whether an opcode's value is a key, which note_offset and octave_offset move.
[[nodiscard]] bool is_key_opcode(std::string_view opcode);

/// The opcode or <header> that somebody who wrote `opcode` may have meant; empty if none is near or if it is
/// one of SFZ's, which is only not supported.
[[nodiscard]] std::string_view nearest_opcode(std::string_view opcode);

} // namespace decant::sampler
