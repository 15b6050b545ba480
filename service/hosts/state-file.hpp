// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/saved-state.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{

/// `$XDG_STATE_HOME/decant/<node>.state`, by default below ~/.local/state. Throws PluginError if there is no
/// home.
[[nodiscard]] std::filesystem::path state_file_of(std::string_view node);

/// Replaces `file` so that a crash or a full disk at any moment leaves a whole one, and keeps the one before
/// as `<file>.bak`. Writes nothing if the content is the same. What another plugin has left there since the
/// file was read, as one that took its time to end, waits as below. Throws PluginError.
void write_state_file(const std::filesystem::path& file, const SavedState& state);

struct StateReading {
    std::optional<SavedState> state;   ///< nothing if there is none that can be used
    std::vector<std::string> problems; ///< what was damaged or somebody else's, and where it lies now
    std::filesystem::path file;        ///< where the state is to be written from now on
    bool newer = false;                ///< what is in `file` can only be read by a newer decantd
};

/// Reads `file`; a damaged one is set aside, one of a newer decantd stays, and the one before it is read.
/// Throws PluginError if it cannot be read although it is there.
[[nodiscard]] StateReading read_state_file(const std::filesystem::path& file);

/// The same for a plugin of this id. What is in `file` of another one waits beside it until that has the name
/// again, with the one before it; and what waits for this plugin is taken back. Where `file` is of a newer
/// decantd, ours is `<file>.older`, so that both find their own whenever they run. Throws PluginError.
[[nodiscard]] StateReading read_state_file_of(const std::filesystem::path& file, const std::string& plugin);

/// Reads a file and leaves it where it is, damaged or not. Throws PluginError if there is no state in it.
[[nodiscard]] SavedState load_state_file(const std::filesystem::path& file);

/// Renames a file that is not to be overwritten to `<file>.aside-N`, with an N above all that are there, of
/// which the last few are kept; if it is not there, the one before it. Returns its new name. Throws
/// PluginError.
std::filesystem::path set_state_aside(const std::filesystem::path& file);

} // namespace decant::service
