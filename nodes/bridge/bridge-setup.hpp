// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/block-statistics.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "nodes/processor.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/types.h>

namespace decant::bridge
{

/// What is heard while there is no output of the plugin.
enum class BridgeKind {
    effect,     ///< the input, delayed by the plugin's latency
    instrument, ///< silence
};

/// When a node hands on what the plugin makes of a block.
enum class BridgeMode {
    sync,      ///< in the same cycle: no latency of our own, the data loop waits for the plugin
    pipelined, ///< in the next one: a latency of one block, and nobody waits
};

/// What a node needs to know of its plugin; constant while the node lives, also if the host is replaced.
struct BridgeLayout {
    std::uint32_t inputs = 0;  ///< audio channels, at most protocol::max_channels
    std::uint32_t outputs = 0; ///< audio channels, at most protocol::max_channels
    bool midi_in = false;
    bool midi_out = false;
    BridgeKind kind = BridgeKind::effect;

    /// MIDI program changes are not for the plugin: they wait for BridgeProcessor::next_program().
    bool select_programs = false;
};

/// How the two threads wait for each other.
enum class BridgeWake {
    /// Both sleep. If they share a CPU, that hands it over, which is the quickest way there is.
    sleep,
    /// The host is awake just before its block comes, and the audio thread looks for the reply while it is
    /// near. No
    /// wake, at the price of the CPU time; only for a host on another CPU than the audio thread, as one would
    /// keep
    /// the other from running.
    anticipate,
};

/// A change of a parameter; `value` in the parameter's own range.
struct ParameterChange {
    std::uint32_t id;
    double value;
};

struct BridgeState;
class Guard;

/// A plugin in a Wine host, as a processor. The host may die, hang or lie: every block returns by its
/// deadline, with the plugin's output or with the fallback of its kind.
///
/// Threads: process() is [rt]; all others may be called from any thread but that one.
class BridgeProcessor final : public nodes::Processor
{
public:
    /// Throws std::invalid_argument for more channels than the protocol has, std::bad_alloc. Without a
    /// `guard`, which has to run before the thread of process(), each wait has a timer of its own, and a host
    /// whose thread is not less urgent than that thread can keep it from running.
    explicit BridgeProcessor(const BridgeLayout& layout, BridgeMode mode = BridgeMode::sync,
                             std::shared_ptr<Guard> guard = nullptr);
    ~BridgeProcessor() override; ///< Preconditions: process() runs no more.
    BridgeProcessor(const BridgeProcessor&) = delete;
    BridgeProcessor& operator=(const BridgeProcessor&) = delete;

    /// Returns by `cycle.deadline_nsec`, give or take what the system needs to wake a thread; if it begins
    /// hardly before that, when half of the rest of the cycle is over. [rt]
    void process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME override;

    /// From the next block on the plugin in `region` is asked, in place of any other. It should be loaded and
    /// active. `latency` in frames, as the plugin reports it. `child` is the process that was started as the
    /// host, or as what starts it; if it is not known (0), the guard cannot take its priority from it. Throws
    /// std::bad_alloc.
    void attach(std::shared_ptr<SharedRegion> region, std::uint32_t latency, pid_t child = 0);

    /// No plugin is asked from the next block on, and a block that waits for its reply is given up now. The
    /// region lives on until the audio thread has let go of it.
    void detach() noexcept;

    /// Sets a parameter at the start of the next block that the host takes; waits there while no host is
    /// attached. False if `value` is not finite, or more changes are waiting than the queue holds: try again
    /// after some blocks.
    bool set_parameter(std::uint32_t id, double value) noexcept;

    /// Returns when the host has all parameters that were set before: those that no block takes, because the
    /// node is idle, without one. False if there is no host, or it has not answered after `patience`. Takes a
    /// quarter of a second to be sure that a node is idle, and only if something waits. [any but rt]
    bool hand_over_parameters(std::chrono::nanoseconds patience) noexcept;

    /// Runs a block without frames if none at all has run for a quarter of a second: a plugin that nothing
    /// plays tells of its editor's changes there, and takes them. To be called now and then, by one thread;
    /// waits for at most `patience`. [any but rt]
    void run_if_idle(std::chrono::nanoseconds patience) noexcept;

    /// The next change of a parameter that the plugin made while it processed, oldest first.
    std::optional<ParameterChange> next_parameter_change() noexcept;

    /// The program that MIDI asked for last, counted from zero, once.
    std::optional<std::uint32_t> next_program() noexcept;

    /// The thread that runs the plugin; 0 while that is not known. It is one of `child`'s.
    [[nodiscard]] pid_t host_thread() noexcept;

    /// The process that is in; 0 while that is not known.
    [[nodiscard]] pid_t host_process() noexcept;

    /// Whether that thread has no priority for now because its block was late, or because it has none to run.
    [[nodiscard]] bool host_demoted() noexcept;

    /// Frames, as the plugin reported it in its last block; what BridgeMode::pipelined adds is not in it.
    [[nodiscard]] std::uint32_t latency() const noexcept;

    /// CLOCK_MONOTONIC (ns) when the block was posted that the host has not answered yet, zero if there is
    /// none: for who watches over the host.
    [[nodiscard]] std::uint64_t unanswered_since_nsec() noexcept;

    [[nodiscard]] BlockStatistics stats() const noexcept;

    /// From the next block on; BridgeWake::sleep until then. A node with BridgeMode::pipelined always sleeps,
    /// as nobody waits for it.
    void set_wake(BridgeWake wake) noexcept;

    /// From the next block on the input is heard in place of the plugin, of an instrument silence, as if each
    /// block came too late, without a click. The plugin runs on and can be heard again at any time.
    void set_bypass(bool bypass) noexcept;

private:
    std::mutex setup_; ///< for all that is not the audio thread, which never takes it
    std::unique_ptr<BridgeState> state_;
    std::uint64_t blocks_seen_ = 0; ///< by run_if_idle(), as the next one
    std::uint64_t quiet_since_ = 0; ///< CLOCK_MONOTONIC in ns

    void free_retired() noexcept;
};

} // namespace decant::bridge
