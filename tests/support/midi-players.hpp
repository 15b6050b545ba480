// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "tests/support/wait-until.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
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

    /// The lifting of a key.
    static MidiMoment probe(std::uint8_t channel, std::uint8_t key)
    {
        return {0, 0, {static_cast<std::uint8_t>(0x80 | channel), key, 64}};
    }

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

/// Waits until what `source` sends on `channel` (0 to 15) reaches `listener`, which then has heard nothing;
/// false if it never does. A link that PipeWire calls active loses what is sent in the moments before the
/// clients at its ends have taken over its buffers, and nobody can see these.
template <class Source>
[[nodiscard]] bool midi_passes(Source& source, MidiListener& listener, std::uint8_t channel = 0)
{
    auto events = std::move(source.events);
    std::uint8_t key = 0;
    const bool passed = wait_until([&] {
        key = static_cast<std::uint8_t>(
            (key + 1) % 128); // each probe differs, so that none of them is still on its way afterwards
        source.events = {Source::probe(channel, key)};
        source.send = true;
        const auto came = [&] {
            const auto heard = listener.heard();
            return !heard.empty() && heard.back().bytes.at(1) == key;
        };
        return wait_until([&] { return !source.send; }) && wait_until(came, std::chrono::milliseconds(500));
    });
    if (passed)
        source.events = std::move(events);
    listener.forget();
    return passed;
}

} // namespace decant::tests
