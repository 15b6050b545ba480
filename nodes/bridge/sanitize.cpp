// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/sanitize.hpp"

#include "wine-host/protocol/layout.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace decant::bridge
{

namespace
{

/// Length of the UTF-8 sequence at the start of `text`, zero if there is no valid one.
std::size_t sequence_length(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint8_t>(text[i]);
    };
    const std::uint8_t first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    const bool beyond = first == 0xf4 && byte(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

/// U+0080 to U+009F, which some terminals obey like escape sequences.
bool is_c1_control(std::string_view sequence) noexcept
{
    return sequence.size() == 2 && sequence[0] == '\xc2' && static_cast<std::uint8_t>(sequence[1]) < 0xa0;
}

void clean(protocol::ParameterDescription& parameter)
{
    parameter.name = clean_text(parameter.name);
    parameter.unit = clean_text(parameter.unit);
    if (!std::isfinite(parameter.minimum) || !std::isfinite(parameter.maximum)) {
        parameter.minimum = 0;
        parameter.maximum = 1;
    }
    if (parameter.minimum > parameter.maximum)
        std::swap(parameter.minimum, parameter.maximum);
    parameter.initial = std::isfinite(parameter.initial)
                            ? std::clamp(parameter.initial, parameter.minimum, parameter.maximum)
                            : parameter.minimum;
}

} // namespace

std::string clean_text(std::string_view text, std::size_t most_bytes)
{
    std::string result;
    result.reserve(std::min(text.size(), most_bytes));
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        std::string_view sequence = length == 0 ? "\xef\xbf\xbd" : text.substr(0, length);
        if (is_c1_control(sequence) ||
            (sequence.size() == 1 && (static_cast<std::uint8_t>(sequence[0]) < 0x20 || sequence[0] == 0x7f)))
            sequence = " ";
        if (result.size() + sequence.size() > most_bytes)
            break;
        result += sequence;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

void clean(protocol::PluginDescription& plugin)
{
    for (auto* text : {&plugin.id, &plugin.name, &plugin.vendor, &plugin.version})
        *text = clean_text(*text);
    plugin.latency = std::min(plugin.latency, protocol::max_latency);
    for (auto* ports : {&plugin.inputs, &plugin.outputs})
        for (auto& port : *ports)
            for (auto* text : {&port.name, &port.group, &port.position})
                *text = clean_text(*text);
    for (auto& parameter : plugin.parameters)
        clean(parameter);
    for (auto& program : plugin.programs)
        program = clean_text(program);
    for (auto& one : plugin.in_file) {
        one.id = clean_text(one.id);
        one.name = clean_text(one.name);
    }
}

} // namespace decant::bridge
