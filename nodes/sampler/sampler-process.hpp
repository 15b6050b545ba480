// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "nodes/realtime/annotations.hpp"
#include "nodes/realtime/event-queue.hpp"
#include "nodes/realtime/handover.hpp"
#include "nodes/sampler/channel.hpp"
#include "nodes/sampler/control-board.hpp"
#include "nodes/sampler/control-signals.hpp"
#include "nodes/sampler/deadline-governor.hpp"
#include "nodes/sampler/fade-tail.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/key-tuning.hpp"
#include "nodes/sampler/quality.hpp"
#include "nodes/sampler/queued-event.hpp"
#include "nodes/sampler/sinc-bank.hpp"
#include "nodes/sampler/voice-pool.hpp"

#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

/// Code and data of the sampler's audio thread.
namespace decant::sampler
{

/// An instrument as it is being played: what changes while its notes sound. Made and freed by the main side.
struct Program {
    std::shared_ptr<const Instrument> instrument;
    std::shared_ptr<const KeyTuning> tuning; ///< null: equal temperament
    std::vector<std::uint32_t> sequence;     ///< notes that each zone has seen, for seq_position
    SignalValues signals;
    std::vector<std::int16_t> switches; ///< last key pressed of each keyswitch, by channel; -1: none
    std::uint32_t sounding = 0;         ///< voices
    bool fades = false;                 ///< controllers cross-fade some of its zones
    std::bitset<128> switch_keys;       ///< that play nothing
    CombFilters combs;

    Program(std::shared_ptr<const Instrument> of, std::shared_ptr<const KeyTuning> tuned); // [main]

    [[nodiscard]] std::int16_t& last_switch(std::uint8_t channel,
                                            std::size_t keyswitch) noexcept DECANT_REALTIME
    {
        return switches[channel * instrument->keyswitches().size() + keyswitch];
    }
};

/// What the audio thread and others share.
struct SamplerLink {
    nodes::Handover<Program> programs;

    std::atomic<float> volume = 1; ///< gain of everything
    std::atomic<Quality> quality = Quality::four_point;
    std::array<std::atomic<const SincBank*>, qualities> banks{}; ///< of the qualities that were asked for
    std::atomic<float> tuning = 0;                               ///< cents
    std::atomic<std::int32_t> transposition = 0;                 ///< keys
    std::atomic<std::size_t> polyphony;                          ///< voices
    ControlBoard controls;
    nodes::EventQueue<QueuedEvent> queue;

    // Written by the audio thread alone, but for the last.
    std::atomic<std::uint32_t> active_voices = 0;
    std::atomic<std::uint32_t> peak_voices = 0;
    std::atomic<std::uint64_t> steals = 0;
    std::atomic<std::uint64_t> sacrifices = 0; ///< voices faded out to meet a deadline
    std::atomic<std::uint64_t> starved = 0;    ///< voices whose samples were not read in time
    std::atomic<std::uint64_t> frames = 0;
    std::atomic<std::uint64_t> events_dropped = 0; ///< by who filled the queue

    SamplerLink(std::size_t queue_length, std::size_t voices) // [main]
        : polyphony(voices), queue(queue_length)
    {
    }
};

/// Everything that the audio thread alone works with, and its work. All of it is [rt], but for its making.
class SamplerProcess
{
    static constexpr std::size_t most_programs = 8;
    static constexpr std::uint32_t no_program = most_programs;
    static constexpr std::size_t most_delayed = 1024;

    // A voice that is to start.
    struct Delayed {
        std::uint64_t due; // frame
        VoiceStart start;
    };

