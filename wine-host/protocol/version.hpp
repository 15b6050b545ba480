// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// The contract between the service and a Wine host. Headers only: two compilers (g++ and mingw-w64) at two
/// pointer widths include them, so nothing here knows an operating system, Boost or PipeWire.
namespace decant::protocol
{

/// First word of every region, "DCNT" in memory order.
inline constexpr std::uint32_t magic = 0x544e4344;

/// Raised whenever the meaning or place of a field changes. Service and host are built together; a difference
/// means that an old host binary is still installed, and the host refuses with a message that says so.
inline constexpr std::uint32_t version = 11;

/// Largest block that a plugin is prepared for: PipeWire's default quantum limit.
inline constexpr std::uint32_t max_frames = 8192;

/// Audio channels per direction. Plugins with more keep the first ones.
inline constexpr std::uint32_t max_channels = 64;

/// Frames: longest latency that is compensated; a plugin that reports more is treated as if it reported this.
inline constexpr std::uint32_t max_latency = 65536 - max_frames;

} // namespace decant::protocol
