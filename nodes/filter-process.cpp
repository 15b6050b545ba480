// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/filter-process.hpp"

#include <pipewire/filter.h>
#include <spa/node/io.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace decant::nodes
{

namespace
{

constexpr std::uint64_t second = 1'000'000'000;

/// PipeWire's freewheel driver waits five seconds for a node, then calls it an xrun.
constexpr std::uint64_t freewheel_time = 4 * second;

constexpr std::uint64_t least_guard = 150'000;

std::uint64_t monotonic_now() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * second + static_cast<std::uint64_t>(now.tv_nsec);
}

void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) noexcept
{
    // One writer: no read-modify-write is needed.
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

/// Takes the port's buffer and hands it back at once, as pw_filter_get_dsp_buffer does: a cycle without both
/// wedges the port for good on PipeWire 1.4 (fixed in 1.6.5). The memory stays ours until the end of the
/// cycle. Null if the port is not linked.
spa_data* cycle_buffer(void* port_data) noexcept
{
    pw_buffer* buffer = pw_filter_dequeue_buffer(port_data);
    if (buffer == nullptr)
        return nullptr;
    spa_data* data = buffer->buffer->n_datas > 0 ? &buffer->buffer->datas[0] : nullptr;
    pw_filter_queue_buffer(port_data, buffer);
    return data != nullptr && data->data != nullptr ? data : nullptr;
}

/// The valid bytes of a buffer that another process filled; empty if it claims more than there is.
std::span<const std::byte> content(const spa_data& data) noexcept
{
    const std::uint32_t offset = data.chunk->offset;
    const std::uint32_t size = data.chunk->size;
    if (offset > data.maxsize || size > data.maxsize - offset)
        return {};
    return {static_cast<const std::byte*>(data.data) + offset, size};
}

void set_content(spa_data& data, std::uint32_t size, std::int32_t stride) noexcept
{
    data.chunk->offset = 0;
    data.chunk->size = size;
    data.chunk->stride = stride;
    data.chunk->flags = 0;
}

const float* input_samples(void* port_data, std::uint32_t frames) noexcept
{
    const spa_data* data = cycle_buffer(port_data);
    constexpr int not_meant = SPA_CHUNK_FLAG_EMPTY | SPA_CHUNK_FLAG_CORRUPTED;
    if (data == nullptr || (data->chunk->flags & not_meant) != 0)
        return nullptr;
    const auto bytes = content(*data);
    const bool usable = bytes.size() >= frames * sizeof(float) &&
                        reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) == 0;
    return usable ? reinterpret_cast<const float*>(bytes.data()) : nullptr;
}

/// On every channel, since not every plugin listens to each of them: the sustain pedal up, or notes that end
/// sound on; all sound off; all notes off.
constexpr std::array<std::uint8_t, 3> ending_controllers{64, 120, 123};
constexpr std::size_t midi_channels = 16;
constexpr std::size_t ending_messages = midi_channels * ending_controllers.size();

struct EndOfAll {
    std::array<std::array<std::uint8_t, 3>, ending_messages> bytes{};
    std::array<MidiEvent, ending_messages> events{};

    EndOfAll()
    {
        for (std::size_t i = 0; i < ending_messages; ++i) {
            constexpr std::uint8_t control_change = 0xb0;
            bytes[i] = {static_cast<std::uint8_t>(control_change | (i / ending_controllers.size())),
                        ending_controllers[i % ending_controllers.size()], 0};
            events[i] = {0, bytes[i]};
        }
    }
    EndOfAll(const EndOfAll&) = delete;
    EndOfAll& operator=(const EndOfAll&) = delete;
};

const EndOfAll end_of_all;

} // namespace

CycleTimes cycle_times(std::uint64_t start, std::uint64_t next, std::uint64_t period,
                       std::uint64_t now) noexcept DECANT_REALTIME
{
    // A clock that is more than two periods away is not CLOCK_MONOTONIC, not set, or has just slept.
    if (start > now + 2 * period || start + 2 * period < now)
        start = now;
    if (next <= start || next > start + 2 * period)
        next = start + period;
    const std::uint64_t guard = std::min(std::max(period / 5, least_guard), period / 2);
    return {start, next - guard};
}

/// Null if nobody fetches the block. A port that is linked has buffers before pw_filter knows where to leave
/// a block, and that before the link's own start in the data loop: until then nothing is fetched, and each
/// block that is queued makes all that follow wait, so that the port is late by it for good and others of the
/// node are not (PipeWire 1.4 to 1.7).
spa_data* FilterProcess::Output::cycle_buffer() const noexcept DECANT_REALTIME
{
    const spa_io_buffers* waiting = exchange.load(std::memory_order_relaxed);
    if (waiting == nullptr || waiting->status == SPA_STATUS_HAVE_DATA)
        return nullptr;
    return nodes::cycle_buffer(data);
}

float* FilterProcess::Output::samples(std::uint32_t frames) noexcept DECANT_REALTIME
{
    spa_data* buffer = cycle_buffer();
    if (buffer == nullptr)
        return scratch.data();
    const auto size = static_cast<std::uint32_t>(frames * sizeof(float));
    const bool fits = size <= buffer->maxsize;
    set_content(*buffer, fits ? size : 0, sizeof(float));
    return fits ? static_cast<float*>(buffer->data) : scratch.data();
}

FilterProcess::FilterProcess(Processor& processor, FilterCounters& counters, ChannelMask channels)
    : processor_(processor), counters_(counters), midi_reader_(channels)
{
}

