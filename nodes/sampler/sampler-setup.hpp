// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "nodes/sampler/locked-memory.hpp"
#include "nodes/sampler/quality.hpp"
#include "nodes/sampler/queued-event.hpp"
#include "nodes/sampler/sampler-process.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace decant::sampler
{

struct SamplerOptions {
    std::size_t polyphony = 256; ///< voices, 1…65536
    Quality quality = Quality::four_point;
    std::size_t queue_length = 1024; ///< events from another thread that wait for the next block, 1…65536
};

struct SamplerStats {
    std::uint32_t active_voices;
    std::uint32_t peak_voices;
    std::uint64_t steals;
    std::uint64_t sacrifices;     ///< voices faded out so that a block met its deadline
    std::uint64_t starved;        ///< voices faded out because their samples were not read in time
    std::uint64_t frames;         ///< rendered since it was made
    std::uint64_t events_dropped; ///< because the queue was full
};

/// Plays an instrument: MIDI in, pairs of outputs (left, right).
///
/// Answers to notes, pitch bend, aftertouch, program changes and the controllers 7 (volume), 10 (pan), 11
/// (expression), 64 (sustain pedal), 66 (sostenuto), 120, 121 and 123 to 127, and to those that the
/// instrument uses, on all 16 channels. Silent, with outputs of exact zeros, until an instrument is given.
class Sampler final : public nodes::Processor
{
    SamplerLink link_;
    SamplerProcess process_;
    LockedMemory locked_; // the voices

public:
    /// Throws std::invalid_argument if an option is out of range. [main]
    explicit Sampler(const SamplerOptions& options = {});

    /// Of a sampler with pairs of outputs, 1…16; what is beyond counts as that.
    [[nodiscard]] static nodes::PortLayout ports(unsigned pairs = 1);

    /// Writes the outputs: left and right of each pair in turn. A region whose `output` has no pair is heard
    /// in the first. Events of other threads count as the first of the block. [rt]
    void process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME override;

    /// From the next block on, new notes play `instrument`. Sounding ones play on to their end with what they
    /// started with. `tuning` may be null: the equal temperament. Also frees what collect() does. Throws
    /// std::invalid_argument if there is no instrument. [main]
    void play(std::shared_ptr<const Instrument> instrument, std::shared_ptr<const KeyTuning> tuning = {});

    /// Frees an instrument whose last note has ended, if there is one. Call it now and then after play(); at
    /// most one instrument is freed per call and block. [main]
    void collect() noexcept;

    /// Sets the volume of everything, in dB: limited to -144 (silence) … 24. Sounding notes follow within a
    /// few milliseconds. [any]
    void set_volume(float decibels) noexcept;

    /// Sounding notes follow with the next block. A sinc quality takes a moment when it is first asked for.
    /// [main]
    void set_quality(Quality quality);

    /// Moves the pitch of everything, by up to 2400 cents each way. Sounding notes follow with the next
    /// block. [any]
    void set_tuning(float cents) noexcept;

    /// Notes that begin from the next block on are those of the keys so many higher; keys that only switch
    /// stay where they are. [any]
    void set_transposition(int keys) noexcept;

    /// Fewer voices than there are, or as many again. Those that are too many fade out. [any]
    void set_polyphony(std::size_t voices) noexcept;

    /// Sets a controller, 0…511, on all channels with the next block; an instrument that begins leaves it so.
    /// `value` is 0…1. [any]
    void set_control(unsigned control, float value) noexcept;

    /// Whether set_control() has set it. [any]
    [[nodiscard]] bool keeps_control(unsigned control) const noexcept;

    /// The value that a controller was set to last, on whichever channel. [any]
    [[nodiscard]] float control(unsigned control) const noexcept;

    /// Queues what shall happen in the next block; events of one thread come in order of their frames. False
    /// if the queue is full, which is counted, or the data of a message is above 127. [any]
    bool queue(const QueuedEvent& event) noexcept DECANT_REALTIME;

    /// Queue a note for the next block. `channel` is 0…15, `key` and `velocity` 0…127. False if the queue is
    /// full, which is counted, or an argument is out of range. [any]
    bool note_on(unsigned channel, unsigned key, unsigned velocity) noexcept;
    bool note_off(unsigned channel, unsigned key) noexcept;
    bool control_change(unsigned channel, unsigned control, unsigned value) noexcept;

    /// [any]
    [[nodiscard]] SamplerStats stats() const noexcept;

private:
    bool queue_message(unsigned status, unsigned channel, unsigned first, unsigned second) noexcept;
};

} // namespace decant::sampler
