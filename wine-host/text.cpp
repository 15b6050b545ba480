// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/text.hpp"

#include <windows.h>

#include <array>
#include <cstdio>

namespace decant::host
{
namespace
{

std::wstring widen(std::string_view text, UINT code_page, DWORD flags = 0)
{
    const int length = static_cast<int>(text.size());
    const int units = MultiByteToWideChar(code_page, flags, text.data(), length, nullptr, 0);
    std::wstring wide(static_cast<std::size_t>(units), L'\0');
    MultiByteToWideChar(code_page, flags, text.data(), length, wide.data(), units);
    return wide;
}

std::string narrow(std::wstring_view wide, UINT code_page)
{
    if (wide.empty())
        return {};
    const int length = static_cast<int>(wide.size());
    const int bytes = WideCharToMultiByte(code_page, 0, wide.data(), length, nullptr, 0, nullptr, nullptr);
    std::string text(static_cast<std::size_t>(bytes), '\0');
    WideCharToMultiByte(code_page, 0, wide.data(), length, text.data(), bytes, nullptr, nullptr);
    return text;
}

} // namespace

std::wstring to_wide(std::string_view utf8)
{
    return utf8.empty() ? std::wstring() : widen(utf8, CP_UTF8);
}

std::string to_utf8(std::wstring_view wide)
{
    return narrow(wide, CP_UTF8);
}

std::string to_ansi(std::wstring_view wide)
{
    return narrow(wide, CP_ACP);
}

std::string from_plugin(const char* text)
{
    const std::string_view bytes(text);
    if (bytes.empty())
        return {};
    std::wstring wide = widen(bytes, CP_UTF8, MB_ERR_INVALID_CHARS);
    if (wide.empty())
        wide = widen(bytes, CP_ACP);
    std::erase_if(wide, [](wchar_t c) { return c < L' ' || c == L'\x7f'; });
    const auto first = wide.find_first_not_of(L' ');
    const auto last = wide.find_last_not_of(L' ');
    return first == std::wstring::npos ? std::string()
                                       : to_utf8(std::wstring_view(wide).substr(first, last - first + 1));
}

std::string hexadecimal(std::uint64_t number)
{
    std::array<char, 24> digits{};
    std::snprintf(digits.data(), digits.size(), "0x%llx", static_cast<unsigned long long>(number));
    return digits.data();
}

std::string windows_error(std::uint32_t error)
{
    std::array<wchar_t, 512> words{};
    const DWORD length = FormatMessageW(
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK, nullptr,
        error, 0, words.data(), static_cast<DWORD>(words.size()), nullptr);
    std::string text = to_utf8(std::wstring_view(words.data(), length));
    while (!text.empty() && (text.back() == ' ' || text.back() == '.'))
        text.pop_back();
    return (text.empty() ? "error " : text + ", error ") + std::to_string(error);
}

std::wstring to_windows_path(std::string_view utf8)
{
    if (!utf8.starts_with('/'))
        return to_wide(utf8);
    // Wine's own addition to kernel32; its result comes from the heap of the process.
    using DosFileName = wchar_t*(CDECL*)(const char*);
    const auto dos_file_name = reinterpret_cast<DosFileName>(
        reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "wine_get_dos_file_name")));
    if (wchar_t* found = dos_file_name != nullptr ? dos_file_name(std::string(utf8).c_str()) : nullptr) {
        std::wstring path(found);
        HeapFree(GetProcessHeap(), 0, found);
        return path;
    }
    std::wstring path = L"\\\\?\\unix" + to_wide(utf8);
    for (wchar_t& c : path)
        c = c == L'/' ? L'\\' : c;
    return path;
}

void print_error(std::string_view utf8) noexcept
{
    const HANDLE out = GetStdHandle(STD_ERROR_HANDLE);
    DWORD written = 0;
    WriteFile(out, utf8.data(), static_cast<DWORD>(utf8.size()), &written, nullptr);
    WriteFile(out, "\n", 1, &written, nullptr);
}

} // namespace decant::host
