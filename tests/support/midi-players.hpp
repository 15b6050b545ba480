// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace decant::tests
{

/// MIDI that was sent or heard.
struct MidiMoment {
    std::uint64_t cycle_start; ///< CLOCK_MONOTONIC, ns; not compared
    std::uint32_t frame;
    std::vector<std::uint8_t> bytes;

    bool operator==(const MidiMoment& other) const { return frame == other.frame && bytes == other.bytes; }
};

/// Sends its events in one block when it is told to.
class MidiSource : public nodes::Processor
{
public:
    std::vector<MidiMoment> events; ///< of the next block; not to be changed while `send` is true
    std::atomic<bool> send = false;
    std::atomic<bool> refused = false;

    void process(const nodes::Cycle& cycle) noexcept override
    {
        if (!send)
            return;
        for (const auto& event : events)
            if (!cycle.midi_out->push(event.frame, event.bytes))
                refused = true;
        send = false;
    }
};

/// Keeps what it hears.
class MidiListener : public nodes::Processor
{
    std::mutex mutex_;
    std::vector<MidiMoment> heard_;

public:
    void process(const nodes::Cycle& cycle) noexcept override
    {
        if (cycle.midi_in.empty())
            return;
        const std::lock_guard lock(mutex_);
        for (const auto& event : cycle.midi_in)
            heard_.push_back({cycle.start_nsec, event.frame, {event.bytes.begin(), event.bytes.end()}});
    }

    [[nodiscard]] std::vector<MidiMoment> heard()
    {
        const std::lock_guard lock(mutex_);
        return heard_;
    }

    void forget()
    {
        const std::lock_guard lock(mutex_);
        heard_.clear();
    }
};

} // namespace decant::tests
