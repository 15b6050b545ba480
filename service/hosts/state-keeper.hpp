// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-event.hpp"
#include "service/hosts/running-host.hpp"
#include "service/hosts/state-file.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace decant::service
{

/// What became of a state that was to be saved.
struct SaveOutcome {
    std::string problem;  ///< empty: it is on the disk
    bool passing = false; ///< another try may do better, though nothing changes
};

/// To whom a state belongs: the plugin's id with its format, as different formats have ids of their own.
[[nodiscard]] std::string identity_of(const protocol::PluginDescription& plugin);

/// Carries one plugin's state from host to host, and through the state file from session to session. What
/// cannot be used is set aside and told, never overwritten.
///
/// Thread: the supervisor's.
class StateKeeper
{
public:
    using Log = std::function<void(Severity, const std::string&)>;

    /// An empty `file` keeps the state from host to host only.
    StateKeeper(std::filesystem::path file, Log log) : file_(std::move(file)), log_(std::move(log)) {}

    /// Gives the last state to a host that has loaded the plugin. False if there is none, or if the plugin
    /// does not want it. Throws PluginError if the host is of no use any more.
    bool restore(RunningHost& host);

    /// Why that was not the state that the plugin had last, as the log has been told.
    [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

    /// What belongs to that state: the values of the configuration then, and what was set after it.
    [[nodiscard]] const SavedState& last() const;

    /// Takes the state from the host, and writes it, with the values of the configuration. A host that does
    /// not give it leaves the last one, with `values` of the parameters, which it would be given after a
    /// crash, too. The log is told what went wrong, once, and when it is over.
    SaveOutcome save(RunningHost& host, const std::map<std::string, double>& configured,
                     const std::map<std::uint32_t, double>& values);

    /// Writes what could not be written when it was taken. For when there is no host to save any more.
    void write_unwritten();

    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

private:
    std::filesystem::path file_;
    Log log_;
    std::string unkept_ = "the state is not kept on the disk"; ///< and why, if there is no file (any more)
    std::vector<std::string> complaints_;
    std::optional<SavedState> last_;
    bool read_ = false;      ///< the file has been looked at
    bool from_file_ = false; ///< `last_` is what the file holds
    bool unwritten_ = false; ///< `last_` was to be written, and could not be
    std::string told_;       ///< the last problem with saving, until it is over

    void read_file(const std::string& plugin);
    void forget(const std::string& why);
    void write();
    void write_values(const std::string& plugin, const std::map<std::string, double>& configured,
                      const std::map<std::uint32_t, double>& values);
    [[nodiscard]] SaveOutcome fail(const std::string& problem, bool passing);
};

} // namespace decant::service
