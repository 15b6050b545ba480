// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/audio-threads.hpp"
#include "service/configuration-files.hpp"
#include "service/data-loops.hpp"
#include "service/farewells.hpp"
#include "service/file-watcher.hpp"
#include "service/graph-names.hpp"
#include "service/loop-sources.hpp"
#include "service/main-queue.hpp"
#include "service/midi-links.hpp"
#include "service/missing-files.hpp"
#include "service/pipewire-handles.hpp"
#include "service/rack.hpp"
#include "service/realtime/cpu-latency.hpp"
#include "service/realtime/host-rights.hpp"
#include "service/realtime/thread-keeper.hpp"
#include "service/request.hpp"
#include "service/state-lock.hpp"
#include "service/status-board.hpp"
#include "service/workers.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

namespace decant::service
{

/// There is no PipeWire daemon, and nobody wants to wait for one.
class NoDaemon : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

struct SessionOptions {
    bool wait_for_daemon =
        true; ///< at the start and whenever it goes; otherwise its absence ends the session
};

/// The service: reads the configuration, keeps the connection to PipeWire, and the rack in its graph. All
/// functions: [main].
class Session
{
    SessionOptions options_;
    StateLock lock_;
    ConfigurationDirectories directories_;
    MainLoop main_loop_;
    pw_loop* loop_;
    // First of all, as they block the signals: a thread that was made before would still be killed by them.
    SignalWatch terminate_;
    SignalWatch interrupt_;
    SignalWatch hang_up_;
    Context context_;
    DataLoops loops_;
    AudioThreads threads_;
    MainQueue queue_;
    Workers workers_;
    Workers writers_;
    Rights rights_;
    std::list<ThreadKeeper> loop_keepers_; ///< in the order of the loops
    CpuLatency cpu_latency_;
    Farewells farewells_;
    Rack rack_;
    Core core_;
    Listener core_listener_;
    std::optional<GraphNames> names_;
    std::optional<MidiLinks> midi_links_;
    std::optional<StatusBoard> board_;
    FileWatcher watcher_;
    MissingFiles missing_files_;
    std::set<std::filesystem::path> lost_files_; ///< that are waited for, beside those of the configuration
    Timer tick_timer_;
    Timer connect_timer_;
    Timer join_timer_;
    std::chrono::milliseconds back_off_{};
    std::chrono::milliseconds patience_{}; ///< left for another service to go
    unsigned ticks_ = 0;
    unsigned reports_ = 0; ///< since the daemon was joined
    bool watchdog_ = false;
    std::optional<std::string> loss_; ///< why the connection is of no use any more
    std::exception_ptr failure_;

    void read_configuration();
    void wait_for_files(std::set<std::filesystem::path> lost);
    void reload() noexcept;
    void connect() noexcept;
    void look_around();
    void join_daemon() noexcept;
    void disconnect() noexcept;
    void obey(const Request& request);
    void lose(std::string reason) noexcept;
    void wait_for_daemon(const std::string& reason);
    void tick() noexcept;
    void keep_loops();
    void tell_manager(const char* state = "") const;
    void end(std::exception_ptr failure = nullptr) noexcept;

public:
    /// Reads the configuration and sets up the client of PipeWire. Throws std::runtime_error if that is
    /// impossible; what is wrong in the configuration of nodes is logged instead.
    explicit Session(SessionOptions options);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Runs until SIGTERM or SIGINT. Throws NoDaemon.
    void run();
};

} // namespace decant::service
