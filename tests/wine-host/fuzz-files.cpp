// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Reads what the fuzzer makes up as a preset of VST2 and of VST3, and as the head of a DLL. A preset that is
// read must be the same after it was written and read again.

#include "wine-host/fxp-file.hpp"
#include "wine-host/pe-image.hpp"
#include "wine-host/vst3-preset-file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>
#include <vector>

using namespace decant::host;

namespace
{

void require(bool condition)
{
    if (!condition)
        std::abort();
}

std::vector<std::byte> encode(const FxpFile& file)
{
    if (const auto* program = std::get_if<FxpProgram>(&file))
        return encode_fxp(*program);
    return encode_fxb(std::get<FxpBank>(file), 1);
}

void read_vst2_preset(std::span<const std::byte> bytes)
{
    const auto file = decode_fxp(bytes);
    if (!file)
        return;
    require(looks_like_fxp(bytes));
    const auto written = encode(*file);
    const auto again = decode_fxp(written);
    require(again && encode(*again) == written);
}

void read_vst3_preset(std::span<const std::byte> bytes)
{
    const auto preset = decode_vst3_preset(bytes);
    if (!preset)
        return;
    require(looks_like_vst3_preset(bytes));
    const auto again = decode_vst3_preset(encode_vst3_preset(*preset));
    require(again && again->plugin == preset->plugin && again->component == preset->component &&
            again->controller == preset->controller);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    read_vst2_preset(bytes);
    read_vst3_preset(bytes);
    static_cast<void>(read_pe_image(bytes));
    return 0;
}
