// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst2-events.hpp"

#include "wine-host/midi-message.hpp"

#include <algorithm>
#include <cstring>

namespace decant::host
{
namespace
{

/// The shortest event is a header and eight bytes.
constexpr std::size_t most_events = protocol::event_area_bytes / (sizeof(protocol::EventHeader) + 8);

using midi::sysex_begin;
using midi::sysex_end;

} // namespace

Vst2EventList::Vst2EventList()
    : slots_(most_events), list_(offsetof(VstEvents, events) + most_events * sizeof(VstEvent*))
{
    for (std::size_t i = 0; i < most_events; ++i)
        pointers()[i] = reinterpret_cast<VstEvent*>(&slots_[i]);
}

VstEvent** Vst2EventList::pointers() noexcept
{
    return reinterpret_cast<VstEvent**>(list_.data() + offsetof(VstEvents, events));
}

void Vst2EventList::add(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept
{
    if (bytes.empty() || count_ == most_events)
        return;
    Slot& slot = slots_[count_];
    if (bytes.front() == sysex_begin) {
        slot.sysex = {};
        slot.sysex.type = kVstSysExType;
        slot.sysex.byteSize = sizeof slot.sysex;
        slot.sysex.deltaFrames = static_cast<int>(frame);
        slot.sysex.dumpBytes = static_cast<VstIntPtr>(bytes.size());
        slot.sysex.sysexDump = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    } else if (bytes.size() == midi_length(bytes.front())) {
        slot.midi = {};
        slot.midi.type = kVstMidiType;
        slot.midi.byteSize = sizeof slot.midi;
        slot.midi.deltaFrames = static_cast<int>(frame);
        std::copy(bytes.begin(), bytes.end(), slot.midi.midiData);
    } else {
        return;
    }
    ++count_;
}

VstEvents* Vst2EventList::events() noexcept
{
    auto* list = reinterpret_cast<VstEvents*>(list_.data());
    list->numEvents = static_cast<int>(count_);
    return count_ != 0 ? list : nullptr;
}

void Vst2MidiOutput::write(const VstEvents& events, Block& block) noexcept
{
    for (int i = 0; i < events.numEvents; ++i) {
        const VstEvent* event = events.events[i];
        if (event == nullptr)
            continue;
        std::span<const std::uint8_t> bytes;
        if (event->type == kVstMidiType) {
            const auto* midi = reinterpret_cast<const VstMidiEvent*>(event);
            bytes = {midi->midiData, midi_length(midi->midiData[0])};
        } else if (event->type == kVstSysExType) {
            const auto* sysex = reinterpret_cast<const VstMidiSysexEvent*>(event);
            // 32 bits in the interface, whatever lies in the padding behind them.
            const auto size = static_cast<std::int32_t>(sysex->dumpBytes);
            if (sysex->sysexDump != nullptr && size >= 2)
                bytes = {reinterpret_cast<const std::uint8_t*>(sysex->sysexDump),
                         static_cast<std::size_t>(size)};
            if (!bytes.empty() && (bytes.front() != sysex_begin || bytes.back() != sysex_end))
                bytes = {};
        }
        if (bytes.empty())
            continue;
        // A block without frames makes plugins send, too, as they set their parameters.
        const auto last = std::max<std::int64_t>(std::int64_t{block.request.frames} - 1, last_frame_);
        const auto frame =
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(event->deltaFrames, last_frame_, last));
        last_frame_ = frame;
        if (!block.events_out.push_midi(frame, bytes))
            block.events_lost = true;
    }
}

} // namespace decant::host
