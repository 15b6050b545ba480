// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/host-supervisor.hpp"

#include "nodes/bridge/futex.hpp"
#include "service/hosts/display-environment.hpp"
#include "service/hosts/host-publication.hpp"
#include "service/hosts/initial-values.hpp"
#include "service/hosts/parameter-names.hpp"
#include "service/hosts/state-claim.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <variant>
#include <vector>

namespace decant::service
{
namespace
{

/// So often a plugin that nothing plays is asked what was moved in its editor.
constexpr std::chrono::milliseconds editor_tick{100};

/// So soon a program change of MIDI is heard: sooner than a musician has gone on to play.
constexpr std::chrono::milliseconds program_tick{20};

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

std::uint64_t nsec_of(std::chrono::nanoseconds duration) noexcept
{
    return static_cast<std::uint64_t>(duration.count());
}

} // namespace

HostSupervisor::HostSupervisor(PluginHostSettings settings, HostListener listener, HostCommandSource command)
    : settings_(std::move(settings)), listener_(std::move(listener)), command_(std::move(command)),
      wishes_({settings_.rate, settings_.max_frames}),
      state_(settings_.state_file,
             [this](Severity severity, const std::string& text) { log(severity, text); }),
      places_(settings_.state_file), blocks_(connection_),
      schedule_(settings_.patience.settle, settings_.patience.unsaved), policy_(settings_.patience.restarts),
      thread_([this] { run(); })
{
}

HostSupervisor::~HostSupervisor()
{
    wishes_.stop();
    thread_.join();
    connection_.set_processor(nullptr);
}

void HostSupervisor::emit(HostEvent event)
{
    const std::lock_guard lock(listener_mutex_);
    listener_(std::move(event));
}

void HostSupervisor::log(Severity severity, const std::string& text)
{
    emit(HostLog{severity, text});
}

/// While a prefix is made, which may take minutes, nobody but this ends the wait.
Progress HostSupervisor::progress()
{
    return {[this](const std::string& text) { log(Severity::info, text); },
            [this] {
                return wishes_.stopping();
            }};
}

void HostSupervisor::hear(const bridge::Notification& notification)
{
    std::visit(Overloaded{
                   [this](const bridge::LogLine& line) { log(Severity::info, line.text); },
                   // Before, the plugin says what it was made with, and it is asked for its values then.
                   [this](const bridge::ParameterChanged& change) {
                       if (ready_since_)
                           hear_moved(change.id, change.value);
                   },
                   [this](const bridge::LatencyChanged& latency) {
                       if (!ready_since_)
                           latency_ = latency.frames;
                       emit(latency);
                   },
                   [this](const bridge::StateChanged&) {
                       if (ready_since_)
                           schedule_.said_to_have_changed();
                   },
                   [this](const bridge::EditorChanged& window) { hear_window(window); },
                   [this](const bridge::ThreadsRefused& threads) { emit(threads); },
               },
               notification);
}

/// What the plugin's blocks say: not every plugin also sends word when its latency changes.
void HostSupervisor::hear_latency()
{
    const auto latency = connection_.latency();
    if (latency && std::exchange(latency_, *latency) != *latency)
        emit(bridge::LatencyChanged{*latency});
}

void HostSupervisor::hear_moved(std::uint32_t id, double value)
{
    connection_.note_value(id, value);
    schedule_.changed();
    emit(bridge::ParameterChanged{id, value});
}

void HostSupervisor::hear_window(const bridge::EditorChanged& window)
{
    try {
        places_.keep(window.part, window.place);
    } catch (const std::runtime_error& error) {
        log(Severity::warning, error.what());
    }
    if (window.open)
        open_editors_.insert(window.part);
    else
        open_editors_.erase(window.part);
    emit(window);
}

void HostSupervisor::save(RunningHost& host)
{
    schedule_.begin();
    connection_.hand_over();
    auto outcome = state_.save(host, settings_.values, connection_.values());
    if (outcome.passing)
        schedule_.fail();
    else
        schedule_.end();
    blocks_.look_again();
    emit(StateSaved{state_.file(), ticket_, std::move(outcome.problem)});
}

void HostSupervisor::fulfil_preset(RunningHost& host, const PresetWish& wish)
{
    connection_.hand_over();
    fulfil(wish, host);
    if (!changes_plugin(wish))
        return;
    const auto& parameters = host.description().parameters;
    const auto values = host.values();
    for (std::size_t i = 0; i < std::min(values.size(), parameters.size()); ++i)
        hear_moved(parameters[i].id, values[i]);
    schedule_.changed();
}

/// Nobody waits for an answer.
void HostSupervisor::select_program_by_midi(RunningHost& host)
{
    const auto program = connection_.next_program();
    if (!program)
        return;
    blocks_.await_answer(host, settings_.patience.block);
    try {
        fulfil_preset(host, SelectProgram{*program});
    } catch (const PluginError& error) {
        if (error.kind() != PluginError::Kind::answer)
            throw;
        log(Severity::warning, "program " + std::to_string(*program + 1) +
                                   ", which MIDI asks for, is not selected: " + error.what());
    }
    blocks_.look_again();
}

void HostSupervisor::fulfil_editor(RunningHost& host, const EditorWish& wish)
{
    if (!wish.open)
        return host.close_editor(wish.part);
    if (!host.has_display())
        throw PluginError(no_display_remedy(), PluginError::Kind::answer);
    host.open_editor({wish.part, wish.title, wish.scale, places_.read()});
}

/// Wine looks for a screen once, when a process first needs one, so a host that found none has to go.
bool HostSupervisor::needs_other_host(const RunningHost& host, const EditorWish& wish)
{
    if (!wish.open || host.has_display())
        return false;
    const auto command = command_(settings_.plugin, progress());
    return has_display(command.environment);
}

void HostSupervisor::fulfil_wish(RunningHost& host, std::uint64_t ticket, const HostWish& wish)
{
    try {
        const auto* editor = std::get_if<EditorWish>(&wish);
        if (editor != nullptr && !awaits_display_ && needs_other_host(host, *editor)) {
            log(Severity::info, "the plugin is loaded anew, with its state, to open its editor: it came "
                                "up when there was no display");
            awaits_display_ = {ticket, *editor};
            return;
        }
        if (editor != nullptr)
            fulfil_editor(host, *editor);
        else
            fulfil_preset(host, std::get<PresetWish>(wish));
        emit(WishDone{ticket});
    } catch (const PluginError& error) {
        emit(WishDone{ticket, error.what()});
        if (error.kind() != PluginError::Kind::answer)
            throw;
    }
    blocks_.look_again();
}

/// In its file there may be another plugin than before, or another version of it: what was set was meant for
/// the one that was there, and counts for the parameters that are still what they were.
void HostSupervisor::recognize(const protocol::PluginDescription& plugin)
{
    const auto before = std::exchange(plugin_, plugin);
    if (!before)
        return;
    std::set<std::uint32_t> kept;
    if (identity_of(*before) == identity_of(plugin))
        kept = parameters_in_both(*before, plugin);
    else
        names_resolved_ = false;
    connection_.keep_values([&](std::uint32_t id) { return kept.contains(id); });
}

/// What was set before the plugin said which parameters it has.
void HostSupervisor::resolve_names(const protocol::PluginDescription& plugin)
{
    if (std::exchange(names_resolved_, true))
        return;
    const auto complain = [this](const std::string& text) {
        log(Severity::warning, text);
    };
    for (const auto& [id, value] : initial_values(plugin, state_.last(), settings_.values, complain))
        connection_.set_value(id, value);
}

void HostSupervisor::activate(RunningHost& host)
{
    const HostFormat format = wishes_.take_format();
    host.activate(format.rate, format.max_frames);
}

/// From the start to the end of one host. Returns when the owner wants an end or a restart; throws when
/// the host fails.
void HostSupervisor::run_host()
{
    ready_since_.reset();
    open_editors_.clear();
    emit(bridge::ThreadsRefused{}); // what the last one said is over
    const HostCommand command = command_(settings_.plugin, progress());
    RunningHost host(command, settings_.plugin, settings_.patience.timeouts,
                     {[this](const bridge::Notification& notification) { hear(notification); },
                      [this](std::string_view line) {
                          log(Severity::info, std::string(line));
                      }});
    const HostPublication publication(wishes_, connection_, host);
    if (wishes_.stopping())
        return;

    auto plugin = host.load();
    latency_ = plugin.latency;
    spare_.follow(settings_.plugin, command);
    recognize(plugin);
    const bool restored = state_.restore(host);
    resolve_names(plugin);
    activate(host);
    const auto values = connection_.overlay(plugin, host.values());
    plugin.latency = latency_; // many know it only now that they know the rate
    connection_.set_host(host.region(), plugin.latency, host.process());
    wishes_.set_ready();
    ready_since_ = Clock::now();
    emit(HostReady{plugin, restored, values, state_.complaints()});

    if (awaits_display_) {
        const auto [ticket, wish] = *awaits_display_;
        fulfil_wish(host, ticket, wish);
        awaits_display_.reset();
    }
    watch(host);

    if (!wishes_.stopping() && hangs(host))
        return host.kill();
    connection_.hand_over();
    connection_.set_host(nullptr, 0);
    save(host);
    host.quit(settings_.patience.timeouts.quit);
}

void HostSupervisor::watch(RunningHost& host)
{
    const auto tick = settings_.select_programs ? program_tick : settings_.patience.block / 4;
    for (;;) {
        const HostWishes wishes = wishes_.take();
        ticket_ = std::max(ticket_, wishes.save);
        if (wishes.values)
            settings_.values = *wishes.values;
        if (wishes.spare) {
            settings_.plugin.spare = *wishes.spare;
            spare_.follow(settings_.plugin, host.command());
        }
        if (wishes.stop || wishes.restart)
            return;
        if (wishes.format) {
            blocks_.await_answer(host, settings_.patience.block);
            host.deactivate();
            activate(host);
            connection_.renew();
        }
        if (wishes.changed)
            schedule_.changed();
        for (const auto& [ticket, wish] : wishes.asked) {
            blocks_.await_answer(host, settings_.patience.block);
            fulfil_wish(host, ticket, wish);
        }
        if (awaits_display_)
            return;
        if (wishes.save != 0 || schedule_.due())
            save(host);

        const bool edited = !open_editors_.empty();
        host.wait(bridge::now_nsec() + nsec_of(edited ? std::min(tick, editor_tick) : tick));
        if (edited)
            connection_.attend_editor();
        select_program_by_midi(host);
        connection_.exchange([this](bridge::ParameterChange change) { hear_moved(change.id, change.value); });
        hear_latency();
        blocks_.expect_answer(host, settings_.patience.block);
    }
}

/// Whether that is why somebody wants it to be restarted. Who hangs is not asked for its state, for which it
/// would have far more time; the last one counts.
bool HostSupervisor::hangs(RunningHost& host)
try {
    blocks_.await_answer(host, settings_.patience.restart);
    host.check(settings_.patience.restart);
    return false;
} catch (const PluginError& error) {
    log(Severity::warning, error.what());
    emit(StateSaved{state_.file(), ticket_, error.what()});
    return true;
}

/// Says what happened and sleeps as long as that asks for.
void HostSupervisor::handle(const PluginError& error)
{
    awaits_display_.reset();
    if (wishes_.stopping())
        return;
    if (error.kind() == PluginError::Kind::collateral) {
        const auto delay = settings_.patience.restarts.first_delay;
        emit(HostRestarting{error.what(), delay});
        wishes_.wait_for_restart(delay);
        return;
    }
    const bool passing = error.kind() == PluginError::Kind::passing;
    const auto ran = ready_since_ ? Clock::now() - *ready_since_ : Clock::duration::zero();
    if (const auto delay = passing ? policy_.failed(ran) : std::nullopt) {
        emit(HostRestarting{error.what(), *delay});
        wishes_.wait_for_restart(delay);
        return;
    }
    std::string reason = error.what();
    if (passing)
        reason += "\n" + policy_.account() +
                  "; it is not started again until you say so: 'decant enable NODE', or a change in the "
                  "configuration.";
    emit(HostParked{reason});
    wishes_.wait_for_restart(std::nullopt);
    policy_.forget();
}

void HostSupervisor::run() noexcept
{
    std::optional<StateClaim> claim(std::in_place, settings_.state_file, progress());
    while (!wishes_.stopping()) {
        try {
            run_host();
        } catch (const PluginError& error) {
            handle(error);
        } catch (const std::exception& error) { // no memory, no thread
            handle(PluginError(error.what(), PluginError::Kind::passing));
        }
    }
    state_.write_unwritten();
    claim.reset();
    ended_ = true;
}

} // namespace decant::service
