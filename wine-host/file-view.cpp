// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/file-view.hpp"

#include <windows.h>

namespace decant::host
{

FileView::FileView(const std::wstring& path) noexcept
{
    const HANDLE file =
        CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    nullptr, OPEN_EXISTING, 0, nullptr);
    if (file == INVALID_HANDLE_VALUE) {
        error_ = GetLastError();
        return;
    }
    LARGE_INTEGER size{};
    if (GetFileSizeEx(file, &size) == 0) {
        error_ = GetLastError();
    } else if (size.QuadPart > 0) {
        const HANDLE mapping = CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
        view_ = mapping != nullptr ? MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0) : nullptr;
        if (view_ == nullptr)
            error_ = GetLastError();
        else
            size_ = static_cast<std::size_t>(size.QuadPart);
        if (mapping != nullptr)
            CloseHandle(mapping);
    }
    CloseHandle(file);
}

FileView::~FileView()
{
    if (view_ != nullptr)
        UnmapViewOfFile(view_);
}

} // namespace decant::host
