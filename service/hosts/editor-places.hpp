// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/editor-messages.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{

/// Where the windows of a node's editors were the last time: `$XDG_STATE_HOME/decant/<node>.editor`, beside
/// the state and not in it, so that no version of a plugin or of Decant loses one with the other. What others
/// have written into the file stays in it. Thread: one at a time.
class EditorPlaces
{
    std::filesystem::path file_;

public:
    /// Beside `state_file`; nothing is kept if that is empty.
    explicit EditorPlaces(const std::filesystem::path& state_file);

    /// All that are known; none if the file is missing or no JSON.
    [[nodiscard]] std::vector<protocol::PartPlace> read() const;

    /// Throws std::runtime_error if it cannot be written.
    void keep(std::string_view part, const protocol::EditorPlace& place) const;
};

} // namespace decant::service