void FilterProcess::add_input(void* port_data)
{
    inputs_.push_back({port_data, std::vector<float>(max_cycle_frames)});
    input_data_.resize(inputs_.size());
}

void FilterProcess::add_output(void* port_data)
{
    auto& output = outputs_.emplace_back();
    output.data = port_data;
    output.scratch.resize(max_cycle_frames);
    output_data_.resize(outputs_.size());
}

void FilterProcess::set_exchange(const void* port_data, const spa_io_buffers* exchange) noexcept
{
    for (auto& output : outputs_)
        if (output.data == port_data)
            output.exchange.store(exchange, std::memory_order_relaxed);
    if (midi_out_port_.data == port_data)
        midi_out_port_.exchange.store(exchange, std::memory_order_relaxed);
    if (midi_in_port_ == port_data && exchange == nullptr)
        let_go(0); // nobody is linked any more
}

void FilterProcess::let_go(std::uint64_t since) noexcept
{
    auto earliest = left_since_.load(std::memory_order_relaxed);
    while (since < earliest &&
           !left_since_.compare_exchange_weak(earliest, since, std::memory_order_relaxed)) {
    }
}

std::span<const MidiEvent> FilterProcess::take_midi(std::uint32_t frames,
                                                    std::uint64_t now) noexcept DECANT_REALTIME
{
    if (midi_in_port_ == nullptr)
        return {};
    const spa_data* data = cycle_buffer(midi_in_port_);
    auto events = midi_reader_.read(data != nullptr ? content(*data) : std::span<const std::byte>(), frames);
    auto since = left_since_.load(std::memory_order_relaxed);
    if (since != nobody_left)
        since = left_since_.exchange(nobody_left, std::memory_order_relaxed);
    const auto given = since != nobody_left ? held_notes_.release(events, since) : events;
    held_notes_.watch(events, now);
    return given;
}

void FilterProcess::count_missed(const spa_io_position& position) noexcept DECANT_REALTIME
{
    const std::uint32_t cycle = position.clock.cycle;
    const bool same_driver = position.clock.id == clock_id_;
    const bool resumed = resumed_.load(std::memory_order_relaxed);
    if (resumed)
        resumed_.store(false, std::memory_order_relaxed);
    else if (same_driver && cycle - clock_cycle_ > 1 && cycle - clock_cycle_ < UINT32_MAX / 2)
        add(counters_.missed, cycle - clock_cycle_ - 1);
    clock_id_ = position.clock.id;
    clock_cycle_ = cycle;
}

void FilterProcess::run(const spa_io_position* position) noexcept DECANT_REALTIME
{
    const std::uint64_t began = monotonic_now();
    static constexpr spa_io_position no_position{};
    const spa_io_position& now = position != nullptr ? *position : no_position;

    Cycle cycle{};
    cycle.frames = static_cast<std::uint32_t>(std::min<std::uint64_t>(now.clock.duration, max_cycle_frames));
    cycle.rate = now.clock.rate.denom;

    // Even a cycle that cannot be processed takes and returns the buffer of each port.
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const float* samples = input_samples(inputs_[i].data, cycle.frames);
        input_data_[i] = samples != nullptr ? samples : inputs_[i].silence.data();
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i)
        output_data_[i] = outputs_[i].samples(cycle.frames);
    cycle.midi_in = take_midi(cycle.frames, began);
    // What comes in the same cycle is lost with it; whoever panics wants silence.
    if (midi_in_port_ != nullptr && panic_.load(std::memory_order_relaxed) &&
        panic_.exchange(false, std::memory_order_relaxed))
        cycle.midi_in = end_of_all.events;
    const bool has_midi_out = midi_out_port_.data != nullptr;
    spa_data* midi_out = has_midi_out ? midi_out_port_.cycle_buffer() : nullptr;
    midi_writer_.begin(midi_out != nullptr
                           ? std::span(static_cast<std::byte*>(midi_out->data), midi_out->maxsize)
                           : std::span<std::byte>(),
                       cycle.frames);

    if (cycle.frames != 0 && cycle.rate != 0) {
        count_missed(now);
        const std::uint64_t period = cycle.frames * second / cycle.rate;
        cycle.freewheel = (now.clock.flags & SPA_IO_CLOCK_FLAG_FREEWHEEL) != 0;
        const auto times = cycle_times(now.clock.nsec, now.clock.next_nsec, period, began);
        cycle.start_nsec = times.start;
        cycle.deadline_nsec = cycle.freewheel ? began + freewheel_time : times.deadline;
        cycle.transport =
            with_tempo(transport_.read(now), tempo_.load(std::memory_order_relaxed), cycle.rate);
        cycle.inputs = input_data_;
        cycle.outputs = output_data_;
        cycle.midi_out = has_midi_out ? &midi_writer_ : nullptr;
        processor_.process(cycle);

        counters_.rate.store(cycle.rate, std::memory_order_relaxed);
        counters_.frames.store(cycle.frames, std::memory_order_relaxed);
        add(counters_.cycles, 1);
        add(counters_.period_nsec, period);
        add(counters_.busy_nsec, monotonic_now() - began);
    }

    const std::uint32_t midi_size = midi_writer_.finish();
    if (midi_out != nullptr)
        set_content(*midi_out, midi_size, 1);
    counters_.midi_lost.store(midi_reader_.lost() + held_notes_.lost(), std::memory_order_relaxed);
}

} // namespace decant::nodes
