// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace decant::service
{

/// The service that hosts belong to, as the user manager calls it.
struct ScopeOwner {
    std::string unit; ///< as decant.service
    std::string slice;

    /// What the manager started this process as; nothing if it did not, but somebody in a terminal.
    [[nodiscard]] static std::optional<ScopeOwner> of_process();
};

/// Asks the user manager to move the process of a host, with what that starts from now on, into a scope of
/// its own: decant-host-TITLE-PID.scope, beside `owner`. There it can be watched and limited, by itself or
/// with others by a drop-in for decant-host-TITLE-.scope or decant-host-.scope; what is left in it ends after
/// the owner, not before, so that states are saved. False if there is no manager that does that: the process
/// stays where it is, with its owner, and nothing else changes. Takes some milliseconds. [any but rt]
bool put_into_scope(const ScopeOwner& owner, pid_t host, std::string_view title) noexcept;

/// The same, where this process is such a service, and nothing otherwise.
void put_into_scope(pid_t host, std::string_view title) noexcept;

} // namespace decant::service
