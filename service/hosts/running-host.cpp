// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/running-host.hpp"

#include "service/hosts/display-environment.hpp"
#include "service/hosts/hang-report.hpp"
#include "service/hosts/spare-hosts.hpp"
#include "service/hosts/vst3-bundle.hpp"

#include <fmt/format.h>

#include <utility>

namespace decant::service
{
namespace
{

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
    case no_display:
        return " Does 'WINEPREFIX=" + prefix +
               " wine notepad' open one? The display is the one that "
               "'systemctl --user show-environment' has; restart the node after a change.";
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
        const auto turn = take_turn();
        told_ = told_ && hangs_; // or it has answered since
        hangs_ = false;
        return question();
    } catch (const bridge::HostError& error) {
        hangs_ = error.code == bridge::HostErrorCode::timed_out;
        throw explained(error, activity);
    }
}

RunningHost::RunningHost(const HostCommand& command, PluginFile plugin, const HostTimeouts& timeouts,
                         Listeners listeners)
    : command_(command), plugin_(std::move(plugin)), timeouts_(timeouts), listeners_(std::move(listeners)),
      prefix_(prefix_of(command)), has_display_(service::has_display(command.environment)),
      region_(std::make_shared<bridge::SharedRegion>()), link_(region_, listeners_.notification),
      process_(find_process())
{
    opened_ = process_->opens_by_itself();
}

std::shared_ptr<HostProcess> RunningHost::find_process()
{
    if (!plugin_.group.empty())
        return HostProcess::join(plugin_.group, command_, *this);
    if (auto* spares = SpareHosts::of_process(); spares != nullptr && plugin_.spare)
        if (auto spare = spares->take(command_, *this))
            return spare;
    return HostProcess::start(command_, *region_, *this);
}

RunningHost::~RunningHost()
{
    if (abandoned_) {
        if (opened_)
            link_.quit_unanswered();
    } else if (opened_ && !quit_) {
        if (unfit_ || hangs_ || plugin_.group.empty())
            kill();
        else
            quit(timeouts_.quit);
    }
    process_->leave(*this, timeouts_.quit);
}

/// While others have it, what the plugin says is heard: it must not fill the ring, on which the main thread
/// of them all would wait.
std::unique_lock<std::timed_mutex> RunningHost::take_turn()
{
    std::unique_lock turn(process_->turn(), std::defer_lock);
    while (!turn.try_lock_for(std::chrono::milliseconds(50))) {
        if (link_.gone())
            throw bridge::HostError(bridge::HostErrorCode::gone, "the host is gone");
        link_.poll_notifications();
    }
    return turn;
}

const protocol::PluginDescription& RunningHost::load()
{
    hello_ = ask("starting", [this] {
        opened_ = true;
        // A group has its title from its start.
        process_->open(*region_, plugin_.group.empty() ? command_.title : std::string(), timeouts_.hello);
        return link_.wait_hello(timeouts_.hello);
    });
    description_ = ask("loading the plugin", [this] {
        auto parts = plugin_.chain;
        if (parts.empty())
            parts.push_back(
                {"", plugin_.path.string(), plugin_.plugin_class, plugin_.inputs, plugin_.outputs});
        for (auto& part : parts)
            part.path = dll_of_plugin(part.path).string();
        return link_.load(parts, timeouts_.load);
    });
    loaded_ = true;
    // Not before: a processor that starts two hosts at once has neither soon.
    if (auto* spares = SpareHosts::of_process(); spares != nullptr && plugin_.spare && plugin_.group.empty())
        spares->replenish(command_);
    return description_;
}

void RunningHost::activate(std::uint32_t rate, std::uint32_t max_frames, bool offline)
{
    ask("activating the plugin", [&] { link_.activate(rate, max_frames, timeouts_.request, offline); });
}

void RunningHost::deactivate()
{
    ask("deactivating the plugin", [&] { link_.deactivate(timeouts_.request); });
}

void RunningHost::check(std::chrono::milliseconds patience)
{
    (void)ask("being restarted", [&] { return link_.values(patience); });
}

std::vector<std::byte> RunningHost::state()
{
    return ask("reading the plugin's state", [&] { return link_.state(timeouts_.save); });
}

void RunningHost::set_state(std::span<const std::byte> state)
{
    ask("restoring the plugin's state", [&] { link_.set_state(state, timeouts_.request); });
}

std::vector<double> RunningHost::values()
{
    return ask("reading the parameters", [&] { return link_.values(timeouts_.request); });
}

std::vector<std::byte> RunningHost::preset(protocol::PresetForm form)
{
    return ask("making a preset", [&] { return link_.preset(form, timeouts_.request); });
}

