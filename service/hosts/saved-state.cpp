// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/saved-state.hpp"

#include "wine-host/protocol/wire.hpp"

#include <boost/crc.hpp>

#include <utility>

namespace decant::service
{
namespace
{

// "DcntStat", a version, the CRC-32 of what follows: the plugin's id as text, the state as blob; of version 2
// the number of values of the configuration, and of each the name as text and a double; of version 3 also the
// number of values that were set after the blob was taken, and of each the parameter and a double.
//
// What comes before the plugin's id stays as it is in every version to come, so that older ones know a newer
// state from a damaged one.
constexpr std::uint64_t file_magic = 0x7461'5374'746e'6344;
constexpr std::uint32_t plain_version = 1;
constexpr std::uint32_t configured_version = 2;
constexpr std::uint32_t values_version = 3;

/// The oldest that has room for it, for older decantds.
std::uint32_t version_of(const SavedState& state)
{
    if (!state.values.empty())
        return values_version;
    return state.configured.empty() ? plain_version : configured_version;
}

} // namespace

std::uint32_t checksum(std::span<const std::byte> bytes)
{
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

std::vector<std::byte> encode(const SavedState& state)
{
    protocol::WireWriter body;
    body.put_text(state.plugin).put_blob(state.bytes);
    const auto version = version_of(state);
    if (version >= configured_version)
        body.put(static_cast<std::uint32_t>(state.configured.size()));
    for (const auto& [name, value] : state.configured)
        body.put_text(name).put(value);
    if (version >= values_version)
        body.put(static_cast<std::uint32_t>(state.values.size()));
    for (const auto& [id, value] : state.values)
        body.put(id).put(value);
    protocol::WireWriter header;
    header.put(file_magic).put(version).put(checksum(body.bytes()));
    std::vector<std::byte> file(header.bytes().begin(), header.bytes().end());
    file.insert(file.end(), body.bytes().begin(), body.bytes().end());
    return file;
}

DecodedState decode_state(std::span<const std::byte> file)
{
    protocol::WireReader header(file);
    const bool ours = header.get<std::uint64_t>() == file_magic;
    const auto version = header.get<std::uint32_t>();
    const auto sum = header.get<std::uint32_t>();
    if (!ours || version < plain_version || header.failed())
        return DamagedState{};
    const auto rest = file.subspan(sizeof file_magic + sizeof version + sizeof sum);
    if (checksum(rest) != sum)
        return DamagedState{};
    if (version > values_version)
        return NewerState{};
    protocol::WireReader body(rest);
    SavedState state;
    state.plugin = body.get_text();
    const auto bytes = body.get_blob();
    state.bytes.assign(bytes.begin(), bytes.end());
    const auto count_since = [&](std::uint32_t first) {
        return version >= first ? body.get<std::uint32_t>() : 0;
    };
    for (auto left = count_since(configured_version); left > 0 && !body.failed(); --left) {
        const auto name = body.get_text();
        state.configured[name] = body.get<double>();
    }
    for (auto left = count_since(values_version); left > 0 && !body.failed(); --left) {
        const auto id = body.get<std::uint32_t>();
        state.values[id] = body.get<double>();
    }
    if (!body.complete())
        return DamagedState{};
    return state;
}

} // namespace decant::service
