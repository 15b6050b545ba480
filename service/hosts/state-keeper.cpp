// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/state-keeper.hpp"

#include <fmt/format.h>

#include <utility>

namespace decant::service
{

std::string identity_of(const protocol::PluginDescription& plugin)
{
    switch (plugin.format) {
    case protocol::PluginFormat::vst2:
        return "vst2:" + plugin.id;
    case protocol::PluginFormat::vst3:
        return "vst3:" + plugin.id;
    case protocol::PluginFormat::clap:
        return "clap:" + plugin.id;
    case protocol::PluginFormat::chain:
        return plugin.id; // its members' own are in the state
    }
    return plugin.id;
}

void StateKeeper::read_file(const std::string& plugin)
{
    if (last_ && last_->plugin != plugin) { // it was exchanged while the service runs
        write_unwritten();
        last_.reset();
        read_ = false;
    }
    if (std::exchange(read_, true) || file_.empty())
        return;
    try {
        StateReading reading = read_state_file_of(file_, plugin);
        complaints_ = std::move(reading.problems);
        for (const auto& complaint : complaints_)
            log_(Severity::warning, complaint);
        last_ = std::move(reading.state);
        file_ = std::move(reading.file);
        from_file_ = last_.has_value();
        if (!last_ && !complaints_.empty())
            log_(Severity::warning, "The plugin starts as it comes");
    } catch (const std::exception& error) {
        // Whatever it is, it is not to be overwritten.
        unkept_ =
            std::string(error.what()) + " Until then, and a restart of decantd, the state is not saved.";
        log_(Severity::error, unkept_);
        file_.clear();
    }
}

/// The last state is of no use to the plugin; the file with it stays under another name.
void StateKeeper::forget(const std::string& why)
{
    std::string text = why + ". The plugin starts as it comes";
    if (std::exchange(from_file_, false)) {
        try {
            text += "; the state is kept as " + set_state_aside(file_).string();
        } catch (const PluginError& error) {
            text += ", and the state will not be saved: " + std::string(error.what());
            file_.clear();
        }
    }
    last_.reset();
    log_(Severity::warning, text);
    complaints_.push_back(std::move(text));
}

bool StateKeeper::restore(RunningHost& host)
{
    read_file(identity_of(host.description()));
    if (!last_ || (last_->bytes.empty() && !last_->values.empty())) // it never gave one
        return false;
    try {
        host.set_state(last_->bytes);
        return true;
    } catch (const PluginError& error) {
        if (error.kind() == PluginError::Kind::answer) {
            forget(error.what());
            return false;
        }
        if (!from_file_)
            throw;
        throw PluginError(std::string(error.what()) + "\nIt was restoring " + file_.string() +
                              "; if that happens again, move this file away, and restart the node.",
                          error.kind());
    }
}

const SavedState& StateKeeper::last() const
{
    static const SavedState nothing;
    return last_ ? *last_ : nothing;
}

void StateKeeper::write()
{
    unwritten_ = true;
    write_state_file(file_, *last_);
    unwritten_ = false;
    from_file_ = true;
    if (last_->values.empty() && !std::exchange(told_, {}).empty())
        log_(Severity::info, "the state is saved again");
}

SaveOutcome StateKeeper::fail(const std::string& problem, bool passing)
{
    std::string kept = from_file_ ? ", and the last one is kept" : "";
    if (!unwritten_ && !last().values.empty())
        kept += ", with the parameters as they are";
    if (std::exchange(told_, problem) != problem)
        log_(Severity::warning, fmt::format("the state was not saved{}: {}{}", kept, problem,
                                            passing ? " It is tried again." : ""));
    return {problem, passing};
}

void StateKeeper::write_values(const std::string& plugin, const std::map<std::string, double>& configured,
                               const std::map<std::uint32_t, double>& values)
{
    if (values.empty() || file_.empty())
        return;
    if (!last_)
        last_ = SavedState{plugin, {}};
    last_->configured = configured;
    last_->values = values;
    try {
        write();
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // It is tried again at the end, and told then.
    }
}

SaveOutcome StateKeeper::save(RunningHost& host, const std::map<std::string, double>& configured,
                              const std::map<std::uint32_t, double>& values)
{
    const auto plugin = identity_of(host.description());
    try {
        last_ = SavedState{plugin, host.state(), configured};
    } catch (const PluginError& error) {
        write_values(plugin, configured, values);
        using enum PluginError::Kind;
        return fail(error.what(), error.kind() == passing || error.kind() == collateral);
    }
    if (file_.empty())
        return {unkept_};
    try {
        write();
        return {};
    } catch (const std::exception& error) {
        return fail(error.what(), true);
    }
}

void StateKeeper::write_unwritten()
{
    try {
        if (unwritten_ && last_)
            write();
    } catch (const std::exception& error) {
        log_(Severity::error, fmt::format("the last state is not saved: {}", error.what()));
    }
}

} // namespace decant::service
