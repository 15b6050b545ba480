// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace decant
{

/// The one of `words` that somebody who wrote `word` may have meant; empty if none is near. [any]
[[nodiscard]] std::string_view nearest_word(std::string_view word, std::span<const std::string_view> words);

/// "; did you mean 'reverb'?", or nothing if none of `words` is near; to end a message with. [any]
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> words);

} // namespace decant
