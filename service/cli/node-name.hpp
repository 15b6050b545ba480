// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace decant::cli
{

/// A name of a node made of `text`, which may hold anything: small letters, digits, '-', '_' and '.'. Letters
/// with accents lose them; where most of a text is in letters that cannot be written so, it is `otherwise`.
/// [any]
[[nodiscard]] std::string node_name_from(std::string_view text, std::string_view otherwise);

} // namespace decant::cli
