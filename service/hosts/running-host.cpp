// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/running-host.hpp"

#include <fmt/format.h>

#include <utility>

namespace decant::service
{
namespace
{

HostCommand with_region(HostCommand command, const bridge::SharedRegion& region)
{
    command.arguments.insert(command.arguments.end(), {"--region", region.name()});
    return command;
}

std::string prefix_of(const HostCommand& command)
{
    const auto prefix = command.environment.find("WINEPREFIX");
    return prefix != command.environment.end() ? prefix->second : std::string();
}

/// What somebody can do about it, beyond what the host says who does not know the prefix's place.
std::string remedy(protocol::FailureCode failure, const PluginFile& plugin, const std::string& prefix)
{
    using enum protocol::FailureCode;
    switch (failure) {
    case not_found:
        if (!plugin.plugin_class.empty())
            return " Choose one of these, or none for the first.";
        return " Does the Wine prefix " + prefix + " reach it? 'ls " + prefix +
               "/dosdevices' lists its drives; Z: should be the whole disk.";
    case missing_dependency:
        return " For example: 'WINEPREFIX=" + prefix + " winetricks vcrun2022'.";
    case plugin_crashed:
        return " A newer Wine, or 'WINEPREFIX=" + prefix + " winetricks vcrun2022 corefonts', may help.";
    case refused:
        return " The prefix is " + prefix + ".";
    case not_a_plugin: // these say what to do themselves
    case wrong_architecture:
    case other:
    case state_mismatch:
        break;
    }
    return {};
}

PluginError::Kind kind_of(const bridge::HostError& error, bool loaded) noexcept
{
    using enum bridge::HostErrorCode;
    if (error.code == wrong_version)
        return PluginError::Kind::lasting;
    if (error.code != failed || error.failure == protocol::FailureCode::plugin_crashed)
        return PluginError::Kind::passing;
    return loaded ? PluginError::Kind::answer : PluginError::Kind::lasting;
}

} // namespace

/// The answer to a question, or what went wrong in words for people.
template <class Ask>
decltype(auto) RunningHost::ask(const std::string& activity, Ask&& question)
{
    try {
        return question();
    } catch (const bridge::HostError& error) {
        throw explained(error, activity);
    }
}

RunningHost::RunningHost(const HostCommand& command, PluginFile plugin, const HostTimeouts& timeouts,
                         Listeners listeners)
    : plugin_(std::move(plugin)), timeouts_(timeouts), listeners_(std::move(listeners)),
      prefix_(prefix_of(command)), region_(std::make_shared<bridge::SharedRegion>()),
      link_(region_, listeners_.notification),
      process_(
          with_region(command, *region_), [this](std::string_view line) { take_line(line); },
          [this](const std::string&) {
              link_.host_gone();
              if (listeners_.ended)
                  listeners_.ended();
          })
{
}

const protocol::PluginDescription& RunningHost::load()
{
    hello_ = ask("starting", [this] { return link_.wait_hello(timeouts_.hello); });
    description_ = ask("loading the plugin", [this] {
        return link_.load(plugin_.path.string(), plugin_.plugin_class, timeouts_.load);
    });
    loaded_ = true;
    return description_;
}

void RunningHost::activate(std::uint32_t rate, std::uint32_t max_frames)
{
    ask("activating the plugin", [&] { link_.activate(rate, max_frames, timeouts_.request); });
}

void RunningHost::deactivate()
{
    ask("deactivating the plugin", [&] { link_.deactivate(timeouts_.request); });
}

std::vector<std::byte> RunningHost::state()
{
    return ask("reading the plugin's state", [&] { return link_.state(timeouts_.request); });
}

void RunningHost::set_state(std::span<const std::byte> state)
{
    ask("restoring the plugin's state", [&] { link_.set_state(state, timeouts_.request); });
}

std::vector<double> RunningHost::values()
{
    return ask("reading the parameters", [&] { return link_.values(timeouts_.request); });
}

void RunningHost::wait(std::uint64_t deadline_nsec)
{
    ask("running", [&] {
        if (link_.wait_activity(deadline_nsec) == bridge::HostLink::Activity::gone)
            throw bridge::HostError(bridge::HostErrorCode::gone, "the host is gone");
        link_.poll_notifications();
    });
}

void RunningHost::quit(std::chrono::milliseconds patience) noexcept
{
    try {
        link_.quit(patience);
        if (process_.wait(patience))
            return;
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // It is to be gone; whether it agrees matters no more.
    }
    process_.kill();
}

PluginError RunningHost::obituary()
{
    return explained({bridge::HostErrorCode::gone, ""}, "running");
}

void RunningHost::take_line(std::string_view line)
{
    constexpr std::size_t most = 5;
    {
        const std::lock_guard lock(last_lines_mutex_);
        last_lines_.emplace_back(line);
        if (last_lines_.size() > most)
            last_lines_.pop_front();
    }
    if (listeners_.output)
        listeners_.output(line);
}

std::string RunningHost::last_words()
{
    const std::lock_guard lock(last_lines_mutex_);
    std::string text;
    for (const auto& line : last_lines_)
        text += "\n  " + line;
    return text;
}

PluginError RunningHost::explained(const bridge::HostError& error, const std::string& activity)
{
    const std::string plugin = plugin_.path.filename().string();
    std::string text;
    switch (error.code) {
    case bridge::HostErrorCode::failed:
        text = error.what();
        if (error.failure == protocol::FailureCode::plugin_crashed)
            text = fmt::format("{} crashed while {}: {}", plugin, activity, text);
        if (text.find(plugin) == std::string::npos)
            text = plugin + ": " + text;
        if (!text.ends_with('.') && !text.ends_with('?'))
            text += '.';
        text += remedy(error.failure, plugin_, prefix_);
        break;
    case bridge::HostErrorCode::gone: {
        // The link hears of the end just before everybody else.
        const auto end = process_.wait(std::chrono::seconds(5));
        text =
            fmt::format("{}: the host {} while {}.{}", plugin, end.value_or("ended"), activity, last_words());
        break;
    }
    case bridge::HostErrorCode::timed_out:
        text =
            fmt::format("{}: the host hangs while {}: {}.{}", plugin, activity, error.what(), last_words());
        break;
    case bridge::HostErrorCode::wrong_version:
        text = fmt::format("{}: {}. Install Decant again, and restart the service.", plugin, error.what());
        break;
    case bridge::HostErrorCode::broken:
        text = fmt::format("{}: the host does not keep to the protocol while {}: {}.", plugin, activity,
                           error.what());
        break;
    }
    return PluginError(text, kind_of(error, loaded_));
}

} // namespace decant::service
