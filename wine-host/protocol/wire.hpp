// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace decant::protocol
{

/// Puts the fields of a message one behind the other: numbers little-endian as both sides are x86, texts and
/// blobs as a 32-bit length and their bytes. Throws std::bad_alloc.
class WireWriter
{
    std::vector<std::byte> bytes_;

    void append(const void* data, std::size_t size)
    {
        const auto* first = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), first, first + size);
    }

public:
    template <class T>
        requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    WireWriter& put(T value)
    {
        append(&value, sizeof value);
        return *this;
    }

    WireWriter& put_text(std::string_view text)
    {
        put(static_cast<std::uint32_t>(text.size()));
        append(text.data(), text.size());
        return *this;
    }

    WireWriter& put_blob(std::span<const std::byte> blob)
    {
        put(static_cast<std::uint32_t>(blob.size()));
        append(blob.data(), blob.size());
        return *this;
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
};

/// Takes the fields out again. The bytes are a stranger's: a field that reaches beyond them reads as zero or
/// empty and sets failed(), which stays set; nothing is ever allocated beyond what has arrived.
class WireReader
{
    std::span<const std::byte> bytes_;
    bool failed_ = false;

    [[nodiscard]] std::span<const std::byte> take(std::size_t size) noexcept
    {
        if (size > bytes_.size()) {
            failed_ = true;
            bytes_ = {};
            return {};
        }
        const auto taken = bytes_.first(size);
        bytes_ = bytes_.subspan(size);
        return taken;
    }

public:
    explicit WireReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

    template <class T>
        requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    [[nodiscard]] T get() noexcept
    {
        T value{};
        const auto taken = take(sizeof value);
        if (taken.size() == sizeof value)
            std::memcpy(&value, taken.data(), sizeof value);
        return value;
    }

    [[nodiscard]] std::span<const std::byte> get_blob() noexcept { return take(get<std::uint32_t>()); }

    [[nodiscard]] std::string get_text()
    {
        const auto taken = get_blob();
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }

    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// All fields were there and nothing is left over.
    [[nodiscard]] bool complete() const noexcept { return !failed_ && bytes_.empty(); }
};

} // namespace decant::protocol
