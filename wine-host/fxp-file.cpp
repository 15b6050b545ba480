// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/fxp-file.hpp"

#include "wine-host/file-bytes.hpp"

#include <cmath>
#include <utility>

namespace decant::host
{
namespace
{

using Writer = ByteWriter<std::endian::big>;
using Reader = ByteReader<std::endian::big>;

constexpr std::uint32_t letters(const char (&text)[5])
{
    return static_cast<std::uint32_t>(text[0]) << 24 | static_cast<std::uint32_t>(text[1]) << 16 |
           static_cast<std::uint32_t>(text[2]) << 8 | static_cast<std::uint32_t>(text[3]);
}

constexpr std::uint32_t file_magic = letters("CcnK");
constexpr std::uint32_t program_of_values = letters("FxCk");
constexpr std::uint32_t program_of_bytes = letters("FPCh");
constexpr std::uint32_t bank_of_programs = letters("FxBk");
constexpr std::uint32_t bank_of_bytes = letters("FBCh");

constexpr std::size_t name_size = 28;
constexpr std::size_t reserved_size = 124; ///< of a bank, behind the current program

/// As many as Vst2Effect::parameters() and programs() have at most.
constexpr std::uint32_t most_values = 65'536;
constexpr std::uint32_t most_programs = 8'192;

/// The part that states its own size: it is put before `body`.
std::vector<std::byte> framed(Writer body)
{
    Writer file;
    file.put(file_magic);
    file.put(static_cast<std::uint32_t>(body.size()));
    file.put_bytes(body.take());
    return file.take();
}

std::optional<FxpProgram> decode_program(Reader& in, std::uint32_t kind)
{
    FxpProgram program;
    static_cast<void>(in.get<std::uint32_t>()); // the layout's version, which has always been 1
    program.plugin.id = in.get<std::int32_t>();
    program.plugin.version = in.get<std::int32_t>();
    const auto count = in.get<std::uint32_t>();
    program.name = in.get_text(name_size);
    if (kind == program_of_bytes) {
        const auto bytes = in.get_bytes(in.get<std::uint32_t>());
        program.content.emplace<0>(bytes.begin(), bytes.end());
    } else if (count > most_values) {
        return std::nullopt;
    } else {
        auto& values = program.content.emplace<1>();
        for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
            const float value = in.get_float();
            if (!std::isfinite(value))
                return std::nullopt;
            values.push_back(value);
        }
    }
    return in.failed() ? std::nullopt : std::optional(std::move(program));
}

std::optional<FxpBank> decode_bank(Reader& in, std::uint32_t kind)
{
    FxpBank bank;
    const auto layout = in.get<std::uint32_t>();
    bank.plugin.id = in.get<std::int32_t>();
    bank.plugin.version = in.get<std::int32_t>();
    const auto programs = in.get<std::uint32_t>();
    const auto current = in.get<std::uint32_t>();
    bank.current = layout >= 2 ? current : 0; // the first layout has nothing in this place
    static_cast<void>(in.get_bytes(reserved_size));
    if (kind == bank_of_bytes) {
        const auto bytes = in.get_bytes(in.get<std::uint32_t>());
        bank.content.emplace<0>(bytes.begin(), bytes.end());
        return in.failed() ? std::nullopt : std::optional(std::move(bank));
    }
    if (programs > most_programs)
        return std::nullopt;
    auto& content = bank.content.emplace<1>();
    for (std::uint32_t i = 0; i < programs; ++i) {
        if (in.get<std::uint32_t>() != file_magic)
            return std::nullopt;
        static_cast<void>(in.get<std::uint32_t>());
        if (in.get<std::uint32_t>() != program_of_values)
            return std::nullopt;
        auto program = decode_program(in, program_of_values);
        if (!program)
            return std::nullopt;
        content.push_back(std::move(*program));
    }
    return in.failed() ? std::nullopt : std::optional(std::move(bank));
}

} // namespace

std::vector<std::byte> encode_fxp(const FxpProgram& program)
{
    const auto* bytes = std::get_if<0>(&program.content);
    const auto* values = std::get_if<1>(&program.content);
    Writer body;
    body.put(bytes != nullptr ? program_of_bytes : program_of_values);
    body.put(std::uint32_t{1});
    body.put(program.plugin.id);
    body.put(program.plugin.version);
    body.put(static_cast<std::uint32_t>(values != nullptr ? values->size() : 0));
    body.put_text(std::string_view(program.name).substr(0, name_size - 1), name_size);
    if (bytes != nullptr) {
        body.put(static_cast<std::uint32_t>(bytes->size()));
        body.put_bytes(*bytes);
    } else {
        for (const float value : *values)
            body.put_float(value);
    }
    return framed(std::move(body));
}

std::vector<std::byte> encode_fxb(const FxpBank& bank, std::uint32_t programs)
{
    const auto* bytes = std::get_if<0>(&bank.content);
    const auto* content = std::get_if<1>(&bank.content);
    Writer body;
    body.put(bytes != nullptr ? bank_of_bytes : bank_of_programs);
    body.put(std::uint32_t{2});
    body.put(bank.plugin.id);
    body.put(bank.plugin.version);
    body.put(content != nullptr ? static_cast<std::uint32_t>(content->size()) : programs);
    body.put(bank.current);
    body.put_text({}, reserved_size);
    if (bytes != nullptr) {
        body.put(static_cast<std::uint32_t>(bytes->size()));
        body.put_bytes(*bytes);
    } else {
        for (const auto& program : *content)
            body.put_bytes(encode_fxp(program));
    }
    return framed(std::move(body));
}

std::optional<FxpFile> decode_fxp(std::span<const std::byte> bytes)
{
    Reader in(bytes);
    if (in.get<std::uint32_t>() != file_magic)
        return std::nullopt;
    static_cast<void>(in.get<std::uint32_t>());
    const auto kind = in.get<std::uint32_t>();
    if (kind == program_of_bytes || kind == program_of_values)
        return decode_program(in, kind);
    if (kind == bank_of_bytes || kind == bank_of_programs)
        return decode_bank(in, kind);
    return std::nullopt;
}

bool looks_like_fxp(std::span<const std::byte> bytes) noexcept
{
    return Reader(bytes).get<std::uint32_t>() == file_magic;
}

} // namespace decant::host
