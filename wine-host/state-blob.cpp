// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/state-blob.hpp"

namespace decant::host
{
namespace
{

constexpr std::uint32_t state_magic = 0x54534344; // "DCST" in memory order
constexpr std::uint32_t state_version = 1;        // with another one the service's files need another, too

/// FNV-1a: finds damage, not malice.
std::uint64_t checksum(std::span<const std::byte> bytes) noexcept
{
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const std::byte byte : bytes)
        sum = (sum ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
    return sum;
}

} // namespace

PluginError too_large(std::string_view what)
{
    return {protocol::FailureCode::refused,
            std::string(what) + " has more than the " + std::to_string(most_state_bytes >> 20) +
                " MiB that Decant keeps; save it by the plugin's own means, if it has any"};
}

std::vector<std::byte> StateBlob::encode() const
{
    protocol::WireWriter out;
    out.put(state_magic).put(state_version).put(format).put_text(plugin).put(kind).put_blob(payload);
    out.put(checksum(out.bytes()));
    return {out.bytes().begin(), out.bytes().end()};
}

StateBlob StateBlob::decode(std::span<const std::byte> bytes, protocol::PluginFormat format,
                            const std::string& plugin)
{
    const auto mismatch = [](const std::string& what) {
        return PluginError(protocol::FailureCode::state_mismatch, what);
    };
    protocol::WireReader in(bytes);
    if (in.get<std::uint32_t>() != state_magic)
        throw mismatch("the state was not saved by Decant");
    if (const auto version = in.get<std::uint32_t>(); version != state_version)
        throw mismatch("the state was saved by another version of Decant (form " + std::to_string(version) +
                       ")");
    StateBlob blob{};
    blob.format = in.get<protocol::PluginFormat>();
    blob.plugin = in.get_text();
    blob.kind = in.get<StateKind>();
    const auto payload = in.get_blob();
    const auto sum = in.get<std::uint64_t>();
    if (!in.complete() || sum != checksum(bytes.first(bytes.size() - sizeof sum)))
        throw mismatch("the state is damaged");
    if (blob.format != format || blob.plugin != plugin)
        throw mismatch("the state belongs to another plugin, \"" + blob.plugin + "\", and this one is \"" +
                       plugin + "\"");
    blob.payload.assign(payload.begin(), payload.end());
    return blob;
}

} // namespace decant::host
