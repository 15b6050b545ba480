// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/anticipation-process.hpp"
#include "nodes/bridge/block-statistics.hpp"
#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/bridge/exchange-process.hpp"
#include "nodes/bridge/fallback-process.hpp"
#include "nodes/bridge/missed-midi.hpp"
#include "nodes/bridge/patience.hpp"
#include "nodes/bridge/program-changes-process.hpp"
#include "nodes/held-notes.hpp"
#include "nodes/processor.hpp"
#include "nodes/realtime/annotations.hpp"
#include "nodes/realtime/handover.hpp"

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace decant::bridge
{

/// A host as the audio thread is given it.
struct Attachment {
    std::shared_ptr<BlockExchange> exchange;
    std::uint32_t latency; ///< frames
};

/// What a BridgeProcessor consists of. Everything that is [rt] is the audio thread's alone.
struct BridgeState {
    /// So many changes fit into the events of one block beside a SysEx of 64 KiB.
    using ParameterQueue = boost::lockfree::spsc_queue<ParameterChange, boost::lockfree::capacity<4096>>;

    explicit BridgeState(const BridgeLayout& bridge, BridgeMode when, std::shared_ptr<Guard> keeper);

    const BridgeLayout layout;
    const BridgeMode mode;
    const std::shared_ptr<Guard> guard; ///< may be null

    // Between the two sides.
    nodes::Handover<Attachment> hosts;
    ParameterQueue parameters_in;
    ParameterQueue parameters_out;
    BlockCounters counters;
    std::atomic<std::uint32_t> latency = 0;
    std::atomic<BridgeWake> wake = BridgeWake::sleep;
    std::atomic<bool> bypass = false; ///< the plugin runs, and is not heard
    ProgramChanges programs;          ///< of what came in, if the layout selects them

    // [main]
    std::shared_ptr<BlockExchange> current; ///< what was attached last
    pid_t child = 0;                        ///< its process or an ancestor of that; 0: not known

    /// Whoever has made this true has the audio thread's part: that thread in its blocks, or who hands over
    /// parameters while it runs none.
    std::atomic<bool> occupied = false;

    // [rt]
    std::unique_ptr<Attachment> host;
    bool other_host = false; ///< than in the last block
    Fallback fallback;
    const std::unique_ptr<nodes::HeldNotes> sounding; ///< that the plugin has begun; null without MIDI output
    std::vector<std::byte> events_out;                ///< our copy of what the host wrote
    bool discontinuity = false;                       ///< blocks were lost since the last one posted
    bool overdue = false;            ///< the reply to the last block was not waited for, or is not heard
    std::uint32_t posted_frames = 0; ///< of the block that is out, if pipelined; 0: none is
    MissedMidi posted;               ///< what that block says, until the plugin is known to have seen it
    std::uint64_t posted_lost = 0;   ///< what of it is not there, as it would come too late
    Patience patience;
    Anticipation anticipation;
    bool told = false; ///< the host has been told when to be awake for the next block

    // [rt], also while another thread has that part.
    MissedMidi missed; ///< of blocks that were not posted

    /// One block. [rt]
    void process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME;

    /// Gives the host the parameters that wait, in a block without frames. False if the audio thread is in a
    /// block just now, or the host does not take them by `deadline_nsec`. [any but rt]
    [[nodiscard]] bool hand_over_parameters(std::uint64_t deadline_nsec) noexcept;

private:
    void take_host() noexcept DECANT_REALTIME;
    [[nodiscard]] bool run_without_frames(std::uint64_t deadline_nsec) noexcept;
    [[nodiscard]] bool run_plugin(const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    [[nodiscard]] bool run_in_step(BlockExchange& exchange,
                                   const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    void give_up_posted() noexcept DECANT_REALTIME;
    [[nodiscard]] bool run_pipelined(BlockExchange& exchange,
                                     const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    [[nodiscard]] std::uint64_t time_to_look() const noexcept DECANT_REALTIME;
    void post(BlockExchange& exchange, const nodes::Cycle& cycle, std::uint64_t now,
              std::uint64_t deadline) noexcept DECANT_REALTIME;
    void end_notes(nodes::MidiSink* sink) noexcept DECANT_REALTIME;
    void hear_programs(const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    [[nodiscard]] bool is_for_plugin(std::span<const std::uint8_t> message) const noexcept DECANT_REALTIME;
    [[nodiscard]] std::uint64_t keep_missed(const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    void take_back_posted() noexcept DECANT_REALTIME;
    void write_block(protocol::Region& region, const nodes::Cycle& cycle,
                     protocol::PollWindow next) noexcept DECANT_REALTIME;
    void write_parameters(protocol::EventWriter& events) noexcept DECANT_REALTIME;
    [[nodiscard]] std::uint32_t write_events(protocol::Region& region,
                                             const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    [[nodiscard]] bool read_block(const protocol::Region& region, const nodes::Cycle& cycle,
                                  std::uint64_t round_trip) noexcept DECANT_REALTIME;
    void read_audio(const protocol::Region& region, const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    void read_events(const protocol::Region& region, std::uint32_t claimed_bytes,
                     const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    void read_overdue(const protocol::Region& region, nodes::MidiSink* sink) noexcept DECANT_REALTIME;
    void take_event(const protocol::EventView& event, nodes::MidiSink* sink) noexcept DECANT_REALTIME;
};

} // namespace decant::bridge
