// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/plugin-description.hpp"

#include <string>
#include <string_view>

/// What a host says is a stranger's word: before it reaches a log, a terminal, JSON or PipeWire, it is
/// brought into a form that nobody behind has to doubt.
namespace decant::bridge
{

/// `text` as valid UTF-8 on one line: control characters become spaces, what is no UTF-8 becomes U+FFFD, and
/// what is longer than `most_bytes` is cut. [any but rt]
[[nodiscard]] std::string clean_text(std::string_view text, std::size_t most_bytes = 4096);

/// Cleans all texts; makes ranges finite and ascending with the initial value inside; limits the latency to
/// protocol::max_latency. [any but rt]
void clean(protocol::PluginDescription& plugin);

} // namespace decant::bridge
