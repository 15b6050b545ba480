// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/log-output.hpp"

#include <systemd/sd-daemon.h>

#include <cerrno>
#include <exception>
#include <string>
#include <unistd.h>

namespace decant::service
{

namespace
{

/// What journald reads at the start of a line; nothing for people.
const char* prefix_of(Severity severity, bool for_journal) noexcept
{
    switch (severity) {
    case Severity::error:
        return for_journal ? SD_ERR : "error: ";
    case Severity::warning:
        return for_journal ? SD_WARNING : "warning: ";
    case Severity::info:
        break;
    }
    return for_journal ? SD_INFO : "";
}

void write_all(int descriptor, std::string_view text) noexcept
{
    while (!text.empty()) {
        const auto count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno != EINTR)
            return; // nobody is there who could be told
        text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
}

} // namespace

LogOutput::LogOutput(int descriptor, const char* stream, const char* socket) noexcept
    : descriptor_(descriptor), leads_to_journal_(leads_to_journal(descriptor, stream)), journal_(socket)
{
}

void LogOutput::write(Severity severity, std::string_view text, std::string_view node) noexcept
try {
    if (leads_to_journal_ && journal_.send(severity, text, node))
        return;
    // One call, so that lines of several threads stay whole.
    write_all(descriptor_, std::string(prefix_of(severity, leads_to_journal_)).append(text) + '\n');
} catch (const std::exception&) {
    write_all(descriptor_, "no memory for a line of the log\n");
}

} // namespace decant::service
