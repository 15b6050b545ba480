// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/parameter-state.hpp"

#include "wine-host/plugin.hpp"
#include "wine-host/protocol/wire.hpp"

#include <cmath>

namespace decant::host
{

std::vector<std::byte> encode_parameters(std::span<const std::uint32_t> numbers,
                                         std::span<const double> values)
{
    protocol::WireWriter out;
    out.put(static_cast<std::uint32_t>(numbers.size()));
    for (std::size_t i = 0; i < numbers.size(); ++i)
        out.put(numbers[i]).put(values[i]);
    return {out.bytes().begin(), out.bytes().end()};
}

std::vector<std::pair<std::uint32_t, double>> decode_parameters(std::span<const std::byte> bytes)
{
    protocol::WireReader in(bytes);
    const auto count = in.get<std::uint32_t>();
    std::vector<std::pair<std::uint32_t, double>> parameters;
    bool good = true;
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        const auto number = in.get<std::uint32_t>();
        const auto value = in.get<double>();
        good = good && std::isfinite(value);
        parameters.emplace_back(number, value);
    }
    if (!in.complete() || !good)
        throw PluginError(protocol::FailureCode::state_mismatch, "the state is damaged");
    return parameters;
}

} // namespace decant::host