    SamplerLink& link_;
    VoicePool voices_;
    FadeTail tail_;
    RenderSettings settings_;
    StreamClock streams_;
    DeadlineGovernor governor_;
    std::size_t rendered_ = 0; // voices at the block's start
    std::array<std::unique_ptr<Program>, most_programs>
        programs_; // the current one and those that still sound
    std::uint32_t current_ = no_program;
    static constexpr std::uint8_t channel_count = 16;
    std::array<Channel, channel_count> channels_;
    std::vector<Delayed> delayed_; // the first delayed_count_
    std::size_t delayed_count_ = 0;
    float volume_ = 1;
    std::int32_t transposition_ = 0;
    std::uint64_t notes_ = 0;
    std::uint64_t clock_ = 0; // frames rendered
    nodes::Transport song_;   // where it was at song_clock_
    std::uint64_t song_clock_ = 0;
    std::uint32_t name_ = 0; // that the sender gives to the note which starts
    std::uint32_t random_ = 0x9e3779b9;

public:
    SamplerProcess(SamplerLink& link, std::size_t polyphony); // [main]
    SamplerProcess(const SamplerProcess&) = delete;
    SamplerProcess& operator=(const SamplerProcess&) = delete;
    ~SamplerProcess(); // [main]

    /// The memory of the voices. [main]
    [[nodiscard]] std::pair<const void*, std::size_t> memory() const noexcept { return voices_.memory(); }

