// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/plugin-host.hpp"

#include "nodes/bridge/futex.hpp"
#include "service/hosts/display-environment.hpp"
#include "service/hosts/editor-places.hpp"
#include "service/hosts/parameter-names.hpp"
#include "service/hosts/plugin-connection.hpp"
#include "service/hosts/state-keeper.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace decant::service
{
namespace
{

using Clock = std::chrono::steady_clock;

/// So often a plugin that nothing plays is asked what was moved in its editor.
constexpr std::chrono::milliseconds editor_tick{100};

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

std::uint64_t nsec_of(Clock::duration duration) noexcept
{
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
}

} // namespace

class PluginHost::Supervisor
{
    using HostWish = std::variant<PresetWish, EditorWish>;

    /// What the owner wants, until the supervisor's thread has taken it.
    struct Wishes {
        bool stop = false;
        bool restart = false;
        std::uint64_t save = 0; ///< the ticket of the last save() that was not obeyed yet; 0: none
        bool format = false;    ///< rate or block size have changed
        bool changed = false;   ///< a parameter has, which makes the state on the disk an old one
        std::vector<std::pair<std::uint64_t, HostWish>> asked; ///< with their tickets
    };

    PluginHostSettings settings_;
    HostListener listener_;
    std::mutex listener_mutex_;
    HostCommandSource command_;

    PluginConnection connection_;

    std::mutex mutex_;
    std::condition_variable wished_;
    Wishes wishes_;
    std::uint64_t last_ticket_ = 0; ///< the owner's alone
    std::uint32_t rate_;
    std::uint32_t max_frames_;
    RunningHost* host_ = nullptr; ///< while there is one
    bool ready_ = false;          ///< it has loaded the plugin, and listens to wishes

    // The thread's own.
    StateKeeper state_;
    EditorPlaces places_;
    std::set<std::string> open_editors_;                                 ///< their parts
    std::optional<std::pair<std::uint64_t, EditorWish>> awaits_display_; ///< and with it the next host
    RestartPolicy policy_;
    bool names_resolved_ = false;
    std::uint64_t ticket_ = 0;                     ///< of the last save() that was heard
    std::uint32_t latency_ = 0;                    ///< frames, as last told
    std::uint64_t looked_nsec_ = 0;                ///< when expect_answer() was here last
    std::uint64_t excused_nsec_ = 0;               ///< nobody ran before that
    std::optional<Clock::time_point> ready_since_; ///< the last host's; nothing if it never was
    std::optional<Clock::time_point> save_at_; ///< there are changes that the state on the disk does not have
    Clock::time_point save_at_latest_;         ///< however many follow

    std::thread thread_;

    void emit(HostEvent event)
    {
        const std::lock_guard lock(listener_mutex_);
        listener_(std::move(event));
    }

    void log(Severity severity, const std::string& text) { emit(HostLog{severity, text}); }

    [[nodiscard]] Wishes take_wishes()
    {
        const std::lock_guard lock(mutex_);
        Wishes taken = std::exchange(wishes_, {});
        wishes_.stop = taken.stop; // for ever
        return taken;
    }

    [[nodiscard]] bool stopping()
    {
        const std::lock_guard lock(mutex_);
        return wishes_.stop;
    }

    /// Sleeps until the owner wants a start or an end, or until `patience` is over if there is one.
    void wait_for_restart(std::optional<std::chrono::milliseconds> patience)
    {
        const auto wished = [this] {
            return wishes_.stop || wishes_.restart;
        };
        std::unique_lock lock(mutex_);
        if (patience)
            wished_.wait_for(lock, *patience, wished);
        else
            wished_.wait(lock, wished);
        wishes_.restart = false;
    }

    void publish(RunningHost* host)
    {
        const std::lock_guard lock(mutex_);
        host_ = host;
        ready_ = false;
        wishes_.asked.clear(); // of a host that is no more
    }

    /// Makes a host known to the owner's thread for as long as it lives, and takes it out of the audio path
    /// before it is destroyed.
    class Publication
    {
        Supervisor& supervisor_;

    public:
        Publication(Supervisor& supervisor, RunningHost& host) : supervisor_(supervisor)
        {
            supervisor_.publish(&host);
        }
        ~Publication()
        {
            supervisor_.connection_.set_host(nullptr, 0);
            supervisor_.publish(nullptr);
        }
        Publication(const Publication&) = delete;
        Publication& operator=(const Publication&) = delete;
    };

    void hear(const bridge::Notification& notification)
    {
        std::visit(Overloaded{
                       [this](const bridge::LogLine& line) { log(Severity::info, line.text); },
                       [this](const bridge::ParameterChanged& change) {
                           if (ready_since_) // else the plugin says what it was made with; it is asked for
                                             // its values
                               hear_moved(change.id, change.value);
                       },
                       [this](const bridge::LatencyChanged& latency) { emit(latency); },
                       [this](const bridge::EditorChanged& window) { hear_window(window); },
                   },
                   notification);
    }

    /// What the plugin's blocks say: not every plugin also sends word when its latency changes.
    void hear_latency()
    {
        const auto latency = connection_.latency();
        if (latency && std::exchange(latency_, *latency) != *latency)
            emit(bridge::LatencyChanged{*latency});
    }

    void hear_moved(std::uint32_t id, double value)
    {
        connection_.note_value(id, value);
        save_soon();
        emit(bridge::ParameterChanged{id, value});
    }

    void hear_window(const bridge::EditorChanged& window)
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

    /// When it has been quiet for a while, but not never if it never is: there are plugins that move their
    /// parameters themselves.
    void save_soon()
    {
        const auto now = Clock::now();
        if (!save_at_)
            save_at_latest_ = now + settings_.patience.unsaved;
        save_at_ = std::min(now + settings_.patience.settle, save_at_latest_);
    }

    void save(RunningHost& host)
    {
        save_at_.reset();
        connection_.hand_over();
        auto problem = state_.save(host);
        looked_nsec_ = bridge::now_nsec(); // the wait was the plugin's fault
        emit(StateSaved{state_.file(), ticket_, std::move(problem)});
    }

    void fulfil_preset(RunningHost& host, const PresetWish& wish)
    {
        connection_.hand_over();
        fulfil(wish, host);
        if (!changes_plugin(wish))
            return;
        const auto& parameters = host.description().parameters;
        const auto values = host.values();
        for (std::size_t i = 0; i < std::min(values.size(), parameters.size()); ++i)
            hear_moved(parameters[i].id, values[i]);
        save_soon();
    }

    void fulfil_editor(RunningHost& host, const EditorWish& wish)
    {
        if (!wish.open)
            return host.close_editor(wish.part);
        if (!host.has_display())
            throw PluginError(no_display_remedy(), PluginError::Kind::answer);
        host.open_editor({wish.part, wish.title, wish.scale, places_.read()});
    }

    /// Wine looks for a screen once, when a process first needs one, so a host that found none has to go.
    [[nodiscard]] bool needs_other_host(const RunningHost& host, const EditorWish& wish)
    {
        if (!wish.open || host.has_display())
            return false;
        const auto command = command_(settings_.plugin, [](const std::string&) {});
        return has_display(command.environment);
    }

    void fulfil_wish(RunningHost& host, std::uint64_t ticket, const HostWish& wish)
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
        looked_nsec_ = bridge::now_nsec(); // the wait was the plugin's fault
    }

    /// The configuration's values, now that the plugin says which parameters it has.
    void resolve_names(const protocol::PluginDescription& plugin)
    {
        if (std::exchange(names_resolved_, true))
            return;
        for (const auto& [name, value] : settings_.values) {
            try {
                const auto& parameter = parameter_named(plugin, name);
                connection_.set_value(parameter.id, value_within(parameter, value));
            } catch (const std::exception& error) {
                log(Severity::warning, error.what());
            }
        }
    }

    void activate(RunningHost& host)
    {
        std::uint32_t rate = 0;
        std::uint32_t max_frames = 0;
        {
            const std::lock_guard lock(mutex_);
            rate = rate_;
            max_frames = max_frames_;
            wishes_.format = false;
        }
        host.activate(rate, max_frames);
    }

    /// From the start to the end of one host. Returns when the owner wants an end or a restart; throws when
    /// the host fails.
    void run_host()
    {
        ready_since_.reset();
        open_editors_.clear();
        const HostCommand command =
            command_(settings_.plugin, [this](const std::string& text) { log(Severity::info, text); });
        RunningHost host(command, settings_.plugin, settings_.patience.timeouts,
                         {[this](const bridge::Notification& notification) { hear(notification); },
                          [this](std::string_view line) {
                              log(Severity::info, std::string(line));
                          }});
        const Publication publication(*this, host);
        if (stopping())
            return;

        const auto& plugin = host.load();
        const bool restored = state_.restore(host);
        resolve_names(plugin);
        activate(host);
        const auto values = connection_.overlay(plugin, host.values());
        latency_ = plugin.latency;
        connection_.set_host(host.region(), plugin.latency, host.process());
        {
            const std::lock_guard lock(mutex_);
            ready_ = true;
        }
        ready_since_ = Clock::now();
        emit(HostReady{plugin, restored, values});

        if (awaits_display_) {
            const auto [ticket, wish] = *awaits_display_;
            fulfil_wish(host, ticket, wish);
            awaits_display_.reset();
        }
        watch(host);

        connection_.hand_over();
        connection_.set_host(nullptr, 0);
        save(host);
        host.quit(settings_.patience.timeouts.quit);
    }

    void watch(RunningHost& host)
    {
        const auto tick = settings_.patience.block / 4;
        for (;;) {
            const Wishes wishes = take_wishes();
            ticket_ = std::max(ticket_, wishes.save);
            if (wishes.stop || wishes.restart)
                return;
            if (wishes.format) {
                host.deactivate();
                activate(host);
                connection_.renew();
            }
            if (wishes.changed)
                save_soon();
            for (const auto& [ticket, wish] : wishes.asked)
                fulfil_wish(host, ticket, wish);
            if (awaits_display_)
                return;
            if (wishes.save != 0 || (save_at_ && Clock::now() >= *save_at_))
                save(host);

            const bool edited = !open_editors_.empty();
            host.wait(bridge::now_nsec() + nsec_of(edited ? std::min(tick, editor_tick) : tick));
            if (edited)
                connection_.attend_editor();
            connection_.exchange(
                [this](bridge::ParameterChange change) { hear_moved(change.id, change.value); });
            hear_latency();
            expect_answer(host);
        }
    }

    /// Throws if the plugin has not come back from a block for too long.
    void expect_answer(RunningHost& host)
    {
        const std::uint64_t now = bridge::now_nsec();
        // If even this thread was not run, as in a machine that was asleep, the plugin cannot have been.
        if (now - looked_nsec_ > nsec_of(settings_.patience.block) / 2)
            excused_nsec_ = now;
        looked_nsec_ = now;
        std::uint64_t since = connection_.unanswered_since_nsec();
        if (since != 0)
            since = std::max(since, excused_nsec_);
        if (since == 0 || now <= since || now - since <= nsec_of(settings_.patience.block))
            return;
        host.tell_threads();
        host.kill();
        throw PluginError(settings_.plugin.path.filename().string() + ": the plugin hangs in a block for " +
                              std::to_string((now - since) / 1'000'000) + " ms, and is replaced.",
                          PluginError::Kind::passing);
    }

    /// Says what happened and sleeps as long as that asks for.
    void handle(const PluginError& error)
    {
        awaits_display_.reset();
        if (stopping())
            return;
        if (error.kind() == PluginError::Kind::collateral) {
            const auto delay = settings_.patience.restarts.first_delay;
            emit(HostRestarting{error.what(), delay});
            wait_for_restart(delay);
            return;
        }
        const bool passing = error.kind() == PluginError::Kind::passing;
        const auto ran = ready_since_ ? Clock::now() - *ready_since_ : Clock::duration::zero();
        if (const auto delay = passing ? policy_.failed(ran) : std::nullopt) {
            emit(HostRestarting{error.what(), *delay});
            wait_for_restart(delay);
            return;
        }
        std::string reason = error.what();
        if (passing)
            reason += "\n" + policy_.account() +
                      "; it is not started again until you say so: 'decant enable NODE', or a change in the "
                      "configuration.";
        emit(HostParked{reason});
        wait_for_restart(std::nullopt);
        policy_.forget();
    }

    void run() noexcept
    {
        while (!stopping()) {
            try {
                run_host();
            } catch (const PluginError& error) {
                handle(error);
            } catch (const std::exception& error) { // no memory, no thread
                handle(PluginError(error.what(), PluginError::Kind::passing));
            }
        }
    }

    /// Leaves a wish, and wakes the thread wherever it sleeps.
    template <class Change>
    void wish(Change change)
    {
        const std::lock_guard lock(mutex_);
        change(wishes_);
        if (host_ != nullptr && ready_)
            host_->interrupt();
        else if (host_ != nullptr && wishes_.stop)
            host_->abandon(); // nothing to lose yet, and loading may take minutes
        wished_.notify_all();
    }

public:
    Supervisor(PluginHostSettings settings, HostListener listener, HostCommandSource command)
        : settings_(std::move(settings)), listener_(std::move(listener)), command_(std::move(command)),
          rate_(settings_.rate), max_frames_(settings_.max_frames),
          state_(settings_.state_file,
                 [this](Severity severity, const std::string& text) { log(severity, text); }),
          places_(settings_.state_file), policy_(settings_.patience.restarts), thread_([this] { run(); })
    {
    }

    ~Supervisor()
    {
        stop();
        thread_.join();
        connection_.set_processor(nullptr);
    }

    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    void set_processor(bridge::BridgeProcessor* processor) { connection_.set_processor(processor); }

    void set_parameter(std::uint32_t id, double value)
    {
        if (!std::isfinite(value))
            return;
        connection_.set_value(id, value);
        wish([](Wishes& wishes) { wishes.changed = true; });
    }

    void set_format(std::uint32_t rate, std::uint32_t max_frames)
    {
        wish([&](Wishes& wishes) {
            wishes.format = wishes.format || rate != rate_ || max_frames != max_frames_;
            rate_ = rate;
            max_frames_ = max_frames;
        });
    }

    std::uint64_t save()
    {
        const std::uint64_t ticket = ++last_ticket_;
        wish([ticket](Wishes& wishes) { wishes.save = ticket; });
        return ticket;
    }

    std::uint64_t ask(HostWish asked)
    {
        const std::uint64_t ticket = ++last_ticket_;
        wish([&](Wishes& wishes) { wishes.asked.emplace_back(ticket, std::move(asked)); });
        return ticket;
    }

    void restart()
    {
        wish([](Wishes& wishes) { wishes.restart = true; });
    }

    void stop()
    {
        wish([](Wishes& wishes) { wishes.stop = true; });
    }

    [[nodiscard]] pid_t process()
    {
        const std::lock_guard lock(mutex_);
        return host_ != nullptr && ready_ ? host_->process() : 0;
    }
};

