// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/pitch-bends.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/vst3-interface.hpp"
#include "wine-host/vst3-parameters.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

namespace decant::host::vst3
{

/// Which parameter each MIDI controller of each channel moves. Asked once: it is thousands of questions.
class MidiMap
{
    static constexpr std::size_t controllers = 130; ///< with aftertouch and pitch bend

    std::array<std::array<std::int32_t, controllers>, 16> slots_{}; ///< -1: none
    struct Programs {
        std::int32_t slot = -1;
        int32 steps = 0;
    };
    std::array<Programs, 16> programs_;
    bool expressions_ = false;

public:
    /// Nothing is mapped.
    MidiMap() noexcept;

    /// [main]
    MidiMap(IEditController* controller, const ParameterIndex& index);

    /// The slot, or -1. `controller` below 130. [any]
    [[nodiscard]] std::int32_t slot_of(int channel, int controller) const noexcept
    {
        return slots_[static_cast<std::size_t>(channel)][static_cast<std::size_t>(controller)];
    }

    /// The slot that selects programs, or -1, and the value for program `number`. [any]
    [[nodiscard]] std::pair<std::int32_t, ParamValue> program(int channel, int number) const noexcept;

    /// Whether the plugin knows note expressions, which serve where no parameter is mapped. [any]
    [[nodiscard]] bool has_expressions() const noexcept { return expressions_; }
};

/// A MidiMap on its way to the audio thread, which never waits for it.
class MidiMapHandover
{
    MidiMap next_;
    std::atomic<bool> waits_ = false;
    std::atomic<bool> taken_ = false; ///< by who reads or writes `next_`

public:
    /// [main]
    void offer(const MidiMap& map) noexcept;

    /// Whatever was offered is an old one. [main], while no block runs
    void withdraw() noexcept { waits_ = false; }

    /// Replaces `map` by what was offered since, unless it is being offered. [rt]
    void take(MidiMap& map) noexcept;
};

/// The events of one block for the plugin. Has room for whatever an event area can hold. All [rt] but the
/// making.
class EventsIn final : public HostObject<false, IEventList>
{
    std::vector<Event> events_;
    std::size_t count_ = 0;
    int32 last_note_ = 0;
    std::array<std::array<int32, 128>, 16> notes_; ///< ids of those that sound, or -1
    PitchBends bends_;

    Event* add(std::uint32_t frame, uint16 type) noexcept;
    void add_note(std::uint32_t frame, int channel, int key, int velocity, bool on) noexcept;
    void add_expression(std::uint32_t frame, int channel, uint32 type, double value) noexcept;
    void add_bend(std::uint32_t frame, int channel, int value, const MidiMap& map,
                  ParameterChanges& changes) noexcept;
    void add_controller(std::uint32_t frame, int channel, int controller, double value, const MidiMap& map,
                        ParameterChanges& changes) noexcept;

public:
    EventsIn();

    void clear() noexcept { count_ = 0; }

    /// `bytes` must stay until the plugin has processed the list. Controllers become changes of parameters.
    /// What is no MIDI message is left out.
    void add_midi(std::uint32_t frame, std::span<const std::uint8_t> bytes, const MidiMap& map,
                  ParameterChanges& changes) noexcept;

    int32 PLUGIN_API getEventCount() override { return static_cast<int32>(count_); }
    tresult PLUGIN_API getEvent(int32 index, Event& event) override;
    tresult PLUGIN_API addEvent(Event&) override { return kResultFalse; }
};

/// Where a plugin puts its events: they go to the block as MIDI, in the order in which they come; frames that
/// go back are moved up. [rt]
class EventsOut final : public HostObject<false, IEventList>
{
    Block* block_ = nullptr;
    std::uint32_t last_frame_ = 0;
    int32 count_ = 0;

public:
    void begin(Block& block) noexcept
    {
        block_ = &block;
        last_frame_ = 0;
        count_ = 0;
    }
    void end() noexcept { block_ = nullptr; }

    int32 PLUGIN_API getEventCount() override { return count_; }
    tresult PLUGIN_API getEvent(int32, Event&) override { return kResultFalse; }
    tresult PLUGIN_API addEvent(Event& event) override;
};

} // namespace decant::host::vst3
