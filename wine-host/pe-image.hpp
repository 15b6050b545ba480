// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/pe-header.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace decant::host
{

/// What the head of a Windows executable says, read without running any of it.
struct PeImage {
    protocol::PeHeader header;
    std::vector<std::string> imports; ///< the DLLs it needs, as it names them
};

/// Nothing if `file` is no Windows executable. The bytes are a stranger's.
[[nodiscard]] std::optional<PeImage> read_pe_image(std::span<const std::byte> file);

} // namespace decant::host
