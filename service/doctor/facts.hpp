// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace decant::doctor
{

/// Why there is no answer.
struct Unknown {
    std::string reason;
};

/// Something that was asked for, or why there is no answer.
template <class T>
class Answer
{
    std::optional<T> value_;
    std::string reason_ = "not looked at";

public:
    Answer() = default;
    Answer(T value) : value_(std::move(value)) {}
    Answer(Unknown unknown) : reason_(std::move(unknown.reason)) {}

    /// Null if it is not known.
    [[nodiscard]] const T* known() const noexcept { return value_ ? &*value_ : nullptr; }
    [[nodiscard]] const std::string& why_unknown() const noexcept { return reason_; }
};

/// The time that everything has to fit into.
struct Quantum {
    std::uint32_t frames = 1024; ///< PipeWire's default
    std::uint32_t rate = 48000;  ///< Hz
    std::string source = "PipeWire's default, as no graph was found";

    [[nodiscard]] double period_usec() const noexcept { return 1e6 * frames / rate; }
};

/// What came of asking the kernel for a real-time priority, in a child that ended at once.
struct Grant {
    int priority; ///< SCHED_FIFO, that was asked for
    int error;    ///< errno; 0: granted
};

/// RealtimeKit, or the portal in front of it, as it describes itself on D-Bus.
struct RealtimeService {
    int max_priority;
    int min_nice;
    std::int64_t max_usec; ///< RLIMIT_RTTIME that a thread must have
};

/// The graph as PipeWire's profiler shows it.
struct Graph {
    struct Node {
        std::string name;
        std::int64_t xruns = 0;     ///< since it was made
        std::int64_t new_xruns = 0; ///< while it was looked at
    };
    struct Driver {
        std::string name;
        std::uint32_t frames = 0;
        std::uint32_t rate = 0;
        std::vector<Node> nodes; ///< its own first
    };
    std::vector<Driver> drivers;   ///< that run, the one with most nodes first
    double seconds = 0;            ///< for how long it was looked at
    std::uint32_t set_quantum = 0; ///< PipeWire's settings (frames, Hz); 0: none
    std::uint32_t set_rate = 0;
    std::uint32_t forced_quantum = 0;
    std::uint32_t forced_rate = 0;
};

/// What decantd says of a node.
struct RackNode {
    std::string name;
    bool plugin = false;
    double load = 0;                  ///< part of the period
    std::uint64_t late = 0;           ///< blocks
    std::uint64_t xruns = 0;          ///< cycles
    double p50 = 0, p99 = 0, max = 0; ///< round trip of the last second (µs); 0: none
};

/// What no file tells. Everything is unknown to begin with.
struct Facts {
    uid_t user = 0;
    std::string user_name; ///< empty if it has none
    std::map<std::string, std::string> environment;
    Quantum quantum;
    Answer<Grant> grant;
    Answer<RealtimeService> rtkit;
    Answer<RealtimeService> portal;
    Answer<std::string> wine_version; ///< as `wine --version` prints it
    Answer<Graph> graph;
    Answer<std::vector<RackNode>> rack;
};

} // namespace decant::doctor
