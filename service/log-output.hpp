// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/journal.hpp"

#include <string_view>

namespace decant::service
{

/// Where lines of the log go: to journald with their fields if what we are given leads there, and else, or
/// where journald does not take them, to a descriptor. All functions: [any]
class LogOutput
{
    int descriptor_;
    bool leads_to_journal_;
    Journal journal_;

public:
    /// `stream` as for leads_to_journal(); `socket` outlives it.
    LogOutput(int descriptor, const char* stream, const char* socket = Journal::place) noexcept;

    void write(Severity severity, std::string_view text, std::string_view node) noexcept;
};

} // namespace decant::service
