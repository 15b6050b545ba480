// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace decant::protocol
{

/// What the head of a Windows executable says. The service reads it to start the right host, the host to say
/// why Windows would not load the file. The bytes are a stranger's. [any]
struct PeHeader {
    enum Machine : std::uint16_t { i386 = 0x014c, x86_64 = 0x8664, arm64 = 0xaa64 };

    static constexpr std::size_t dos_bytes = 64; ///< of the header at the start of the file, which says where
    static constexpr std::size_t bytes = 24;     ///< of this one

    std::uint16_t machine;        ///< Machine
    std::uint16_t sections;       ///< how many
    std::uint16_t optional_bytes; ///< of the optional header, which follows this one
    std::uint16_t flags;

    /// Not a program.
    [[nodiscard]] constexpr bool dll() const noexcept { return (flags & 0x2000) != 0; }

    /// Where in the file the header lies; nothing if `file` is shorter than a DOS header or begins with none.
    [[nodiscard]] static std::optional<std::uint32_t> offset(std::span<const std::byte> file) noexcept
    {
        if (file.size() < dos_bytes || std::memcmp(file.data(), "MZ", 2) != 0)
            return std::nullopt;
        return field<std::uint32_t>(file, 0x3c);
    }

    /// Nothing if `header` is too short or begins with something else, as a 16-bit program does.
    [[nodiscard]] static std::optional<PeHeader> read(std::span<const std::byte> header) noexcept
    {
        if (header.size() < bytes || std::memcmp(header.data(), "PE\0\0", 4) != 0)
            return std::nullopt;
        return PeHeader{.machine = field<std::uint16_t>(header, 4),
                        .sections = field<std::uint16_t>(header, 6),
                        .optional_bytes = field<std::uint16_t>(header, 20),
                        .flags = field<std::uint16_t>(header, 22)};
    }

private:
    template <class T>
    [[nodiscard]] static T field(std::span<const std::byte> from, std::size_t at) noexcept
    {
        T value; // little-endian, as both sides are
        std::memcpy(&value, from.data() + at, sizeof value);
        return value;
    }
};

} // namespace decant::protocol
