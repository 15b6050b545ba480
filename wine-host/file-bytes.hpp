// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decant::host
{

/// Puts the fields of a file one behind the other, in the order of bytes that its format has.
template <std::endian order>
class ByteWriter
{
    std::vector<std::byte> bytes_;

public:
    void put(std::integral auto value)
    {
        for (std::size_t i = 0; i < sizeof value; ++i) {
            const std::size_t place = order == std::endian::little ? i : sizeof value - 1 - i;
            bytes_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * place)));
        }
    }

    void put_float(float value) { put(std::bit_cast<std::uint32_t>(value)); }

    void put_bytes(std::span<const std::byte> bytes)
    {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }

    /// Cut or filled with zeros to `size`.
    void put_text(std::string_view text, std::size_t size)
    {
        put_bytes(std::as_bytes(std::span(text.substr(0, size))));
        bytes_.resize(bytes_.size() + size - std::min(text.size(), size));
    }

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }
};

/// Takes the fields of a file. The bytes are a stranger's: one that reaches beyond them reads as zero or
/// empty and sets failed(), which stays set.
template <std::endian order>
class ByteReader
{
    std::span<const std::byte> bytes_;
    bool failed_ = false;

public:
    explicit ByteReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] std::span<const std::byte> get_bytes(std::uint64_t size) noexcept
    {
        if (size > bytes_.size()) {
            failed_ = true;
            bytes_ = {};
            return {};
        }
        const auto taken = bytes_.first(static_cast<std::size_t>(size));
        bytes_ = bytes_.subspan(taken.size());
        return taken;
    }

    template <std::integral T>
    [[nodiscard]] T get() noexcept
    {
        const auto taken = get_bytes(sizeof(T));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < taken.size(); ++i) {
            const std::size_t place = order == std::endian::little ? i : sizeof(T) - 1 - i;
            value |= static_cast<std::uint64_t>(taken[i]) << (8 * place);
        }
        return static_cast<T>(value);
    }

    [[nodiscard]] float get_float() noexcept { return std::bit_cast<float>(get<std::uint32_t>()); }

    /// Up to the first zero of a field of `size` bytes.
    [[nodiscard]] std::string get_text(std::size_t size)
    {
        const auto taken = get_bytes(size);
        const auto* text = reinterpret_cast<const char*>(taken.data());
        const std::string_view field(text, taken.size());
        return std::string(field.substr(0, field.find('\0')));
    }

    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
};

} // namespace decant::host
