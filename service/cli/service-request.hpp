// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/request.hpp"

#include <string>
#include <vector>

namespace decant::cli
{

/// Leaves a request in the service's metadata object, waits for the reply, and returns its answer. Throws
/// NotRunning, or std::runtime_error with what went wrong. [main]
std::vector<std::string> ask_service(service::RequestVerb verb, std::vector<std::string> nodes,
                                     std::string argument = {}, std::string file = {});

/// Lets the service read the configuration that was changed, if one runs; what is wrong in it is no concern
/// of this. [main]
void reload_service();

} // namespace decant::cli
