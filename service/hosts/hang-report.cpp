// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/hang-report.hpp"

#include "service/hosts/thread-table.hpp"
#include "service/wine-processes.hpp"

#include <fmt/format.h>

#include <iterator>

namespace decant::service
{

std::vector<std::string> hang_report(pid_t host, const std::filesystem::path& prefix)
{
    std::vector<std::string> report = thread_table(host);
    if (prefix.empty()) // no Wine
        return report;
    const auto server = wineserver_of(prefix);
    if (server)
        std::ranges::move(thread_table(*server), std::back_inserter(report));
    else
        report.push_back(fmt::format("no wineserver serves {}", prefix.string()));
    for (const pid_t program : programs_in(prefix))
        if (const auto threads = thread_table(program); !threads.empty())
            report.push_back(fmt::format("{} (the first of {} threads)", threads.front(), threads.size()));
    return report;
}

} // namespace decant::service
