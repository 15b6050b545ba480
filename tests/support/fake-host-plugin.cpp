// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake-host-plugin.hpp"

#include "nodes/bridge/futex.hpp"
#include "wine-host/protocol/events.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>
#include <numbers>
#include <thread>
#include <unistd.h>

namespace decant::tests
{

namespace
{

using protocol::ParameterDescription;

std::vector<protocol::PortDescription> ports(std::size_t count, std::string_view prefix)
{
    std::vector<protocol::PortDescription> result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back({std::string(prefix) + std::to_string(i + 1), "Main",
                          count == 2 ? (i == 0 ? "FL" : "FR") : "AUX" + std::to_string(i), false});
    return result;
}

/// CPU time of the calling thread.
std::uint64_t cpu_nsec() noexcept
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec);
}

void use_cpu(double usec) noexcept
{
    const auto nsec = static_cast<std::uint64_t>(usec) * 1000;
    for (const std::uint64_t begun = cpu_nsec(); nsec != 0 && cpu_nsec() - begun < nsec;) {
    }
}

/// Overwrites a field with random bits, taken out of a store of them: millions per block would take too long
/// to make.
template <class T>
void scribble(std::mt19937& random, T& field)
{
    static const std::vector<std::uint32_t> store = [] {
        std::mt19937 source(2);
        std::vector<std::uint32_t> words(256 * 1024);
        for (auto& word : words)
            word = static_cast<std::uint32_t>(source());
        return words;
    }();
    static_assert(sizeof(T) < 512 * 1024);
    std::memcpy(static_cast<void*>(&field), store.data() + random() % (128 * 1024), sizeof field);
}

} // namespace

std::optional<FakePlugin> FakePlugin::load(std::string_view name)
{
    FakePlugin plugin;
    auto& description = plugin.description_;
    std::size_t channels = 2;
    if (name.starts_with("gain")) {
        const auto digits = name.substr(4);
        std::from_chars(digits.data(), digits.data() + digits.size(), channels);
        channels = std::clamp<std::size_t>(channels, 1, protocol::max_channels);
        description.inputs = ports(channels, "In ");
        description.midi_out = true;
    } else if (name == "sine") {
        description.instrument = true;
    } else {
        return std::nullopt;
    }
    description.outputs = ports(channels, "Out ");
    description.midi_in = true;
    description.has_editor = true;
    description.id = "fake";
    description.name = name;
    description.vendor = "Decant";
    description.version = "1";
    const auto seconds = 60'000'000.0;
    description.parameters = {
        ParameterDescription{fake_parameter::gain, "Gain", "", 0, 2, 1, 0},
        ParameterDescription{fake_parameter::delay, "Delay", "us", 0, seconds, 0, 0},
        ParameterDescription{fake_parameter::stall, "Stall", "us", 0, seconds, 0, 0},
        ParameterDescription{fake_parameter::misbehave, "Misbehave", "", 0, 7, 0, 7},
        ParameterDescription{fake_parameter::latency, "Latency", "frames", 0, protocol::max_latency, 0, 0},
        ParameterDescription{fake_parameter::touch, "Touch", "", 0, 2, 0, 0},
        ParameterDescription{fake_parameter::burn, "Burn", "us", 0, seconds, 0, 0},
        ParameterDescription{fake_parameter::pause, "Pause", "", 0, 1, 0, 0},
        ParameterDescription{fake_parameter::linger, "Linger", "us", 0, seconds, 0, 0},
    };
    description.programs = {"Init"};
    return plugin;
}

void FakePlugin::set_value(std::uint32_t id, double value) noexcept
{
    if (id - first_id < values_.size())
        values_[id - first_id] = value;
}

double FakePlugin::value(std::uint32_t id) const noexcept
{
    return id - first_id < values_.size() ? values_[id - first_id] : 0;
}

protocol::BlockReply FakePlugin::process(protocol::Region& region, const protocol::BlockRequest& request)
{
    const std::uint64_t start = bridge::now_nsec();
    protocol::BlockReply reply{protocol::BlockStatus::done, 0, take_events(region, request),
                               static_cast<std::uint32_t>(value(fake_parameter::latency)), 0};
    play(region, request);
    misbehave(region, request, reply);
    const double pause = value(fake_parameter::delay) + value(fake_parameter::stall);
    set_value(fake_parameter::stall, 0);
    if (pause > 0)
        std::this_thread::sleep_for(std::chrono::duration<double, std::micro>(pause));
    use_cpu(value(fake_parameter::burn));
    if (reply.plugin_nsec == 0)
        reply.plugin_nsec = bridge::now_nsec() - start;
    return reply;
}

