// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/control-line.hpp"

#include <windows.h>

#include <stdexcept>

namespace decant::host
{
namespace
{

/// The service empties the ring as long as it lives; a debugger may hold it up.
constexpr std::uint64_t patience_nsec = 60'000'000'000;

std::string wine_version()
{
    using Version = const char*(CDECL*)();
    const auto version = reinterpret_cast<Version>(
        reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version")));
    return version != nullptr ? version() : std::string();
}

} // namespace

ControlLine::ControlLine(const std::string& region, void* event)
    : bridge(region), channel(bridge, bridge.region().to_service, bridge.region().to_host,
                              bridge.region().host_bell, bridge.region().service_bell),
      notices(bridge), control(bridge, channel, notices, event)
{
}

void ControlLine::greet()
{
    send(protocol::MessageType::hello, 0,
         protocol::encode(protocol::Hello{protocol::version, sizeof(void*) * 8, wine_version()}));
}

void ControlLine::send(protocol::MessageType type, std::uint32_t id, std::span<const std::byte> payload)
{
    if (!channel.send(type, id, payload, bridge.now() + patience_nsec))
        throw std::runtime_error("the service does not take messages any more");
}

void ControlLine::send_failed(std::uint32_t id, protocol::FailureCode code, const std::string& text)
{
    send(protocol::MessageType::failed, id, protocol::encode(protocol::Failure{code, text}));
}

void ControlLine::log(std::string_view line)
{
    protocol::WireWriter out;
    out.put_text(line);
    send(protocol::MessageType::log, 0, out.bytes());
}

} // namespace decant::host
