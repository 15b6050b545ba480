// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/bridge-process.hpp"

#include "nodes/bridge/futex.hpp"
#include "nodes/bridge/midi-message.hpp"
#include "nodes/bridge/stranger.hpp"
#include "wine-host/protocol/layout.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace decant::bridge
{

namespace
{

/// Replaces what is no number by silence; returns how many samples that were. By bits, as a comparison of
/// floats is what -ffast-math and a plugin's idea of the rounding mode could change.
std::uint64_t silence_non_finite(float* samples, std::size_t count) noexcept DECANT_REALTIME
{
    constexpr std::uint32_t exponent = 0x7f800000;
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const bool bad = (std::bit_cast<std::uint32_t>(samples[i]) & exponent) == exponent;
        samples[i] = bad ? 0.0F : samples[i];
        found += bad;
    }
    return found;
}

std::uint64_t period_of(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    constexpr std::uint64_t second = 1'000'000'000;
    return cycle.frames * second / std::max(cycle.rate, 1U);
}

std::uint32_t flags_of(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    std::uint32_t flags = 0;
    if (cycle.transport.playing)
        flags |= protocol::block_playing;
    if (cycle.transport.tempo_valid)
        flags |= protocol::block_tempo_valid;
    if (cycle.freewheel)
        flags |= protocol::block_freewheel;
    return flags;
}

} // namespace

void BridgeState::process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    if (cycle.frames == 0 || cycle.frames > protocol::max_frames) {
        for (float* const output : cycle.outputs)
            std::fill_n(output, cycle.frames, 0.0F);
        return;
    }
    counters.blocks.add();
    hear_programs(cycle);
    const bool ours = !occupied.exchange(true, std::memory_order_acquire);
    if (ours) {
        take_host();
        if (std::exchange(other_host, false))
            end_notes(cycle.midi_out);
    } else {
        counters.dropped.add();
        counters.lost_events.add(keep_missed(cycle));
    }
    const std::uint32_t ahead = mode == BridgeMode::pipelined ? cycle.frames : 0;
    fallback.record(cycle.inputs, cycle.frames,
                    std::min(latency.load(std::memory_order_relaxed) + ahead, protocol::max_latency));
    const bool played = ours && run_plugin(cycle);
    if (played && !bypass.load(std::memory_order_relaxed))
        fallback.accept(cycle.outputs, cycle.frames);
    else
        fallback.replace(cycle.outputs, cycle.frames);
    if (ours)
        occupied.store(false, std::memory_order_release);
}

void BridgeState::take_host() noexcept DECANT_REALTIME
{
    if (!hosts.exchange(host))
        return;
    latency.store(host->latency, std::memory_order_relaxed);
    other_host = true;
    discontinuity = overdue = false;
    posted_frames = 0;
    patience = {};
    told = false;
}

/// Whether the outputs are the plugin's.
bool BridgeState::run_plugin(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    if (!host || host->exchange->abandoned()) {
        counters.detached.add();
        end_notes(cycle.midi_out);
        missed.clear(); // as what comes now is
        return false;
    }
    auto& exchange = *host->exchange;
    // Cycles that follow at once leave the plugin no time between them.
    if (posted_frames != 0 && cycle.freewheel)
        (void)exchange.wait();
    if (!exchange.idle()) {
        counters.dropped.add();
        discontinuity = true;
        give_up_posted();
        counters.lost_events.add(keep_missed(cycle));
        return false;
    }
    if (posted_frames != cycle.frames) // a block of another size cannot be played in place of this one
        give_up_posted();
    exchange.settle();
    read_overdue(exchange.memory(), layout.midi_out ? cycle.midi_out : nullptr);
    return mode == BridgeMode::pipelined ? run_pipelined(exchange, cycle) : run_in_step(exchange, cycle);
}

void BridgeState::post(BlockExchange& exchange, const nodes::Cycle& cycle, std::uint64_t now,
                       std::uint64_t deadline) noexcept DECANT_REALTIME
{
    const std::uint64_t period = cycle.freewheel ? 0 : period_of(cycle);
    const bool anticipates = wake.load(std::memory_order_relaxed) == BridgeWake::anticipate &&
                             mode == BridgeMode::sync && period != 0;
    write_block(exchange.memory(), cycle,
                anticipation.next({now, cycle.start_nsec, anticipates ? period : 0}));
    const bool awake = exchange.post(
        now, {deadline, period, anticipates ? time_to_look() : 0, mode != BridgeMode::pipelined});
    if (anticipates && told) {
        anticipation.learn(awake);
        counters.anticipated.add();
        counters.found_awake.add(awake ? 1 : 0);
    }
    told = anticipates;
}

