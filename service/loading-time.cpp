// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/loading-time.hpp"

#include "service/log.hpp"

#include <fmt/format.h>

#include <utility>

namespace decant::service
{

void LoadingTime::report(NodeStatus& status, const std::string& node)
{
    if (!since_ || Clock::now() - *since_ < usual)
        return;
    // Always the same, so that it is one event for whoever watches.
    auto warning =
        fmt::format("it has been loading for more than {} s; a large library may need that, but if a "
                    "window of it asks something, answer there",
                    usual.count());
    if (!std::exchange(told_, true))
        log_of_node(node, Severity::warning, warning);
    status.warnings.push_back(std::move(warning));
}

} // namespace decant::service
