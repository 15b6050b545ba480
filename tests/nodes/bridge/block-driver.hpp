// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/bridge/futex.hpp"
#include "nodes/processor.hpp"

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace decant::tests
{

/// MIDI that came out of a block.
struct MidiRecord : nodes::MidiSink {
    struct Event {
        std::uint32_t frame;
        std::vector<std::uint8_t> bytes;
        bool operator==(const Event&) const = default;
    };
    std::vector<Event> events;

    bool push(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept override
    {
        events.push_back({frame, {bytes.begin(), bytes.end()}});
        return true;
    }
};

using Channels = std::vector<std::vector<float>>;

/// Drives a processor block by block, as the graph would.
class BlockDriver
{
    bridge::BridgeProcessor& processor_;

public:
    std::uint32_t frames;
    std::uint32_t rate = 48000;
    std::chrono::nanoseconds budget = std::chrono::seconds(20); ///< from the start of a block to its deadline
    std::uint64_t cycle_start = 0; ///< CLOCK_MONOTONIC (ns) of the next block's cycle; 0: that block itself
    bool freewheel = false;
    nodes::Transport transport;
    Channels inputs;
    Channels outputs;
    std::vector<MidiRecord::Event> midi_in; ///< of the next block
    MidiRecord midi_out;                    ///< of the last block

    BlockDriver(bridge::BridgeProcessor& processor, std::size_t channels, std::uint32_t block)
        : processor_(processor), frames(block), inputs(channels, std::vector<float>(block)),
          outputs(channels, std::vector<float>(block))
    {
    }

    /// Runs one block; returns how long it took.
    std::chrono::nanoseconds run()
    {
        std::vector<const float*> input_pointers;
        std::vector<float*> output_pointers;
        for (auto& channel : inputs)
            input_pointers.push_back(channel.data());
        for (auto& channel : outputs) {
            std::fill(channel.begin(), channel.end(), 1234.0F); // every frame is to be written
            output_pointers.push_back(channel.data());
        }
        std::vector<nodes::MidiEvent> events;
        for (const auto& event : midi_in)
            events.push_back({event.frame, event.bytes});
        midi_out.events.clear();
        const std::uint64_t start = bridge::now_nsec();
        const nodes::Cycle cycle{
            .frames = frames,
            .rate = rate,
            .start_nsec = cycle_start != 0 ? cycle_start : start,
            .deadline_nsec = start + static_cast<std::uint64_t>(budget.count()),
            .freewheel = freewheel,
            .transport = transport,
            .inputs = input_pointers,
            .outputs = output_pointers,
            .midi_in = events,
            .midi_out = &midi_out,
        };
        processor_.process(cycle);
        midi_in.clear();
        return std::chrono::nanoseconds(bridge::now_nsec() - start);
    }

    void fill_with_noise(std::mt19937& random)
    {
        std::uniform_real_distribution<float> sample(-1, 1);
        for (auto& channel : inputs)
            for (auto& value : channel)
                value = sample(random);
    }

    void fill_with(float value)
    {
        for (auto& channel : inputs)
            std::fill(channel.begin(), channel.end(), value);
    }
};

} // namespace decant::tests
