// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/display-desktop.hpp"

#include "wine-host/text.hpp"

#include <windows.h>

#include <algorithm>
#include <exception>
#include <string>

namespace decant::host
{
namespace
{

std::wstring variable(const wchar_t* name)
{
    std::wstring value(GetEnvironmentVariableW(name, nullptr, 0), L'\0');
    value.resize(GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
    return value;
}

/// The screen's name; empty if there is none.
std::wstring display()
{
    const std::wstring x11 = variable(L"DISPLAY");
    return !x11.empty() ? x11 : variable(L"WAYLAND_DISPLAY");
}

} // namespace

bool has_display()
{
    return !display().empty();
}

void enter_display_desktop() noexcept
try {
    std::wstring name = display();
    if (name.empty())
        return;
    std::replace(name.begin(), name.end(), L'\\', L'_');
    name = L"Decant " + name;
    const HDESK desktop = CreateDesktopW(name.c_str(), nullptr, nullptr, 0, GENERIC_ALL, nullptr);
    if (desktop == nullptr || SetThreadDesktop(desktop) == 0)
        print_error("the editors' windows share Wine's own desktop: " + windows_error(GetLastError()));
} catch (const std::exception& error) { // no memory
    print_error(error.what());
}

} // namespace decant::host
