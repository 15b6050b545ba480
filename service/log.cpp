// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/log.hpp"

#include "service/log-output.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <unistd.h>

namespace decant::service
{

void log(Severity severity, std::string_view text, std::string_view node) noexcept
{
    static LogOutput output(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
    output.write(severity, text, node);
}

void log_of_node(std::string_view node, Severity severity, std::string_view text) noexcept
try {
    log(severity, node.empty() ? std::string(text) : fmt::format("node '{}': {}", node, text), node);
} catch (const std::exception&) {
    log(severity, text, node);
}

} // namespace decant::service
