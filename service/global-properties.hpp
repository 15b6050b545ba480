// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pipewire/core.h>
#include <spa/utils/dict.h>

#include <charconv>
#include <cstdint>
#include <string_view>

namespace decant::service
{

/// What the registry says of an object under `key`; empty if it says nothing. As long as `properties` lives.
/// [any]
[[nodiscard]] inline std::string_view property(const spa_dict* properties, const char* key) noexcept
{
    const char* text = properties == nullptr ? nullptr : spa_dict_lookup(properties, key);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

/// The same of a key that has the id of an object; PW_ID_ANY if there is none. [any]
[[nodiscard]] inline std::uint32_t id_property(const spa_dict* properties, const char* key) noexcept
{
    const auto text = property(properties, key);
    std::uint32_t id = PW_ID_ANY;
    std::from_chars(text.data(), text.data() + text.size(), id);
    return id;
}

} // namespace decant::service
