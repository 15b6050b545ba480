// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/log.hpp"

#include <systemd/sd-daemon.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace decant::service
{

namespace
{

/// What journald reads at the start of a line; nothing for people.
const char* prefix_of(Severity severity) noexcept
{
    static const bool to_journal = std::getenv("JOURNAL_STREAM") != nullptr;
    switch (severity) {
    case Severity::error:
        return to_journal ? SD_ERR : "error: ";
    case Severity::warning:
        return to_journal ? SD_WARNING : "warning: ";
    case Severity::info:
        break;
    }
    return to_journal ? SD_INFO : "";
}

} // namespace

void log(Severity severity, std::string_view text) noexcept
try {
    // One call, so that lines of several threads stay whole.
    std::string line = prefix_of(severity);
    line.append(text).push_back('\n');
    std::fwrite(line.data(), 1, line.size(), stderr);
} catch (const std::exception&) {
    std::fputs("no memory for a line of the log\n", stderr);
}

} // namespace decant::service
