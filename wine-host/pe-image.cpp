// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/pe-image.hpp"

#include <algorithm>
#include <cstring>

namespace decant::host
{
namespace
{

using protocol::PeHeader;

/// Fields by their place in the file; nothing beyond the end of it.
class File
{
    std::span<const std::byte> bytes_;

public:
    explicit File(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

    template <class T>
    [[nodiscard]] std::optional<T> at(std::uint64_t offset) const noexcept
    {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T))
            return std::nullopt;
        T value;
        std::memcpy(&value, bytes_.data() + offset, sizeof value);
        return value;
    }

    [[nodiscard]] std::string text_at(std::uint64_t offset) const
    {
        constexpr std::size_t longest = 255;
        if (offset > bytes_.size())
            return {};
        const auto start = static_cast<std::size_t>(offset);
        const auto rest = bytes_.subspan(start, std::min(longest, bytes_.size() - start));
        const auto end = std::find(rest.begin(), rest.end(), std::byte{0});
        return {reinterpret_cast<const char*>(rest.data()), static_cast<std::size_t>(end - rest.begin())};
    }
};

struct Section {
    std::uint32_t virtual_size, address, raw_size, raw_offset;
};
static_assert(sizeof(Section) == 16);

} // namespace

std::optional<PeImage> read_pe_image(std::span<const std::byte> bytes)
{
    constexpr std::uint16_t pe32_plus = 0x020b; // 64-bit form of the optional header
    constexpr std::size_t most_imports = 1024;  // a damaged table must not keep us busy
    const File file(bytes);

    const auto offset = PeHeader::offset(bytes);
    if (!offset || *offset > bytes.size())
        return std::nullopt;
    const auto header = PeHeader::read(bytes.subspan(*offset));
    const std::uint64_t optional = std::uint64_t{*offset} + PeHeader::bytes;
    const auto form = file.at<std::uint16_t>(optional);
    if (!header || !form)
        return std::nullopt;
    PeImage image{*header, {}};

    // The second data directory is the table of imports; addresses in it are those of the loaded image.
    const std::uint64_t directories = optional + (*form == pe32_plus ? 112 : 96);
    const std::uint64_t sections = optional + header->optional_bytes;
    const auto place_of = [&](std::uint32_t address) -> std::optional<std::uint64_t> {
        for (unsigned i = 0; i < header->sections; ++i) {
            const auto section = file.at<Section>(sections + i * 40 + 8);
            if (section && address >= section->address && address - section->address < section->raw_size)
                return std::uint64_t{section->raw_offset} + (address - section->address);
        }
        return std::nullopt;
    };
    const auto table_address = file.at<std::uint32_t>(directories + 8);
    const auto table = table_address ? place_of(*table_address) : std::nullopt;
    for (std::uint64_t entry = table.value_or(bytes.size()); image.imports.size() < most_imports;
         entry += 20) {
        const auto name = file.at<std::uint32_t>(entry + 12);
        const auto place = name && *name != 0 ? place_of(*name) : std::nullopt;
        if (!place)
            break;
        image.imports.push_back(file.text_at(*place));
    }
    return image;
}

} // namespace decant::host