/// As long as the reply usually needs, with some to spare. For a plugin that takes much longer than it takes
/// to wake a thread, there is nothing to be gained.
std::uint64_t BridgeState::time_to_look() const noexcept DECANT_REALTIME
{
    constexpr std::uint64_t most = 100'000;
    constexpr std::uint64_t spare = 10'000;
    const std::uint64_t usual = patience.usual_nsec();
    if (usual > most)
        return 0;
    return usual == 0 ? most : std::min(2 * usual + spare, most);
}

bool BridgeState::run_in_step(BlockExchange& exchange, const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    const std::uint64_t start = now_nsec();
    // In freewheel no neighbour's time is short.
    const std::uint64_t end =
        cycle.freewheel ? cycle.deadline_nsec
                        : patience.end(start, cycle.deadline_nsec, cycle.start_nsec + period_of(cycle));
    post(exchange, cycle, start, end);
    const bool answered = exchange.wait();
    exchange.settle();
    // What a plugin is not active for, it has not seen.
    if (answered && copy_of_strangers(exchange.memory().result).status == protocol::BlockStatus::not_active)
        counters.lost_events.add(keep_missed(cycle));
    else
        missed.clear();
    if (!answered) {
        (exchange.abandoned() ? counters.detached : counters.late).add();
        discontinuity = overdue = true;
        if (!cycle.freewheel)
            patience.late(end - std::min(start, end));
        return false;
    }
    const std::uint64_t round_trip = now_nsec() - start;
    patience.in_time(round_trip);
    return read_block(exchange.memory(), cycle, round_trip);
}

/// The pipelined block that is out, if one is, will not be heard.
void BridgeState::give_up_posted() noexcept DECANT_REALTIME
{
    if (std::exchange(posted_frames, 0) == 0)
        return;
    counters.late.add();
    overdue = true;
}

/// The host has had a whole period for the block before this one: takes that, and leaves it this one.
bool BridgeState::run_pipelined(BlockExchange& exchange, const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    const std::uint64_t now = now_nsec();
    bool read = false;
    if (posted_frames != 0) {
        read = read_block(exchange.memory(), cycle, now - exchange.posted_nsec());
        if (!read && copy_of_strangers(exchange.memory().result).status == protocol::BlockStatus::not_active)
            take_back_posted();
    }
    post(exchange, cycle, now, cycle.deadline_nsec + period_of(cycle));
    posted_lost = keep_missed(cycle);
    std::swap(posted, missed);
    missed.clear();
    posted_frames = cycle.frames;
    return read;
}

/// The plugin was not active for the block that was posted, and has not seen what that says.
void BridgeState::take_back_posted() noexcept DECANT_REALTIME
{
    posted_lost += posted.append(missed);
    std::swap(posted, missed);
    counters.lost_events.add(posted_lost);
}

/// Of a plugin that is gone, and says so itself no more.
void BridgeState::end_notes(nodes::MidiSink* sink) noexcept DECANT_REALTIME
{
    if (!sounding || sink == nullptr)
        return;
    for (const auto& end : sounding->release({}, 0))
        if (!sink->push(end.frame, end.bytes))
            counters.lost_events.add();
}

void BridgeState::hear_programs(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    if (layout.select_programs)
        for (const auto& event : cycle.midi_in)
            programs.hear(event.bytes);
}

bool BridgeState::is_for_plugin(std::span<const std::uint8_t> message) const noexcept DECANT_REALTIME
{
    return layout.midi_in && !message.empty() && !(layout.select_programs && ProgramChanges::is_one(message));
}

/// The host does not see this block. What it must not miss waits for the next one: a note that is never
/// switched off would sound for ever. Returns how much of it cannot.
std::uint64_t BridgeState::keep_missed(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    std::uint64_t lost = 0;
    for (const auto& event : cycle.midi_in)
        if (is_for_plugin(event.bytes) && (is_note_on(event.bytes) || !missed.keep(event.bytes)))
            ++lost;
    return lost;
}

void BridgeState::write_block(protocol::Region& region, const nodes::Cycle& cycle,
                              protocol::PollWindow next) noexcept DECANT_REALTIME
{
    for (std::size_t channel = 0; channel < layout.inputs; ++channel) {
        float* const place = region.audio_in[channel].data();
        if (channel < cycle.inputs.size())
            std::memcpy(place, cycle.inputs[channel], cycle.frames * sizeof(float));
        else
            std::fill_n(place, cycle.frames, 0.0F);
    }
    const auto& transport = cycle.transport;
    region.block = {
        .frames = cycle.frames,
        .rate = cycle.rate,
        .flags = flags_of(cycle) | (discontinuity ? protocol::block_discontinuity : 0U),
        .event_bytes = write_events(region, cycle),
        .position = transport.position,
        .monotonic_nsec = cycle.start_nsec,
        .tempo = transport.tempo,
        .quarter_position = transport.quarter_position,
        .bar_start = transport.bar_start,
        .signature_numerator = transport.numerator,
        .signature_denominator = transport.denominator,
        .next = next,
    };
    discontinuity = false;
}

