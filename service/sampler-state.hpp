// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace decant::service
{

/// What somebody has set of a sampler's parameters, by name.
using ParameterValues = std::map<std::string, double>;

/// The state file of a sampler node: what was set beside its configuration, from session to session. What
/// cannot be used is set aside and told, never overwritten.
class SamplerState
{
    std::filesystem::path file_;                               ///< empty: nothing is kept
    std::string unkept_ = "the state is not kept on the disk"; ///< and why, if there is no file (any more)
    std::string identity_;
    std::vector<std::string> complaints_;
    std::mutex mutex_;           ///< of the file
    ParameterValues written_;    ///< what the file holds
    ParameterValues configured_; ///< then
    bool finished_ = false;

    [[nodiscard]] std::string write_locked(const ParameterValues& values, const ParameterValues& configured);

public:
    /// `instrument` is the file that the node plays: the state of another one is of no use. [main]
    SamplerState(const std::string& node, const std::filesystem::path& instrument);

    /// What is in the file; nothing for what the configuration has changed since: `configured` is what it
    /// says now. The log is told of damage. [main]
    [[nodiscard]] ParameterValues read(const std::string& node, const ParameterValues& configured);

    /// Why that is not what was set last. [main]
    [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

    /// Writes, if anything has changed. Returns what went wrong. [any, but an audio thread]
    [[nodiscard]] std::string write(const ParameterValues& values, const ParameterValues& configured);

    /// The same for the last time: what still waits to be written is older, and the file may be another
    /// node's from now on.
    [[nodiscard]] std::string finish(const ParameterValues& values, const ParameterValues& configured);
};

} // namespace decant::service