/// Obeys parameters and notes; returns the bytes of the events that go out.
std::uint32_t FakePlugin::take_events(protocol::Region& region, const protocol::BlockRequest& request)
{
    protocol::EventReader in(region.events_in, request.event_bytes);
    protocol::EventWriter out(region.events_out);
    protocol::EventView event;
    while (in.next(event, request.frames)) {
        if (event.type == protocol::EventType::parameter &&
            event.payload.size() == sizeof(protocol::ParameterEvent)) {
            protocol::ParameterEvent change;
            std::memcpy(&change, event.payload.data(), sizeof change);
            set_value(change.id, change.value);
            if (change.id == fake_parameter::touch)
                (void)out.push_parameter(event.frame, fake_parameter::gain, change.value);
            continue;
        }
        const auto midi = event.midi();
        if (description_.midi_out)
            (void)out.push_midi(event.frame, midi);
        if (midi.size() == 3 && (midi[0] & 0xf0) == 0x90 && midi[2] != 0)
            note_ = midi[1];
        else if (midi.size() == 3 && ((midi[0] & 0xf0) == 0x90 || (midi[0] & 0xf0) == 0x80) &&
                 note_ == midi[1])
            note_.reset();
    }
    return out.size();
}

void FakePlugin::play(protocol::Region& region, const protocol::BlockRequest& request)
{
    const auto gain = static_cast<float>(value(fake_parameter::gain));
    if (!description_.instrument) {
        for (std::size_t channel = 0; channel < description_.outputs.size(); ++channel)
            for (std::size_t frame = 0; frame < request.frames; ++frame)
                region.audio_out[channel][frame] = gain * region.audio_in[channel][frame];
        return;
    }
    const double frequency = note_ ? 440.0 * std::exp2((*note_ - 69) / 12.0) : 0;
    for (std::size_t frame = 0; frame < request.frames; ++frame) {
        const float sample = note_ ? gain * static_cast<float>(0.5 * std::sin(phase_)) : 0;
        for (std::size_t channel = 0; channel < description_.outputs.size(); ++channel)
            region.audio_out[channel][frame] = sample;
        phase_ = std::fmod(phase_ + 2 * std::numbers::pi * frequency / request.rate, 2 * std::numbers::pi);
    }
}

void FakePlugin::misbehave(protocol::Region& region, const protocol::BlockRequest& request,
                           protocol::BlockReply& reply)
{
    switch (static_cast<FakeMisbehaviour>(value(fake_parameter::misbehave))) {
    case FakeMisbehaviour::crash:
        std::signal(SIGSEGV, SIG_DFL); // a sanitizer would write a report of many pages
        std::raise(SIGSEGV);
        break;
    case FakeMisbehaviour::hang:
        for (;;)
            pause();
    case FakeMisbehaviour::exit:
        _exit(0);
    case FakeMisbehaviour::garbage:
        scribble(random_, reply);
        scribble(random_, region.audio_out[0]);
        scribble(random_, region.events_out);
        if (random_() % 4 != 0)
            reply.status = protocol::BlockStatus::done;
        break;
    case FakeMisbehaviour::not_a_number:
        for (std::size_t channel = 0; channel < description_.outputs.size(); ++channel)
            for (std::size_t frame = 0; frame < request.frames; frame += 2)
                region.audio_out[channel][frame] = frame % 4 == 0 ? std::numeric_limits<float>::quiet_NaN()
                                                                  : -std::numeric_limits<float>::infinity();
        break;
    case FakeMisbehaviour::event_storm: {
        constexpr std::array<std::uint8_t, 3> controller{0xb0, 1, 64};
        protocol::EventWriter out(region.events_out);
        std::uint32_t count = 0;
        while (out.push_midi(count % request.frames, controller))
            ++count;
        reply.event_bytes = out.size();
        reply.flags = protocol::reply_events_lost;
        break;
    }
    case FakeMisbehaviour::corrupt: // by the host, when the reply has been written
    case FakeMisbehaviour::none:
        break;
    }
}

void FakePlugin::linger() const noexcept
{
    use_cpu(value(fake_parameter::linger));
}

void FakePlugin::corrupt(protocol::Region& region)
{
    for (auto rounds = random_() % 8 + 1; rounds != 0; --rounds)
        switch (random_() % 16) {
        case 0:
            scribble(random_, region.magic);
            break;
        case 1:
            scribble(random_, region.size);
            break;
        case 2:
            scribble(random_, region.service_bell);
            break;
        case 3:
            scribble(random_, region.host_bell);
            break;
        case 4:
            scribble(random_, region.request.sleepers);
            break;
        case 5:
            scribble(random_, region.reply.sleepers);
            break;
        case 6:
            scribble(random_, region.block);
            break;
        case 7:
            scribble(random_, region.result);
            break;
        case 8:
            scribble(random_, region.result.event_bytes);
            break;
        case 9:
            scribble(random_, region.to_host.read);
            break;
        case 10:
            scribble(random_, region.to_service.written);
            break;
        case 11:
            scribble(random_, region.to_service.bytes);
            break;
        case 12:
            scribble(random_, region.events_out);
            break;
        case 13:
            scribble(random_, region.audio_out[random_() % protocol::max_channels]);
            break;
        case 14:
            scribble(random_, region.version);
            break;
        default:
            scribble(random_, region.reply.value);
            break;
        }
}

} // namespace decant::tests