void BridgeState::write_parameters(protocol::EventWriter& events) noexcept DECANT_REALTIME
{
    ParameterChange change;
    while (parameters_in.pop(change))
        if (!events.push_parameter(0, change.id, change.value))
            counters.lost_events.add();
}

/// Parameters first, so that a note of this block sounds as they say, then what was missed, then the block's
/// own MIDI.
std::uint32_t BridgeState::write_events(protocol::Region& region,
                                        const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    protocol::EventWriter events(region.events_in);
    write_parameters(events);
    counters.lost_events.add(missed.write_to(events));
    for (const auto& midi : cycle.midi_in)
        if (is_for_plugin(midi.bytes) && !events.push_midi(midi.frame, midi.bytes))
            counters.lost_events.add();
    return events.size();
}

bool BridgeState::read_block(const protocol::Region& region, const nodes::Cycle& cycle,
                             std::uint64_t round_trip) noexcept DECANT_REALTIME
{
    const auto result = copy_of_strangers(region.result);
    if (result.status == protocol::BlockStatus::not_active) {
        counters.not_active.add();
        return false;
    }
    if (result.status != protocol::BlockStatus::done) {
        counters.failed.add();
        return false;
    }
    counters.complete(round_trip, result.plugin_nsec);
    latency.store(std::min(result.latency, protocol::max_latency), std::memory_order_relaxed);
    if ((result.flags & protocol::reply_events_lost) != 0)
        counters.lost_events.add();
    read_audio(region, cycle);
    read_events(region, result.event_bytes, cycle);
    return true;
}

void BridgeState::read_audio(const protocol::Region& region,
                             const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    std::uint64_t non_finite = 0;
    for (std::size_t channel = 0; channel < cycle.outputs.size(); ++channel) {
        float* const output = cycle.outputs[channel];
        if (channel >= layout.outputs) {
            std::fill_n(output, cycle.frames, 0.0F);
            continue;
        }
        copy_from_stranger(output, region.audio_out[channel].data(), cycle.frames * sizeof(float));
        non_finite += silence_non_finite(output, cycle.frames);
    }
    if (non_finite != 0)
        counters.non_finite.add(non_finite);
}

void BridgeState::read_events(const protocol::Region& region, std::uint32_t claimed_bytes,
                              const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    const std::size_t bytes = std::min<std::size_t>(claimed_bytes, events_out.size());
    if (bytes == 0)
        return;
    copy_from_stranger(events_out.data(), region.events_out.data(), bytes);
    protocol::EventReader reader(events_out, bytes);
    protocol::EventView event;
    std::uint32_t last_frame = 0;
    while (reader.next(event, cycle.frames)) {
        event.frame = last_frame = std::max(event.frame, last_frame); // the sink takes them in order
        take_event(event, layout.midi_out ? cycle.midi_out : nullptr);
    }
}

/// The sound of a block that came too late is of no use. What the plugin said in it is: a parameter that it
/// moved once, or the end of a note, which would sound for ever.
void BridgeState::read_overdue(const protocol::Region& region, nodes::MidiSink* sink) noexcept DECANT_REALTIME
{
    if (!std::exchange(overdue, false))
        return;
    const auto result = copy_of_strangers(region.result);
    const std::size_t bytes = std::min<std::size_t>(result.event_bytes, events_out.size());
    if (result.status != protocol::BlockStatus::done || bytes == 0)
        return;
    copy_from_stranger(events_out.data(), region.events_out.data(), bytes);
    protocol::EventReader reader(events_out, bytes);
    protocol::EventView event;
    while (reader.next(event, 1)) {
        if (event.type == protocol::EventType::midi && is_note_on(event.midi()))
            counters.lost_events.add();
        else
            take_event(event, sink);
    }
}

void BridgeState::take_event(const protocol::EventView& event, nodes::MidiSink* sink) noexcept DECANT_REALTIME
{
    if (event.type == protocol::EventType::midi) {
        if (sink == nullptr)
            return;
        const nodes::MidiEvent message{event.frame, event.midi()};
        if (is_midi_message(message.bytes) && sink->push(message.frame, message.bytes))
            sounding->watch(std::span(&message, 1), 0);
        else
            counters.lost_events.add();
        return;
    }
    protocol::ParameterEvent change{};
    if (event.type == protocol::EventType::parameter && event.payload.size() == sizeof change)
        std::memcpy(&change, event.payload.data(), sizeof change);
    else
        change.value = NAN;
    if (!std::isfinite(change.value) || !parameters_out.push({change.id, change.value}))
        counters.lost_events.add();
}

} // namespace decant::bridge
