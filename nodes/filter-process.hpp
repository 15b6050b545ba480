// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/held-notes.hpp"
#include "nodes/midi-pod.hpp"
#include "nodes/processor.hpp"
#include "nodes/transport-process.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

struct spa_data;        // NOLINT(readability-identifier-naming): PipeWire's
struct spa_io_buffers;  // NOLINT(readability-identifier-naming)
struct spa_io_position; // NOLINT(readability-identifier-naming)

namespace decant::nodes
{

/// Frames that a cycle holds at most: PipeWire's default quantum limit.
inline constexpr std::uint32_t max_cycle_frames = 8192;

inline constexpr double default_tempo = 120; ///< beats per minute

/// Counts of a filter node since it was made; each only grows. Written by the audio thread, read by anybody.
struct FilterCounters {
    std::atomic<std::uint64_t> cycles = 0;
    std::atomic<std::uint64_t> busy_nsec = 0;   ///< in process()
    std::atomic<std::uint64_t> period_nsec = 0; ///< of the same cycles, as the graph gave them
    std::atomic<std::uint64_t> missed = 0;      ///< cycles that the graph ran without this node
    std::atomic<std::uint64_t> midi_lost = 0;   ///< messages that came malformed, too long or without room
    std::atomic<std::uint32_t> rate = 0;        ///< of the last cycle, Hz; this and the next do not only grow
    std::atomic<std::uint32_t> frames = 0;      ///< of the last cycle
};

struct CycleTimes {
    std::uint64_t start;    ///< of the cycle, CLOCK_MONOTONIC, ns
    std::uint64_t deadline; ///< by which process() must be done, so that the nodes behind have their turn
};

/// The times of a cycle that the driver says began at `start` and will be followed by the next one at `next`;
/// `now` stands in for a driver whose clock is not set or not CLOCK_MONOTONIC. [any]
[[nodiscard]] CycleTimes cycle_times(std::uint64_t start, std::uint64_t next, std::uint64_t period,
                                     std::uint64_t now) noexcept DECANT_REALTIME;

/// All that the audio thread of a filter node uses. Made by FilterNode before the node is connected.
class FilterProcess
{
    struct Input {
        void* data;                 ///< as pw_filter_add_port gave it
        std::vector<float> silence; ///< while nothing is linked
    };

    struct Output {
        void* data = nullptr; ///< as pw_filter_add_port gave it
        std::atomic<const spa_io_buffers*> exchange =
            nullptr;                     ///< where PipeWire fetches a block; may be null
        std::vector<float> scratch = {}; ///< while nobody fetches it

        [[nodiscard]] spa_data* cycle_buffer() const noexcept DECANT_REALTIME;
        [[nodiscard]] float* samples(std::uint32_t frames) noexcept DECANT_REALTIME;
    };

    Processor& processor_;
    FilterCounters& counters_;
    std::vector<Input> inputs_;
    std::deque<Output> outputs_; ///< which cannot be moved
    std::vector<const float*> input_data_;
    std::vector<float*> output_data_;
    void* midi_in_port_ = nullptr;
    Output midi_out_port_;
    static constexpr std::uint64_t nobody_left = UINT64_MAX;
    std::atomic<std::uint64_t> left_since_ = nobody_left; ///< what was pressed since is to be let go
    MidiReader midi_reader_;
    HeldNotes held_notes_;
    MidiWriter midi_writer_;
    TransportReader transport_;
    std::atomic<bool> resumed_ = true;
    std::atomic<double> tempo_ = default_tempo;
    std::atomic<bool> panic_ = false;
    std::uint32_t clock_id_ = 0;
    std::uint32_t clock_cycle_ = 0;

    [[nodiscard]] std::span<const MidiEvent> take_midi(std::uint32_t frames,
                                                       std::uint64_t now) noexcept DECANT_REALTIME;
    void count_missed(const spa_io_position& position) noexcept DECANT_REALTIME;

public:
    FilterProcess(Processor& processor, FilterCounters& counters, ChannelMask channels);

    void add_input(void* port_data);                                 ///< [main] before the node is connected
    void add_output(void* port_data);                                ///< [main] before the node is connected
    void set_midi_in(void* port_data) { midi_in_port_ = port_data; } ///< [main] before the node is connected
    void set_midi_out(void* port_data)
    {
        midi_out_port_.data = port_data;
    } ///< [main] before the node is connected

    /// Where PipeWire fetches the blocks of an output, or leaves those of an input; null if it does not any
    /// more. [main]
    void set_exchange(const void* port_data, const spa_io_buffers* exchange) noexcept;

    /// The node starts again after a pause: cycles in between were not missed. [main]
    void resume() noexcept { resumed_.store(true, std::memory_order_relaxed); }

    /// Beats per minute where the graph has none. [main]
    void set_tempo(double tempo) noexcept { tempo_.store(tempo, std::memory_order_relaxed); }

    /// The next cycle's MIDI begins with the end of the keys and pedals that went down at `since`
    /// (CLOCK_MONOTONIC, ns) or later, and are down. [any]
    void let_go(std::uint64_t since) noexcept;

    /// The next cycle's MIDI is an end to all notes and sounds, on all channels. [any]
    void panic() noexcept { panic_.store(true, std::memory_order_relaxed); }

    /// One cycle of the graph. [rt]
    void run(const spa_io_position* position) noexcept DECANT_REALTIME;
};

} // namespace decant::nodes
