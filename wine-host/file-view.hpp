// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace decant::host
{

/// A file mapped for reading, as plugins of a gigabyte exist.
class FileView
{
    void* view_ = nullptr;
    std::size_t size_ = 0;
    std::uint32_t error_ = 0;

public:
    explicit FileView(const std::wstring& path) noexcept;
    ~FileView();

    FileView(const FileView&) = delete;
    FileView& operator=(const FileView&) = delete;

    /// An empty file is open and has no bytes.
    [[nodiscard]] bool is_open() const noexcept { return error_ == 0; }

    /// GetLastError() of what went wrong.
    [[nodiscard]] std::uint32_t error() const noexcept { return error_; }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept
    {
        return {static_cast<const std::byte*>(view_), size_};
    }
};

} // namespace decant::host