void RunningHost::set_preset(std::span<const std::byte> file, const std::string& path)
{
    ask("loading the preset", [&] { link_.set_preset(file, path, timeouts_.request); });
}

void RunningHost::select_program(std::uint32_t program)
{
    ask("selecting the program", [&] { link_.select_program(program, timeouts_.request); });
}

void RunningHost::open_editor(const protocol::EditorRequest& request)
{
    ask("opening the editor", [&] { link_.open_editor(request, timeouts_.editor); });
}

void RunningHost::close_editor(std::string_view part)
{
    ask("closing the editor", [&] { link_.close_editor(part, timeouts_.request); });
}

void RunningHost::wait(std::uint64_t deadline_nsec)
{
    try {
        if (link_.wait_activity(deadline_nsec) == bridge::HostLink::Activity::gone)
            throw bridge::HostError(bridge::HostErrorCode::gone, "the host is gone");
        link_.poll_notifications();
    } catch (const bridge::HostError& error) {
        throw explained(error, "running");
    }
}

void RunningHost::quit(std::chrono::milliseconds patience) noexcept
{
    try {
        if (hangs_) // it would not hear this either
            return kill();
        const auto turn = take_turn();
        link_.quit(patience);
        quit_ = true;
    } catch (const std::exception&) {
        kill(); // it is to be gone; whether it agrees matters no more
    }
}

void RunningHost::abandon() noexcept
{
    abandoned_ = true;
    process_->abandon(*this);
    link_.host_gone();
}

PluginError RunningHost::obituary()
{
    return explained({bridge::HostErrorCode::gone, ""}, "running");
}

void RunningHost::take_line(std::string_view line)
{
    if (listeners_.output)
        listeners_.output(line);
}

void RunningHost::process_ended()
{
    link_.host_gone();
    if (listeners_.ended)
        listeners_.ended();
}

bool RunningHost::crashed() const
{
    return region_->memory().result.status == protocol::BlockStatus::failed;
}

void RunningHost::tell_threads()
{
    if (!listeners_.output)
        return;
    for (const auto& line : hang_report(process(), prefix_))
        listeners_.output("while it hangs: " + line);
}

PluginError RunningHost::explained(const bridge::HostError& error, const std::string& activity)
{
    const std::string plugin = name();
    std::string text;
    auto kind = kind_of(error, loaded_);
    // One that only was late may answer again.
    unfit_ = unfit_ ||
             (kind == PluginError::Kind::passing && error.code != bridge::HostErrorCode::timed_out) ||
             error.code == bridge::HostErrorCode::wrong_version;
    switch (error.code) {
    case bridge::HostErrorCode::failed:
        if (error.failure == protocol::FailureCode::plugin_crashed)
            process_->blame(*this);
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
        const auto end = process_->wait(std::chrono::seconds(abandoned_ ? 0 : 5));
        text = fmt::format("{}: the host {} while {}.{}", plugin, end.value_or("ended"), activity,
                           process_->last_words());
        if (const auto other = process_->other_to_blame(*this)) {
            text +=
                fmt::format("\n{}, another plugin of the group '{}', is to blame.", *other, plugin_.group);
            kind = PluginError::Kind::collateral;
        } else if (!loaded_ && activity == "starting" && !prefix_.empty()) {
            // A program that is not Wine ends at once and says nothing of a host.
            text +=
                fmt::format("\nDoes '{} --version' show the version of a Wine? If not, set DECANT_WINE to "
                            "a Wine loader, or unset it.",
                            command_.arguments.front());
        }
        break;
    }
    case bridge::HostErrorCode::timed_out:
        if (!std::exchange(told_, true))
            tell_threads();
        text = fmt::format("{}: the host hangs while {}: {}.{}", plugin, activity, error.what(),
                           process_->last_words());
        if (!loaded_ && activity == "loading the plugin" && has_display_)
            text += "\nIf a window of it asked something, answer that when it is loaded again.";
        // As where another program was killed while it started Wine, for which all others then wait.
        if (!loaded_ && activity == "starting" && !prefix_.empty())
            text +=
                fmt::format("\nIf that comes again: 'WINEPREFIX={} wineserver -k' ends all Windows programs "
                            "of the prefix, and what hangs in it.",
                            prefix_);
        if (!listeners_.output) // a command, which has no log
            for (const auto& line : hang_report(process(), prefix_))
                text += "\n  while it hangs: " + line;
        break;
    case bridge::HostErrorCode::wrong_version:
        text =
            fmt::format("{}: {}. {}, and restart the service.", plugin, error.what(), how_to_install_hosts());
        break;
    case bridge::HostErrorCode::broken:
        text = fmt::format("{}: the host does not keep to the protocol while {}: {}.", plugin, activity,
                           error.what());
        break;
    }
    return PluginError(text, kind);
}

} // namespace decant::service
