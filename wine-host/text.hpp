// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Texts between the three encodings of a host: UTF-8 in messages and Unix paths, UTF-16 in Windows, and
/// whatever a plugin writes.
namespace decant::host
{

/// Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::wstring to_wide(std::string_view utf8);

[[nodiscard]] std::string to_utf8(std::wstring_view wide);

/// In the Windows code page, for interfaces that know nothing else.
[[nodiscard]] std::string to_ansi(std::wstring_view wide);

/// What a plugin wrote into a buffer: UTF-8 if it is that, else the Windows code page. Without control
/// characters and blanks at the ends.
[[nodiscard]] std::string from_plugin(const char* text);

/// "0xc0000005"
[[nodiscard]] std::string hexadecimal(std::uint64_t number);

/// Windows' own words for GetLastError(), on one line, with the number.
[[nodiscard]] std::string windows_error(std::uint32_t error);

/// Windows' path for a Windows or a Unix path: "/home/me/a.dll" becomes "Z:\home\me\a.dll", or "C:\…" inside
/// of the prefix. A path that no drive reaches comes back as "\\?\unix\…", which Wine opens as well.
[[nodiscard]] std::wstring to_windows_path(std::string_view utf8);

/// One line to stderr, which the service puts into its log.
void print_error(std::string_view utf8) noexcept;

} // namespace decant::host
