// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-preset-file.hpp"

#include "wine-host/file-bytes.hpp"

#include <array>
#include <cctype>

namespace decant::host
{
namespace
{

using Writer = ByteWriter<std::endian::little>;
using Reader = ByteReader<std::endian::little>;

constexpr std::size_t id_size = 32;
constexpr std::size_t letters = 4; ///< in the name of a chunk

/// As many as the SDK reads.
constexpr std::uint32_t most_chunks = 128;

} // namespace

std::vector<std::byte> encode_vst3_preset(const Vst3Preset& preset)
{
    constexpr std::uint64_t header = letters + sizeof(std::uint32_t) + id_size + sizeof(std::uint64_t);
    const std::uint64_t controller_at = header + preset.component.size();
    const std::uint64_t list_at = controller_at + preset.controller.size();
    Writer file;
    file.put_text("VST3", letters);
    file.put(std::uint32_t{1});
    file.put_text(preset.plugin, id_size);
    file.put(list_at);
    file.put_bytes(preset.component);
    file.put_bytes(preset.controller);
    file.put_text("List", letters);
    file.put(std::uint32_t{preset.controller.empty() ? 1u : 2u});
    file.put_text("Comp", letters);
    file.put(header);
    file.put(std::uint64_t{preset.component.size()});
    if (!preset.controller.empty()) {
        file.put_text("Cont", letters);
        file.put(controller_at);
        file.put(std::uint64_t{preset.controller.size()});
    }
    return file.take();
}

std::optional<Vst3Preset> decode_vst3_preset(std::span<const std::byte> bytes)
{
    Reader header(bytes);
    if (header.get_text(letters) != "VST3")
        return std::nullopt;
    static_cast<void>(header.get<std::uint32_t>()); // the layout's version, which has always been 1
    Vst3Preset preset;
    preset.plugin = header.get_text(id_size);
    for (char& digit : preset.plugin)
        digit = static_cast<char>(std::toupper(static_cast<unsigned char>(digit)));
    const auto list_at = header.get<std::uint64_t>();
    if (header.failed() || list_at > bytes.size())
        return std::nullopt;

    const auto part = [&](std::uint64_t offset,
                          std::uint64_t size) -> std::optional<std::span<const std::byte>> {
        if (offset > bytes.size() || size > bytes.size() - offset)
            return std::nullopt;
        return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
    };
    Reader list(bytes.subspan(static_cast<std::size_t>(list_at)));
    if (list.get_text(letters) != "List")
        return std::nullopt;
    const auto count = list.get<std::uint32_t>();
    if (count > most_chunks)
        return std::nullopt;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto name = list.get_text(letters);
        const auto offset = list.get<std::uint64_t>();
        const auto size = list.get<std::uint64_t>();
        const auto content = part(offset, size);
        if (list.failed() || !content)
            return std::nullopt;
        if (name == "Comp")
            preset.component.assign(content->begin(), content->end());
        else if (name == "Cont")
            preset.controller.assign(content->begin(), content->end());
    }
    return preset.component.empty() ? std::nullopt : std::optional(std::move(preset));
}

bool looks_like_vst3_preset(std::span<const std::byte> bytes) noexcept
{
    Reader in(bytes);
    constexpr std::uint32_t magic = 0x33545356; // "VST3"
    return in.get<std::uint32_t>() == magic;
}

} // namespace decant::host
