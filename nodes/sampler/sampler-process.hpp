// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "nodes/realtime/annotations.hpp"
#include "nodes/realtime/event-queue.hpp"
#include "nodes/realtime/handover.hpp"
#include "nodes/sampler/deadline-governor.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/quality.hpp"
#include "nodes/sampler/queued-event.hpp"
#include "nodes/sampler/sinc-bank.hpp"
#include "nodes/sampler/voice-pool.hpp"

#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

/// Code and data of the sampler's audio thread.
namespace decant::sampler
{

/// An instrument as it is being played: what changes while its notes sound. Made and freed by the main side.
struct Program {
    std::shared_ptr<const Instrument> instrument;
    std::vector<std::uint32_t> sequence; ///< notes that each zone has seen, for seq_position
    std::uint32_t sounding = 0;          ///< voices
};

/// What the audio thread and others share.
struct SamplerLink {
    nodes::Handover<Program> programs;
    nodes::EventQueue<QueuedEvent> queue;

    std::atomic<float> volume = 1; ///< gain of everything
    std::atomic<Quality> quality = Quality::four_point;
    std::array<std::atomic<const SincBank*>, qualities> banks{}; ///< of the qualities that were asked for

    // Written by the audio thread alone, but for the last.
    std::atomic<std::uint32_t> active_voices = 0;
    std::atomic<std::uint32_t> peak_voices = 0;
    std::atomic<std::uint64_t> steals = 0;
    std::atomic<std::uint64_t> sacrifices = 0; ///< voices faded out to meet a deadline
    std::atomic<std::uint64_t> starved = 0;    ///< voices whose samples were not read in time
    std::atomic<std::uint64_t> frames = 0;
    std::atomic<std::uint64_t> events_dropped = 0; ///< by who filled the queue

    explicit SamplerLink(std::size_t queue_length) : queue(queue_length) {} // [main]
};

/// Everything that the audio thread alone works with, and its work. All of it is [rt], but for its making.
class SamplerProcess
{
    static constexpr std::size_t most_programs = 8;
    static constexpr std::uint32_t no_program = most_programs;

    struct Channel {
        std::array<std::uint8_t, 128> controls{};
        std::array<std::uint8_t, 128> velocities{}; ///< of the keys' last notes
        std::bitset<128> down;                      ///< keys
        std::bitset<128> sustained;                 ///< keys that are up, but held by the pedal
        int bend = 0;                               ///< -8192…8191

        Channel() noexcept;
        [[nodiscard]] bool pedal() const noexcept { return controls[64] >= 64; }
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
    std::array<Channel, 16> channels_;
    float volume_ = 1;
    std::uint64_t notes_ = 0;
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
    void adapt(double rate) noexcept DECANT_REALTIME;
    void keep_deadline(const nodes::Cycle& cycle) noexcept DECANT_REALTIME;
    void set_volume(float volume) noexcept DECANT_REALTIME;
    void render(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME;

    void handle(const QueuedEvent& event) noexcept DECANT_REALTIME;
    void handle(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME;
    void express(const QueuedEvent& event) noexcept DECANT_REALTIME;
    void note_on(std::uint8_t channel, std::uint8_t key, std::uint8_t velocity) noexcept DECANT_REALTIME;
    void note_off(std::uint8_t channel, std::uint8_t key) noexcept DECANT_REALTIME;
    void control_change(std::uint8_t channel, std::uint8_t which,
                        std::uint8_t value) noexcept DECANT_REALTIME;
    void pitch_bend(std::uint8_t channel, int bend) noexcept DECANT_REALTIME;
    void pedal_up(std::uint8_t channel) noexcept DECANT_REALTIME;
    void all_notes_off(std::uint8_t channel) noexcept DECANT_REALTIME;
    void all_sound_off(std::uint8_t channel) noexcept DECANT_REALTIME;
    void reset_controllers(std::uint8_t channel) noexcept DECANT_REALTIME;

    template <class Wanted>
    void start_zones(std::uint8_t channel, std::uint8_t key, std::uint8_t velocity,
                     Wanted&& wanted) noexcept DECANT_REALTIME;
    [[nodiscard]] bool fits(const Zone& zone, std::uint8_t channel, std::uint8_t velocity,
                            float random) const noexcept DECANT_REALTIME;
    void start_voice(const Zone& zone, std::uint8_t channel, std::uint8_t key,
                     std::uint8_t velocity) noexcept DECANT_REALTIME;
    void choke(int group) noexcept DECANT_REALTIME;
    void release_voices(std::uint8_t channel, std::uint8_t key) noexcept DECANT_REALTIME;
    void remove(VoicePlace voice) noexcept DECANT_REALTIME;
    void update_gains(std::uint8_t channel) noexcept DECANT_REALTIME;
    [[nodiscard]] StereoGain gain(const Zone& zone, float velocity_gain,
                                  const Channel& channel) const noexcept DECANT_REALTIME;
    [[nodiscard]] static double bend_cents(const Region& region,
                                           const Channel& channel) noexcept DECANT_REALTIME;
    [[nodiscard]] float next_random() noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
