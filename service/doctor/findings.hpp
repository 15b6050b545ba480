// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/finding.hpp"
#include "service/doctor/machine.hpp"

#include <string>
#include <utility>

/// Words that all checks use.
namespace decant::doctor
{

[[nodiscard]] inline Finding good(std::string value, std::string why)
{
    return {State::ok, std::move(value), std::move(why), {}};
}

[[nodiscard]] inline Finding note(std::string value, std::string why)
{
    return {State::info, std::move(value), std::move(why), {}};
}

[[nodiscard]] inline Finding bad(std::string value, std::string why, Fix fix)
{
    return {State::bad, std::move(value), std::move(why), std::move(fix)};
}

[[nodiscard]] inline Finding unreadable(std::string reason, std::string why)
{
    return {State::unreadable, std::move(reason), std::move(why), {}};
}

/// "256 frames at 48000 Hz are 5333 µs".
[[nodiscard]] std::string period_of(const Machine& machine);

/// What PipeWire's own threads have: those of its daemon, and those of its clients, decantd's among them.
inline constexpr int daemon_priority = 88;
inline constexpr int client_priority = 83;

/// Bits of <linux/capability.h>.
inline constexpr unsigned cap_ipc_lock = 14;
inline constexpr unsigned cap_sys_nice = 23;

/// "FIFO 83", "nice -11".
[[nodiscard]] std::string scheduling_of(const Thread& thread);

/// What puts a word on the kernel's command line.
[[nodiscard]] Fix kernel_parameter_fix(std::string text, std::string parameters);

/// What sets a value below /proc/sys for good. `name` with dots, `before` as it is now.
[[nodiscard]] Fix sysctl_fix(std::string text, const std::string& name, const std::string& value,
                             const std::string& before);

} // namespace decant::doctor
