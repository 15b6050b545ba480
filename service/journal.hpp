// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-event.hpp"

#include <string_view>

namespace decant::service
{

/// The socket on which journald takes lines with fields. Not libsystemd's sd_journal_sendv(), which reports
/// success where nobody listens, so that a line would be lost. All functions: [any]
class Journal
{
    int socket_;
    const char* path_;

public:
    static constexpr const char* place = "/run/systemd/journal/socket";

    /// Nobody need listen there yet. `path` outlives it.
    explicit Journal(const char* path = place) noexcept;
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Hands over a text of any number of lines, with DECANT_NODE if `node` is not empty. False if it has not
    /// arrived: nobody listens, or it is too long, or journald is too busy to wait for it.
    [[nodiscard]] bool send(Severity severity, std::string_view text, std::string_view node) noexcept;
};

/// Whether what is written to `descriptor` ends in the journal: `stream` is what systemd has said of the
/// stderr that it gave us, the value of JOURNAL_STREAM or null. Somebody may have redirected it since.
[[nodiscard]] bool leads_to_journal(int descriptor, const char* stream) noexcept;

} // namespace decant::service
