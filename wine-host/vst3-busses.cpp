// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-busses.hpp"

#include "wine-host/port-list.hpp"
#include "wine-host/protocol/version.hpp"

#include <algorithm>
#include <utility>

namespace decant::host::vst3
{
namespace
{

constexpr int32 most_busses = 256;
constexpr int32 most_channels = 1024;

constexpr std::pair<Speaker, const char*> speakers[] = {
    {kSpeakerM, "MONO"},  {kSpeakerL, "FL"},    {kSpeakerR, "FR"},    {kSpeakerC, "FC"},
    {kSpeakerLfe, "LFE"}, {kSpeakerLs, "RL"},   {kSpeakerRs, "RR"},   {kSpeakerLc, "FLC"},
    {kSpeakerRc, "FRC"},  {kSpeakerCs, "RC"},   {kSpeakerSl, "SL"},   {kSpeakerSr, "SR"},
    {kSpeakerTc, "TC"},   {kSpeakerTfl, "TFL"}, {kSpeakerTfc, "TFC"}, {kSpeakerTfr, "TFR"},
    {kSpeakerTrl, "TRL"}, {kSpeakerTrc, "TRC"}, {kSpeakerTrr, "TRR"}, {kSpeakerLfe2, "LFE2"},
    {kSpeakerTsl, "TSL"}, {kSpeakerTsr, "TSR"},
};

/// The channels of an arrangement lie in the order of their bits.
std::vector<std::string> positions_of(SpeakerArrangement arrangement, std::size_t channels)
{
    std::vector<std::string> positions;
    for (int bit = 0; bit < 64; ++bit) {
        const Speaker speaker = Speaker{1} << bit;
        if ((arrangement & speaker) == 0)
            continue;
        const auto* known = std::find_if(std::begin(speakers), std::end(speakers),
                                         [speaker](const auto& entry) { return entry.first == speaker; });
        if (known == std::end(speakers))
            return host::positions_of(channels);
        positions.emplace_back(known->second);
    }
    return positions.size() == channels ? positions : host::positions_of(channels);
}

SpeakerArrangement arrangement_of(protocol::ChannelLayout layout)
{
    using protocol::ChannelLayout;
    constexpr SpeakerArrangement quad = kSpeakerL | kSpeakerR | kSpeakerLs | kSpeakerRs;
    switch (layout) {
    case ChannelLayout::mono:
        return kSpeakerM;
    case ChannelLayout::stereo:
        return kSpeakerL | kSpeakerR;
    case ChannelLayout::quad:
        return quad;
    case ChannelLayout::surround_5_0:
        return quad | kSpeakerC;
    case ChannelLayout::surround_5_1:
        return quad | kSpeakerC | kSpeakerLfe;
    case ChannelLayout::surround_7_1:
        return quad | kSpeakerC | kSpeakerLfe | kSpeakerSl | kSpeakerSr;
    default:
        return 0;
    }
}

/// Of all busses each way.
struct Arrangements {
    std::vector<SpeakerArrangement> in;
    std::vector<SpeakerArrangement> out;

    static Arrangements of(IComponent& component, IAudioProcessor& processor)
    {
        Arrangements now;
        for (const auto direction : {kInput, kOutput}) {
            const int32 count = std::min(component.getBusCount(kAudio, direction), most_busses);
            for (int32 i = 0; i < count; ++i) {
                SpeakerArrangement arrangement = 0;
                processor.getBusArrangement(direction, i, arrangement);
                (direction == kInput ? now.in : now.out).push_back(arrangement);
            }
        }
        return now;
    }

    tresult give(IAudioProcessor& processor)
    {
        return processor.setBusArrangements(in.data(), static_cast<int32>(in.size()), out.data(),
                                            static_cast<int32>(out.size()));
    }

    bool operator==(const Arrangements&) const = default;
};

} // namespace

void arrange_busses(IComponent& component, IAudioProcessor& processor, protocol::ChannelLayout inputs,
                    protocol::ChannelLayout outputs)
{
    Arrangements before = Arrangements::of(component, processor);
    Arrangements wanted = before;
    if (inputs != protocol::ChannelLayout::own && !wanted.in.empty())
        wanted.in.front() = arrangement_of(inputs);
    if (outputs != protocol::ChannelLayout::own && !wanted.out.empty())
        wanted.out.front() = arrangement_of(outputs);
    // One that refuses may have come as near as it can, which nobody has asked for.
    if (wanted.give(processor) != kResultTrue || Arrangements::of(component, processor) != wanted)
        before.give(processor);
}

std::vector<Bus> audio_busses(IComponent& component, IAudioProcessor& processor, BusDirection direction)
{
    std::vector<Bus> busses;
    std::size_t carried = 0;
    const int32 count = std::min(component.getBusCount(kAudio, direction), most_busses);
    for (int32 i = 0; i < count; ++i) {
        BusInfo info{};
        if (component.getBusInfo(kAudio, direction, i, info) != kResultOk)
            info = {};
        SpeakerArrangement arrangement = 0;
        if (processor.getBusArrangement(direction, i, arrangement) != kResultOk)
            arrangement = 0;
        const auto channels = static_cast<std::size_t>(std::clamp(info.channelCount, 0, most_channels));
        Bus bus{text_of(info.name), positions_of(arrangement, channels), info.busType == kAux, false};
        if (bus.name.empty())
            bus.name = (direction == kInput ? "Input " : "Output ") + std::to_string(i + 1);
        bus.active = channels != 0 && carried + channels <= protocol::max_channels;
        carried += bus.active ? channels : 0;
        busses.push_back(std::move(bus));
    }
    return busses;
}

std::vector<protocol::PortDescription> ports_of(std::span<const Bus> busses)
{
    std::vector<protocol::PortDescription> ports;
    for (const Bus& bus : busses)
        if (bus.active)
            add_bus(ports, bus.name, bus.positions, bus.side);
    make_names_unique(ports);
    return ports;
}

void set_up_busses(IComponent& component, IAudioProcessor& processor, std::span<const Bus> inputs,
                   std::span<const Bus> outputs)
{
    Arrangements::of(component, processor).give(processor);
    for (const auto direction : {kInput, kOutput}) {
        const auto& busses = direction == kInput ? inputs : outputs;
        for (std::size_t i = 0; i < busses.size(); ++i)
            component.activateBus(kAudio, direction, static_cast<int32>(i), busses[i].active ? 1 : 0);
        if (component.getBusCount(kEvent, direction) > 0)
            component.activateBus(kEvent, direction, 0, 1);
    }
}

} // namespace decant::host::vst3