    /// See Processor::process(). Preconditions: two outputs.
    void process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME;

private:
    void exchange_programs() noexcept DECANT_REALTIME;
    void begin_program(Program& program) noexcept DECANT_REALTIME;
    void adapt(double rate) noexcept DECANT_REALTIME;
    void follow(const nodes::Transport& transport) noexcept DECANT_REALTIME;
    void keep_deadline(const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    void set_volume(float volume) noexcept DECANT_REALTIME;
    void keep_limit(std::size_t polyphony) noexcept DECANT_REALTIME;
    void grant_wishes() noexcept DECANT_REALTIME;
    void render(const OutputPairs& outputs, std::uint32_t frames) noexcept DECANT_REALTIME;
    [[nodiscard]] std::uint32_t frames_at_once(std::uint32_t most) const noexcept DECANT_REALTIME;
    void move_signals() noexcept DECANT_REALTIME;
    void start_delayed() noexcept DECANT_REALTIME;

    void handle(const QueuedEvent& event) noexcept DECANT_REALTIME;
    void handle(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME;
    void handle_midi2(const std::array<std::uint32_t, 2>& message) noexcept DECANT_REALTIME;
    void press(std::uint8_t channel, std::uint8_t key, float velocity,
               std::optional<float> pitch = {}) noexcept DECANT_REALTIME;
    void lift(std::uint8_t channel, std::uint8_t key, float velocity) noexcept DECANT_REALTIME;
    void express(const QueuedEvent& event) noexcept DECANT_REALTIME;
    void note_on(std::uint8_t channel, std::uint8_t key, float velocity) noexcept DECANT_REALTIME;
    void note_off(std::uint8_t channel, std::uint8_t key, float velocity) noexcept DECANT_REALTIME;
    void control_change(std::uint8_t channel, std::uint8_t which,
                        std::uint8_t value) noexcept DECANT_REALTIME;
    bool change_mode(std::uint8_t channel, std::uint8_t which) noexcept DECANT_REALTIME;
    void set_program(std::uint8_t channel, std::uint8_t program) noexcept DECANT_REALTIME;
    void set_registered(std::uint8_t channel, int parameter, std::uint32_t value) noexcept DECANT_REALTIME;
    [[nodiscard]] NoteExpression expression_of(std::uint8_t channel,
                                               std::uint8_t key) const noexcept DECANT_REALTIME;
    void express(VoicePlace voice, const NoteExpression& expression) noexcept DECANT_REALTIME;
    void express_keys(std::uint8_t channel, const std::bitset<128>& keys) noexcept DECANT_REALTIME;
    void control_key(std::uint8_t channel, std::uint8_t key, unsigned which, std::uint32_t value,
                     std::uint8_t sent_key) noexcept DECANT_REALTIME;
    void reset_expressions(std::uint8_t channel, std::bitset<128> keys) noexcept DECANT_REALTIME;
    void set_control(std::uint8_t channel, unsigned which, float value) noexcept DECANT_REALTIME;
    void set_for_zone(std::uint8_t channel, unsigned which, float value) noexcept DECANT_REALTIME;
    float move_control(std::uint8_t channel, unsigned which, float value) noexcept DECANT_REALTIME;
    void start_by_control(std::uint8_t channel, unsigned which, float before) noexcept DECANT_REALTIME;
    void key_aftertouch(std::uint8_t channel, std::uint8_t key, float pressure) noexcept DECANT_REALTIME;
    void pitch_bend(std::uint8_t channel, double bend) noexcept DECANT_REALTIME;
    void set_data_entry(std::uint8_t channel, unsigned which, std::uint8_t value) noexcept DECANT_REALTIME;
    void set_zone(std::uint8_t manager, unsigned members) noexcept DECANT_REALTIME;
    void join(std::uint8_t channel, std::uint8_t home) noexcept DECANT_REALTIME;
    [[nodiscard]] bool in_zone(std::uint8_t channel) const noexcept DECANT_REALTIME;
    void sustain_up(std::uint8_t channel) noexcept DECANT_REALTIME;
    void release_unheld(std::uint8_t channel) noexcept DECANT_REALTIME;
    void all_notes_off(std::uint8_t channel) noexcept DECANT_REALTIME;
    void all_sound_off(std::uint8_t channel) noexcept DECANT_REALTIME;
    void reset_controllers(std::uint8_t channel) noexcept DECANT_REALTIME;

    [[nodiscard]] int transposed(std::uint8_t key) const noexcept DECANT_REALTIME;
    [[nodiscard]] int played_key(std::uint8_t channel, std::uint8_t key) const noexcept DECANT_REALTIME;
    [[nodiscard]] unsigned sustain_control() const noexcept DECANT_REALTIME;
    [[nodiscard]] unsigned sostenuto_control() const noexcept DECANT_REALTIME;
    [[nodiscard]] bool pedal(const Channel& channel) const noexcept DECANT_REALTIME;
    [[nodiscard]] bool held(const Voice& voice) const noexcept DECANT_REALTIME;

    void start_zones(std::uint8_t channel, std::uint8_t key, float velocity,
                     std::initializer_list<Trigger> wanted) noexcept DECANT_REALTIME;
    void start_zone(std::uint32_t index, const NoteConditions& note) noexcept DECANT_REALTIME;
    [[nodiscard]] NoteConditions conditions(std::uint8_t channel, std::uint8_t key,
                                            float velocity) noexcept DECANT_REALTIME;
    [[nodiscard]] VoiceStart voice_start(const Zone& zone, const NoteConditions& note,
                                         double& delay) noexcept DECANT_REALTIME;
    [[nodiscard]] double beats_to_wait(const Region& region) const noexcept DECANT_REALTIME;
    void start_voice(VoiceStart start) noexcept DECANT_REALTIME;
    void give_back(const FilterBank::Combs& combs, std::uint32_t program) noexcept DECANT_REALTIME;
    void keep_polyphony(const VoiceStart& start) noexcept DECANT_REALTIME;
    template <class Counts>
    void make_room(int limit, Counts&& counts) noexcept DECANT_REALTIME;
    void choke(int group) noexcept DECANT_REALTIME;
    void remove(VoicePlace voice) noexcept DECANT_REALTIME;
    void update_levels(std::uint8_t channel) noexcept DECANT_REALTIME;
    [[nodiscard]] VoiceLevel level(const VoiceStart& voice) const noexcept DECANT_REALTIME;
    [[nodiscard]] double bend_cents(const Region& region, std::uint8_t index) const noexcept DECANT_REALTIME;
    [[nodiscard]] float next_random() noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
