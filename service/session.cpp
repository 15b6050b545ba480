// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/session.hpp"

#include "nodes/sampler/sample-pool.hpp"
#include "service/log.hpp"
#include "service/plugin-content.hpp"
#include "service/sampler-content.hpp"
#include "service/usable-cpus.hpp"

#include <fmt/format.h>
#include <pipewire/conf.h>
#include <spa/utils/string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <set>
#include <thread>
#include <utility>

namespace decant::service
{

namespace
{

using std::chrono::milliseconds;

constexpr milliseconds tick_time{100};
constexpr unsigned ticks_per_report = 10;

/// So long a session may take to come up until names that mean nobody are worth a word.
constexpr unsigned reports_until_settled = 2;

/// So long a service that ends may be seen after its successor has come.
constexpr milliseconds longest_farewell{2000};

/// Between two attempts to find a daemon.
constexpr milliseconds shortest_wait{250};
constexpr milliseconds longest_wait{5000};

constexpr const char* cpu_directory = "/sys/devices/system/cpu";

constexpr unsigned most_workers = 4; ///< loading is a matter of the disk more than of the CPU

unsigned worker_count() noexcept
{
    return std::clamp(std::thread::hardware_concurrency(), 1u, most_workers);
}

/// The client of PipeWire as decant.conf sets it up.
Context make_context(pw_loop* loop, const ConfigurationDirectories& directories)
{
    const auto file = find_main_file(directories);
    Properties properties(pw_properties_new(PW_KEY_CONFIG_NAME, "decant.conf", nullptr));
    // Where libpipewire itself looks, it finds the drop-ins for its sections, too. Elsewhere it must be told,
    // and then takes those beside the file only.
    const Properties found(pw_properties_new(nullptr, nullptr));
    pw_conf_load_conf(nullptr, "decant.conf", found.get());
    const char* found_path = pw_properties_get(found.get(), "config.path");
    if (found_path == nullptr || file != found_path)
        pw_properties_set(properties.get(), PW_KEY_CONFIG_PREFIX, file.parent_path().c_str());
    Context context(pw_context_new(loop, properties.release(), 0));
    if (!context)
        throw std::runtime_error(
            fmt::format("cannot set up a client of PipeWire with {}: {}; the lines above say "
                        "what is wrong in it",
                        file.string(), std::strerror(errno)));
    return context;
}

bool is_configuration(std::string_view name) noexcept
{
    return name.ends_with(".conf") || name.ends_with(".conf.d");
}

std::vector<std::filesystem::path> watched(const ConfigurationDirectories& directories)
{
    std::vector<std::filesystem::path> result;
    for (const auto& directory : directories.directories)
        for (const char* name : {"", "decant.conf.d", "pipewire.conf.d"})
            result.push_back(directory / name);
    return result;
}

} // namespace

Session::Session(SessionOptions options)
    : options_(options), directories_(configuration_directories()), main_loop_(pw_main_loop_new(nullptr)),
      loop_(pw_main_loop_get_loop(main_loop_.get())), terminate_(loop_, SIGTERM, [this] { end(); }),
      interrupt_(loop_, SIGINT, [this] { end(); }), hang_up_(loop_, SIGHUP, [this] { reload(); }),
      context_(make_context(loop_, directories_)),
      loops_(context_.get(), spread_cpus(allowed_cpus(), cpu_directory)),
      threads_(arrange_audio_threads(loops_, spread_cpus(allowed_cpus(), cpu_directory))), queue_(loop_),
      workers_(worker_count()), writers_(1),
      rights_([this](std::function<void()> work) { queue_.post(std::move(work)); }),
      rack_(
          [this](const NodeConfig& config, ContentOwner& owner) -> std::unique_ptr<NodeContent> {
              if (config.type == NodeType::plugin)
                  return std::make_unique<PluginContent>(config, owner, queue_, threads_, rights_,
                                                         farewells_);
              return std::make_unique<SamplerContent>(config, owner, loop_, queue_, workers_, writers_);
          },
          loops_),
      watcher_(loop_, is_configuration, [this] { reload(); }),
      missing_files_(loop_, queue_, workers_, [this] { reload(); }), tick_timer_(loop_, [this] { tick(); }),
      connect_timer_(loop_, [this] { connect(); }), join_timer_(loop_, [this] { join_daemon(); }),
      watchdog_(sd_watchdog_enabled(0, nullptr) > 0)
{
    for (const auto& loop : loops_.members())
        loop_keepers_.emplace_back(rights_.office, ThreadTitle{fmt::format("the data loop {}", loop.name)});
    read_configuration();
}

Session::~Session()
{
    disconnect();
}

void Session::run()
{
    connect_timer_.start(milliseconds(0));
    tick_timer_.start(tick_time, tick_time);
    pw_main_loop_run(main_loop_.get());
    tell_manager("STOPPING=1\n");
    if (failure_)
        std::rethrow_exception(failure_);
}

void Session::end(std::exception_ptr failure) noexcept
{
    failure_ = std::move(failure);
    pw_main_loop_quit(main_loop_.get());
}

void Session::read_configuration()
{
    auto configuration = service::read_configuration(rack_.configs());
    sampler::SamplePool::shared().set_memory(
        configuration.sampler_memory ? static_cast<std::size_t>(*configuration.sampler_memory * 1024 * 1024)
                                     : sampler::default_stream_memory());
    cpu_latency_.set(configuration.dma_latency);
    rack_.apply(std::move(configuration));
    watcher_.watch(watched(directories_));
    wait_for_files(rack_.lost_files());
}

void Session::wait_for_files(std::set<std::filesystem::path> lost)
{
    auto missing = lost_files_ = std::move(lost);
    for (const auto& problem : rack_.problems())
        if (!problem.missing.empty())
            missing.insert(problem.missing);
    missing_files_.wait_for(std::move(missing));
}

void Session::reload() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
               static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
    try {
        log(Severity::info, "reading the configuration anew");
        read_configuration();
    } catch (const std::exception& error) {
        log(Severity::error, fmt::format("the configuration was not applied as a whole: {}", error.what()));
    }
    tell_manager("READY=1\n");
}

