// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-setup.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace decant::sampler
{
namespace
{

std::size_t in_range(std::size_t value, const char* option)
{
    if (value < 1 || value > 65536)
        throw std::invalid_argument(fmt::format("{} = {} is out of range; give 1 to 65536", option, value));
    return value;
}

} // namespace

Sampler::Sampler(const SamplerOptions& options)
    : link_(in_range(options.queue_length, "queue_length"), in_range(options.polyphony, "polyphony")),
      process_(link_, options.polyphony), locked_(process_.memory().first, process_.memory().second)
{
    set_quality(options.quality);
}

nodes::PortLayout Sampler::ports(unsigned pairs)
{
    nodes::PortLayout layout{.inputs = {},
                             .outputs = {{.name = "output_FL", .channel = "FL", .group = "main"},
                                         {.name = "output_FR", .channel = "FR", .group = "main"}},
                             .midi_in = true,
                             .midi_out = false};
    for (unsigned pair = 2; pair <= std::min(pairs, most_outputs); ++pair)
        for (const char* const side : {"FL", "FR"})
            layout.outputs.push_back({.name = fmt::format("output_{}_{}", pair, side),
                                      .channel = side,
                                      .group = fmt::format("output {}", pair)});
    return layout;
}

void Sampler::process(const nodes::Cycle& cycle) noexcept DECANT_REALTIME
{
    process_.process(cycle);
}

void Sampler::play(std::shared_ptr<const Instrument> instrument, std::shared_ptr<const KeyTuning> tuning)
{
    if (!instrument)
        throw std::invalid_argument("there is no instrument to play; load one first");
    collect();
    for (const ControlDefault& value : instrument->controls()) // at once, though nothing may run yet
        if (!link_.controls.kept(value.control))
            link_.controls.show(value.control, value.value);
    link_.programs.offer(std::make_unique<Program>(std::move(instrument), std::move(tuning)));
}

void Sampler::collect() noexcept
{
    static_cast<void>(link_.programs.collect());
}

void Sampler::set_volume(float decibels) noexcept
{
    constexpr float silence = -144;
    const bool audible = decibels > silence; // not a number is silence, too
    link_.volume.store(audible ? std::pow(10.0f, std::min(decibels, 24.0f) / 20) : 0.0f,
                       std::memory_order_relaxed);
}

void Sampler::set_quality(Quality quality)
{
    if (quality >= Quality::sinc8)
        link_.banks[static_cast<std::size_t>(quality)].store(&SincBank::of(quality),
                                                             std::memory_order_release);
    link_.quality.store(quality, std::memory_order_release);
}

void Sampler::set_tuning(float cents) noexcept
{
    constexpr float most = 2400;
    link_.tuning.store(std::isnan(cents) ? 0.0f : std::clamp(cents, -most, most), std::memory_order_relaxed);
}

void Sampler::set_transposition(int keys) noexcept
{
    link_.transposition.store(std::clamp(keys, -127, 127), std::memory_order_relaxed);
}

void Sampler::set_polyphony(std::size_t voices) noexcept
{
    link_.polyphony.store(std::max<std::size_t>(voices, 1), std::memory_order_relaxed);
}

void Sampler::set_control(unsigned control, float value) noexcept
{
    if (control < controller::all)
        link_.controls.wish(control, value);
}

bool Sampler::keeps_control(unsigned control) const noexcept
{
    return control < controller::all && link_.controls.kept(control);
}

float Sampler::control(unsigned control) const noexcept
{
    return control < controller::all ? link_.controls.value(control) : 0.0f;
}

bool Sampler::note_on(unsigned channel, unsigned key, unsigned velocity) noexcept
{
    return queue_message(0x90, channel, key, velocity);
}

bool Sampler::note_off(unsigned channel, unsigned key) noexcept
{
    return queue_message(0x80, channel, key, 0);
}

bool Sampler::control_change(unsigned channel, unsigned control, unsigned value) noexcept
{
    return queue_message(0xb0, channel, control, value);
}

bool Sampler::queue_message(unsigned status, unsigned channel, unsigned first, unsigned second) noexcept
{
    if (channel > 15 || first > 127 || second > 127)
        return false;
    return queue({.bytes = {static_cast<std::uint8_t>(status | channel), static_cast<std::uint8_t>(first),
                            static_cast<std::uint8_t>(second)}});
}

bool Sampler::queue(const QueuedEvent& event) noexcept DECANT_REALTIME
{
    if (event.bytes[1] > 127 || event.bytes[2] > 127)
        return false;
    if (link_.queue.push(event))
        return true;
    link_.events_dropped.fetch_add(1, std::memory_order_relaxed);
    return false;
}

SamplerStats Sampler::stats() const noexcept
{
    return {.active_voices = link_.active_voices.load(std::memory_order_relaxed),
            .peak_voices = link_.peak_voices.load(std::memory_order_relaxed),
            .steals = link_.steals.load(std::memory_order_relaxed),
            .sacrifices = link_.sacrifices.load(std::memory_order_relaxed),
            .starved = link_.starved.load(std::memory_order_relaxed),
            .frames = link_.frames.load(std::memory_order_relaxed),
            .events_dropped = link_.events_dropped.load(std::memory_order_relaxed)};
}

} // namespace decant::sampler
