// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace decant::cli
{

/// A node to be written into a file of its own. Empty texts and lists are left out.
struct NewNode {
    std::string name;
    std::string type; ///< plugin, sampler
    std::filesystem::path path;
    std::string plugin; ///< which one of a file with several
    std::filesystem::path prefix;
    std::string description;
    std::vector<std::string> midi_from;
    std::vector<std::string> output_to;
};

/// The user's own decant.conf.d, as far as commands write there. What the user has written stays as it is.
/// All throw std::runtime_error with the remedy. [any]
class UserDropIns
{
    std::filesystem::path folder_;

    [[nodiscard]] std::set<std::string> disabled() const;
    void set_disabled(const std::set<std::string>& names) const;

public:
    UserDropIns(); ///< Where this process' environment says; it need not be there.

    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

    /// Whether a file for a node of that name could be made.
    [[nodiscard]] bool is_free(const std::string& name) const;

    /// Makes the file; its path. Throws FileExists if there is one of that name.
    std::filesystem::path add(const NewNode& node) const;

    /// Whether add() has made the file, and it is still for one node.
    [[nodiscard]] static bool is_added(const std::filesystem::path& file);

    /// Calls `change` with the nodes that `decant disable` has switched off, by a rule in a file of their
    /// own, and writes what it makes of them. Of commands that do that at once each sees what the one before
    /// it has written.
    void change_disabled(const std::function<void(std::set<std::string>& names)>& change) const;
};

} // namespace decant::cli