void Session::connect() noexcept
try {
    if (const auto loss = std::exchange(loss_, std::nullopt)) {
        disconnect();
        wait_for_daemon(*loss);
        return;
    }
    core_.reset(pw_context_connect(context_.get(), nullptr, 0));
    if (!core_) {
        wait_for_daemon(std::strerror(errno));
        return;
    }
    look_around();
} catch (...) {
    end(std::current_exception());
}

void Session::look_around()
{
    static constexpr auto events = [] {
        pw_core_events table{};
        table.version = PW_VERSION_CORE_EVENTS;
        table.error = [](void* data, std::uint32_t id, int, int result, const char* message) {
            if (id == PW_ID_CORE && result == -EPIPE)
                static_cast<Session*>(data)->lose(message);
        };
        return table;
    }();
    pw_core_add_listener(core_.get(), core_listener_.hook(), &events, this);
    patience_ = longest_farewell;
    names_.emplace(core_.get(), [this] { join_timer_.start(milliseconds(0)); });
    midi_links_.emplace(core_.get(),
                        [this](std::uint32_t node, std::uint64_t since) { rack_.let_go(node, since); });
}

/// Unless another service plays there, whose names ours would have.
void Session::join_daemon() noexcept
try {
    if (loss_ || !names_ || board_)
        return;
    if (names_->has_service()) {
        if (patience_ == milliseconds(0))
            throw std::runtime_error(
                "another decantd plays on this PipeWire daemon already: end it with 'systemctl --user stop "
                "decant', or set PIPEWIRE_REMOTE to another daemon for this one");
        patience_ -= tick_time;
        join_timer_.start(tick_time);
        return;
    }
    board_.emplace(context_.get(), core_.get(), [this](Request request) {
        queue_.post([this, request = std::move(request)] { obey(request); });
    });
    back_off_ = {};
    log(Severity::info, "connected to PipeWire");
    rack_.enter(core_.get());
    rack_.forget_board();
    rack_.publish(*board_);
    reports_ = 0;
    tell_manager("READY=1\n");
} catch (...) {
    end(std::current_exception());
}

void Session::obey(const Request& request)
{
    if (board_)
        board_->remove(request_key);
    // Perhaps from inside the end of a node that was to be saved.
    const auto answer = [this](Reply told) {
        queue_.post([this, reply = std::move(told)] {
            if (!board_)
                return;
            rack_.publish(*board_); // who has got the reply sees what became of it
            board_->set(reply_key, to_json(reply));
        });
    };
    if (request.verb != RequestVerb::reload)
        return rack_.obey(request, answer);
    reload();
    Reply reply{request.id, {}};
    for (const auto& problem : rack_.problems())
        (problem.fatal ? reply.problems : reply.answer).push_back(to_text(problem));
    answer(std::move(reply));
}

void Session::disconnect() noexcept
{
    rack_.leave();
    board_.reset();
    midi_links_.reset();
    names_.reset();
    core_listener_.remove();
    core_.reset();
}

void Session::lose(std::string reason) noexcept
{
    // Not from inside an event of the core that is to go.
    loss_ = std::move(reason);
    connect_timer_.start(milliseconds(0));
}

void Session::wait_for_daemon(const std::string& reason)
{
    const auto text =
        fmt::format("no PipeWire daemon answers ({}): start it with 'systemctl --user start pipewire', or "
                    "set PIPEWIRE_REMOTE and XDG_RUNTIME_DIR to the one that you mean",
                    reason);
    if (!options_.wait_for_daemon)
        throw NoDaemon(text);
    if (back_off_ == milliseconds(0)) {
        log(Severity::warning, text + "; waiting for it");
        tell_manager("READY=1\n");
    }
    back_off_ = std::clamp(back_off_ * 2, shortest_wait, longest_wait);
    connect_timer_.start(back_off_);
}

/// A loop that has never been real-time is not made so: nobody has let it.
void Session::keep_loops()
{
    auto keeper = loop_keepers_.begin();
    for (const auto& loop : loops_.members()) {
        if (loop.priority > 0)
            keeper->update({.process = getpid(), .thread = loop.thread, .priority = loop.priority});
        ++keeper;
    }
}

void Session::tick() noexcept
try {
    keep_loops();
    if (!loss_)
        rack_.tick();
    farewells_.tick();
    if (++ticks_ % ticks_per_report != 0)
        return;
    auto lost = rack_.lost_files();
    lost.insert(lost_files_.begin(), lost_files_.end()); // one that has come may not be complete yet
    if (lost != lost_files_)
        wait_for_files(std::move(lost));
    cpu_latency_.update(!loss_ && rack_.plays());
    if (board_ && !loss_) {
        if (++reports_ > reports_until_settled)
            rack_.check_names(*names_);
        rack_.publish(*board_);
    }
    tell_manager(watchdog_ ? "WATCHDOG=1\n" : "");
} catch (const std::exception& error) {
    log(Severity::error, error.what());
}

void Session::tell_manager(const char* state) const
{
    const auto text = core_ ? rack_.summary() : rack_.summary() + ", waiting for PipeWire";
    sd_notifyf(0, "%sSTATUS=%s", state, text.c_str());
}

} // namespace decant::service
