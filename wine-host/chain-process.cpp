// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a chain does on the audio thread: it never allocates, locks, logs or makes a system call of ours.

#include "wine-host/chain-member.hpp"
#include "wine-host/denormals.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace decant::host
{
namespace
{

using protocol::EventReader;
using protocol::EventType;
using protocol::EventView;
using protocol::EventWriter;

std::optional<protocol::ParameterEvent> parameter_of(const EventView& event) noexcept
{
    if (event.type != EventType::parameter || event.payload.size() != sizeof(protocol::ParameterEvent))
        return std::nullopt;
    protocol::ParameterEvent parameter;
    std::memcpy(&parameter, event.payload.data(), sizeof parameter);
    return parameter;
}

/// The events of one kind, in their order.
template <class Wanted>
class Filter
{
    EventReader reader_;
    std::uint32_t frames_;
    Wanted wanted_;

public:
    Filter(EventReader reader, std::uint32_t frames, Wanted wanted)
        : reader_(reader), frames_(frames), wanted_(wanted)
    {
    }

    [[nodiscard]] std::optional<EventView> next() noexcept
    {
        for (EventView event{}; reader_.next(event, frames_);)
            if (wanted_(event))
                return event;
        return std::nullopt;
    }
};

bool is_midi(const EventView& event) noexcept
{
    return event.type == EventType::midi;
}

} // namespace

/// The MIDI that flows from one member to the next.
struct Chain::Flow {
    EventReader midi;            ///< may have other events between
    bool midi_made = false;      ///< it is a member's, and not what came into the chain
    std::size_t free_events = 0; ///< which one of `events_out_` nobody reads
};

void Chain::process(Block& block) noexcept
{
    Flow flow{block.events_in};
    for (const auto& member : members_)
        run(*member, block, flow);
    if (!flow.midi_made)
        return;
    Filter midi(flow.midi, block.request.frames, is_midi);
    while (const auto event = midi.next())
        block.events_lost |= !block.events_out.push_midi(event->frame, event->midi());
}

void Chain::run(Member& member, Block& block, Flow& flow) noexcept
{
    use_outside_channels(member, block);
    auto& area = events_out_[flow.free_events];
    Block own{block.request,     EventReader(events_in_, gather_events(member, block, flow)),
              EventWriter(area), false,
              member.inputs,     member.outputs};

    treat_denormals_as_zero(); // the one before may have changed that
    member.plugin->process(own);

    block.events_lost = block.events_lost || own.events_lost;
    const std::span<const std::byte> events(area.data(), own.events_out.size());
    pass_on(member, events, block);
    if (member.description.midi_out) {
        flow.midi = EventReader(events, events.size());
        flow.midi_made = true;
        flow.free_events = 1 - flow.free_events;
    }
}

void Chain::use_outside_channels(Member& member, const Block& block) noexcept
{
    if (member.source == nullptr)
        std::copy_n(block.inputs.begin(), member.fed, member.inputs.begin());
    else if (member.source->is_last) // one that only listens
        std::copy_n(block.outputs.begin(), std::min(member.fed, member.source->description.outputs.size()),
                    member.inputs.begin());
    if (member.fed < member.description.inputs.size()) // plugins write to their inputs
        std::fill_n(silence_.begin(), block.request.frames, 0.0f);
    if (member.is_last)
        std::copy_n(block.outputs.begin(), member.description.outputs.size(), member.outputs.begin());
}

/// Puts together the MIDI from before and the member's own parameters; returns the number of bytes.
std::uint32_t Chain::gather_events(const Member& member, Block& block, const Flow& flow) noexcept
{
    const std::uint32_t frames = block.request.frames;
    Filter midi(flow.midi, frames, is_midi);
    Filter parameters(block.events_in, frames, [&member](const EventView& event) {
        const auto parameter = parameter_of(event);
        return parameter && parameter->id - member.first_parameter < member.parameters;
    });
    EventWriter writer(events_in_);
    auto message = midi.next();
    auto change = parameters.next();
    while (message || change) {
        // At the same frame the parameter first: a note is to sound as it was set.
        if (change && (!message || change->frame <= message->frame)) {
            const auto parameter = parameter_of(*change);
            block.events_lost |= !writer.push_parameter(change->frame, parameter->id - member.first_parameter,
                                                        parameter->value);
            change = parameters.next();
        } else {
            block.events_lost |= !writer.push_midi(message->frame, message->midi());
            message = midi.next();
        }
    }
    return writer.size();
}

/// The parameters that a member moved while it processed.
void Chain::pass_on(const Member& member, std::span<const std::byte> events, Block& block) noexcept
{
    EventReader reader(events, events.size());
    for (EventView event{}; reader.next(event, block.request.frames);)
        if (const auto parameter = parameter_of(event))
            block.events_lost |= !block.events_out.push_parameter(
                event.frame, member.first_parameter + parameter->id, parameter->value);
}

} // namespace decant::host
