// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-interface.hpp"

#include "wine-host/text.hpp"

#include <array>
#include <cstdio>
#include <cstring>

namespace decant::host::vst3
{

std::string id_text(const TUID id)
{
    // In memory it is a GUID of Windows, whose first fields are numbers.
    constexpr std::array<int, 16> order{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    std::string text;
    for (const int place : order) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02X", static_cast<unsigned char>(id[place]));
        text += digits;
    }
    return text;
}

std::string text_of(const TChar* text, std::size_t most)
{
    std::wstring wide;
    for (std::size_t i = 0; i < most && text[i] != 0; ++i)
        wide += static_cast<wchar_t>(text[i]);
    return from_plugin(to_utf8(wide).c_str());
}

void write_text(TChar* to, std::size_t size, const char* ascii) noexcept
{
    std::size_t i = 0;
    for (; i + 1 < size && ascii[i] != '\0'; ++i)
        to[i] = static_cast<TChar>(ascii[i]);
    to[i] = 0;
}

} // namespace decant::host::vst3