PluginHost::PluginHost(PluginHostSettings settings, HostListener listener, HostCommandSource command)
    : supervisor_(std::make_unique<Supervisor>(std::move(settings), std::move(listener), std::move(command)))
{
}

PluginHost::~PluginHost() = default;

void PluginHost::connect(bridge::BridgeProcessor& processor)
{
    supervisor_->set_processor(&processor);
}
void PluginHost::disconnect()
{
    supervisor_->set_processor(nullptr);
}
void PluginHost::set_parameter(std::uint32_t id, double value)
{
    supervisor_->set_parameter(id, value);
}
void PluginHost::set_format(std::uint32_t rate, std::uint32_t max_frames)
{
    supervisor_->set_format(rate, max_frames);
}
std::uint64_t PluginHost::save()
{
    return supervisor_->save();
}
std::uint64_t PluginHost::ask(PresetWish wish)
{
    return supervisor_->ask(std::move(wish));
}
std::uint64_t PluginHost::ask(EditorWish wish)
{
    return supervisor_->ask(std::move(wish));
}
void PluginHost::restart()
{
    supervisor_->restart();
}
void PluginHost::stop()
{
    supervisor_->stop();
}
pid_t PluginHost::process() const
{
    return supervisor_->process();
}

} // namespace decant::service
