// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-midi.hpp"

#include "wine-host/midi-message.hpp"

#include <algorithm>
#include <cstring>

namespace decant::host::vst3
{
namespace
{

constexpr std::size_t most_events = protocol::event_area_bytes / (sizeof(protocol::EventHeader) + 8);
constexpr double bend_steps = 16383;

/// The unit whose programs a channel selects; the root for plugins that do not say.
UnitID unit_of_channel(IUnitInfo* units, int channel)
{
    UnitID unit = kRootUnitId;
    if (units == nullptr || units->getUnitByBus(kEvent, kInput, 0, channel, unit) != kResultOk)
        return kRootUnitId;
    return unit;
}

} // namespace

MidiMap::MidiMap() noexcept
{
    for (auto& channel : slots_)
        channel.fill(-1);
}

MidiMap::MidiMap(IEditController* controller, const ParameterIndex& index) : MidiMap()
{
    expressions_ = static_cast<bool>(query<INoteExpressionController>(controller));
    if (const auto mapping = query<IMidiMapping>(controller)) {
        for (int16 channel = 0; channel < 16; ++channel) {
            for (std::size_t number = 0; number < controllers; ++number) {
                ParamID id = kNoParamId;
                if (mapping->getMidiControllerAssignment(0, channel, static_cast<CtrlNumber>(number), id) !=
                    kResultTrue)
                    continue;
                if (const auto slot = index.slot_of(id))
                    slots_[static_cast<std::size_t>(channel)][number] = static_cast<std::int32_t>(*slot);
            }
        }
    }
    const auto units = query<IUnitInfo>(controller);
    const int32 count = controller->getParameterCount();
    for (int32 i = 0; i < count; ++i) {
        ParameterInfo info{};
        if (controller->getParameterInfo(i, info) != kResultOk ||
            (info.flags & ParameterInfo::kIsProgramChange) == 0)
            continue;
        const auto slot = index.slot_of(info.id);
        for (int channel = 0; slot && channel < 16; ++channel)
            if (info.unitId == unit_of_channel(units.get(), channel))
                programs_[static_cast<std::size_t>(channel)] = {static_cast<std::int32_t>(*slot),
                                                                info.stepCount};
    }
}

std::pair<std::int32_t, ParamValue> MidiMap::program(int channel, int number) const noexcept
{
    const Programs& programs = programs_[static_cast<std::size_t>(channel)];
    if (number > programs.steps)
        return {-1, 0};
    return {programs.slot, programs.steps > 0 ? static_cast<double>(number) / programs.steps : 0};
}

void MidiMapHandover::offer(const MidiMap& map) noexcept
{
    while (taken_.exchange(true, std::memory_order_acquire)) { // for as long as it takes to copy a map
    }
    next_ = map;
    waits_.store(true, std::memory_order_relaxed);
    taken_.store(false, std::memory_order_release);
}

void MidiMapHandover::take(MidiMap& map) noexcept
{
    if (!waits_.load(std::memory_order_relaxed) || taken_.exchange(true, std::memory_order_acquire))
        return;
    if (waits_.exchange(false, std::memory_order_relaxed))
        map = next_;
    taken_.store(false, std::memory_order_release);
}

EventsIn::EventsIn() : events_(most_events)
{
    for (auto& channel : notes_)
        channel.fill(-1);
}

tresult PLUGIN_API EventsIn::getEvent(int32 index, Event& event)
{
    if (index < 0 || static_cast<std::size_t>(index) >= count_)
        return kInvalidArgument;
    event = events_[static_cast<std::size_t>(index)];
    return kResultOk;
}

Event* EventsIn::add(std::uint32_t frame, uint16 type) noexcept
{
    if (count_ == events_.size())
        return nullptr;
    Event& event = events_[count_++];
    std::memset(static_cast<void*>(&event), 0, sizeof event);
    event.sampleOffset = static_cast<int32>(frame);
    event.type = type;
    event.flags = Event::kIsLive;
    return &event;
}

void EventsIn::add_note(std::uint32_t frame, int channel, int key, int velocity, bool on) noexcept
{
    Event* event = add(frame, on ? Event::kNoteOnEvent : Event::kNoteOffEvent);
    if (event == nullptr)
        return;
    int32& note = notes_[static_cast<std::size_t>(channel)][static_cast<std::size_t>(key)];
    if (on) {
        note = last_note_ = (last_note_ + 1) & 0x7fffffff;
        event->noteOn = {static_cast<int16>(channel),
                         static_cast<int16>(key),
                         0,
                         static_cast<float>(velocity) / 127.0f,
                         0,
                         note};
    } else {
        event->noteOff = {static_cast<int16>(channel), static_cast<int16>(key),
                          static_cast<float>(velocity) / 127.0f, note, 0};
        note = -1;
    }
}

void EventsIn::add_expression(std::uint32_t frame, int channel, uint32 type, double value) noexcept
{
    for (const int32 note : notes_[static_cast<std::size_t>(channel)]) {
        if (note < 0)
            continue;
        if (Event* event = add(frame, Event::kNoteExpressionValueEvent))
            event->noteExpressionValue = {type, note, value};
    }
}

void EventsIn::add_bend(std::uint32_t frame, int channel, int value, const MidiMap& map,
                        ParameterChanges& changes) noexcept
{
    const auto slot = map.slot_of(channel, kPitchBend);
    if (slot >= 0)
        return changes.add(static_cast<std::uint32_t>(slot), frame, value / bend_steps);
    if (!map.has_expressions())
        return;
    // The expression reaches 120 semitones each way.
    bends_.bend(channel, value, [&](int bent, double semitones) {
        add_expression(frame, bent, kTuningTypeID, std::clamp(0.5 + semitones / 240, 0.0, 1.0));
    });
}

void EventsIn::add_controller(std::uint32_t frame, int channel, int controller, double value,
                              const MidiMap& map, ParameterChanges& changes) noexcept
{
    const auto slot = map.slot_of(channel, controller);
    if (slot >= 0)
        return changes.add(static_cast<std::uint32_t>(slot), frame, value);
    if (!map.has_expressions())
        return;
    switch (controller) {
    case kCtrlModWheel:
        return add_expression(frame, channel, kVibratoTypeID, value);
    case kCtrlVolume:
        return add_expression(frame, channel, kVolumeTypeID, value * 0.25); // a quarter is 0 dB
    case kCtrlPan:
        return add_expression(frame, channel, kPanTypeID, value);
    case kCtrlExpression:
        return add_expression(frame, channel, kExpressionTypeID, value);
    case kCtrlFilterResonance: // 74: brightness to MIDI
        return add_expression(frame, channel, kBrightnessTypeID, value);
    default:
        return;
    }
}

void EventsIn::add_midi(std::uint32_t frame, std::span<const std::uint8_t> bytes, const MidiMap& map,
                        ParameterChanges& changes) noexcept
{
    if (bytes.empty())
        return;
    if (bytes.front() == midi::sysex_begin) {
        if (Event* event = add(frame, Event::kDataEvent))
            event->data = {static_cast<uint32>(bytes.size()), DataEvent::kMidiSysEx, bytes.data()};
        return;
    }
    if (bytes.size() != midi_length(bytes.front()))
        return;
    const int channel = bytes[0] & 0x0f;
    switch (bytes[0] & 0xf0) {
    case midi::note_on:
        return add_note(frame, channel, bytes[1] & 0x7f, bytes[2], bytes[2] != 0);
    case midi::note_off:
        return add_note(frame, channel, bytes[1] & 0x7f, bytes[2], false);
    case midi::poly_pressure:
        if (Event* event = add(frame, Event::kPolyPressureEvent))
            event->polyPressure = {
                static_cast<int16>(channel), static_cast<int16>(bytes[1] & 0x7f),
                static_cast<float>(bytes[2]) / 127.0f,
                notes_[static_cast<std::size_t>(channel)][static_cast<std::size_t>(bytes[1] & 0x7f)]};
        return;
    case midi::controller:
        bends_.hear_controller(channel, bytes[1] & 0x7f, bytes[2]);
        add_controller(frame, channel, bytes[1] & 0x7f, bytes[2] / 127.0, map, changes);
        if (bytes[1] == kCtrlAllSoundsOff || bytes[1] == kCtrlAllNotesOff) {
            // Nothing in the interface means it: each note ends by itself.
            for (int key = 0; key < 128; ++key)
                if (notes_[static_cast<std::size_t>(channel)][static_cast<std::size_t>(key)] >= 0)
                    add_note(frame, channel, key, 0, false);
        }
        return;
    case midi::program_change:
        if (const auto [slot, value] = map.program(channel, bytes[1]); slot >= 0)
            changes.add(static_cast<std::uint32_t>(slot), frame, value);
        return;
    case midi::channel_pressure:
        return add_controller(frame, channel, kAfterTouch, bytes[1] / 127.0, map, changes);
    case midi::pitch_bend:
        return add_bend(frame, channel, bytes[2] << 7 | bytes[1], map, changes);
    default:
        return; // the interface has no place for clocks and the like
    }
}

tresult PLUGIN_API EventsOut::addEvent(Event& event)
{
    if (block_ == nullptr)
        return kResultFalse;
    std::array<std::uint8_t, 3> message{};
    std::span<const std::uint8_t> bytes = message;
    const auto put = [&message](int status, int channel, int first, int second) {
        message = {static_cast<std::uint8_t>(status | std::clamp(channel, 0, 15)),
                   static_cast<std::uint8_t>(first & 0x7f), static_cast<std::uint8_t>(second & 0x7f)};
    };
    switch (event.type) {
    case Event::kNoteOnEvent:
        // A note that begins at velocity 0 would be an end to MIDI.
        put(midi::note_on, event.noteOn.channel, event.noteOn.pitch,
            std::max<int>(midi_seven_bits(event.noteOn.velocity), 1));
        break;
    case Event::kNoteOffEvent:
        put(midi::note_off, event.noteOff.channel, event.noteOff.pitch,
            midi_seven_bits(event.noteOff.velocity));
        break;
    case Event::kPolyPressureEvent:
        put(midi::poly_pressure, event.polyPressure.channel, event.polyPressure.pitch,
            midi_seven_bits(event.polyPressure.pressure));
        break;
    case Event::kLegacyMIDICCOutEvent: {
        const auto& out = event.midiCCOut;
        switch (out.controlNumber) {
        case kAfterTouch:
            put(midi::channel_pressure, out.channel, out.value, 0);
            break;
        case kPitchBend:
            put(midi::pitch_bend, out.channel, out.value, out.value2);
            break;
        case kCtrlProgramChange:
            put(midi::program_change, out.channel, out.value, 0);
            break;
        case kCtrlPolyPressure:
            put(midi::poly_pressure, out.channel, out.value, out.value2);
            break;
        default:
            if (out.controlNumber > 127)
                return kResultFalse;
            put(midi::controller, out.channel, out.controlNumber, out.value);
        }
        bytes = bytes.first(midi_length(message[0]));
        break;
    }
    case Event::kDataEvent:
        bytes = {event.data.bytes, event.data.size};
        if (event.data.type != DataEvent::kMidiSysEx || event.data.bytes == nullptr || bytes.size() < 2 ||
            bytes.front() != midi::sysex_begin || bytes.back() != midi::sysex_end)
            return kResultFalse;
        break;
    default:
        return kResultFalse; // MIDI has nothing for it
    }
    const auto frame = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(event.sampleOffset, last_frame_, std::int64_t{block_->request.frames} - 1));
    last_frame_ = frame;
    ++count_;
    if (!block_->events_out.push_midi(frame, bytes))
        block_->events_lost = true;
    return kResultOk;
}

} // namespace decant::host::vst3
