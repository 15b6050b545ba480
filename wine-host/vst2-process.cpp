// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a VST2 plugin does on the audio thread: it never allocates, locks, logs or makes a system call of
// ours.

#include "wine-host/vst2-plugin.hpp"

#include <windows.h>

#include <algorithm>
#include <cstring>

namespace decant::host
{

void Vst2Plugin::process(Block& block) noexcept
{
    const std::uint32_t frames = block.request.frames;
    audio_thread_.store(GetCurrentThreadId(), std::memory_order_relaxed);
    block_ = &block;
    midi_out_.begin();
    if (frames != 0)
        set_time(block.request);
    take_events(block);
    if (frames == 0) {
        block_ = nullptr;
        return;
    }

    // Anew for each block: some plugins change the pointers, and what they are given to read.
    if (effect_->inputs() > block.inputs.size())
        std::fill_n(silence_.begin(), frames, 0.0f);
    std::copy_n(block.inputs.begin(), std::min<std::size_t>(effect_->inputs(), block.inputs.size()),
                inputs_.begin());
    std::copy_n(block.outputs.begin(), std::min<std::size_t>(effect_->outputs(), block.outputs.size()),
                outputs_.begin());
    if (doubles_) {
        effect_->process(doubles_->take(inputs_, frames), doubles_->outputs(), frames);
        doubles_->give(outputs_, frames);
    } else {
        effect_->process(inputs_.data(), outputs_.data(), frames);
    }

    block_ = nullptr;
}

void Vst2Plugin::set_time(const protocol::BlockRequest& request) noexcept
{
    const bool playing = (request.flags & protocol::block_playing) != 0;
    const bool jumped = playing != was_playing_ || (playing && request.position != expected_position_) ||
                        (request.flags & protocol::block_discontinuity) != 0;
    was_playing_ = playing;
    expected_position_ = request.position + (playing ? request.frames : 0);

    time_ = {};
    time_.samplePos = static_cast<double>(request.position);
    time_.sampleRate = rate_;
    time_.nanoSeconds = static_cast<double>(request.monotonic_nsec);
    time_.flags = kVstNanosValid | (playing ? kVstTransportPlaying : 0) | (jumped ? kVstTransportChanged : 0);
    if ((request.flags & protocol::block_tempo_valid) != 0) {
        time_.tempo = request.tempo;
        time_.ppqPos = request.quarter_position;
        time_.barStartPos = request.bar_start;
        time_.timeSigNumerator = static_cast<int>(request.signature_numerator);
        time_.timeSigDenominator = static_cast<int>(request.signature_denominator);
        time_.flags |= kVstTempoValid | kVstPpqPosValid | kVstBarsValid | kVstTimeSigValid;
    } else {
        // Not meant, but there are plugins that divide by them without a look at the flags.
        time_.tempo = 120;
        time_.timeSigNumerator = time_.timeSigDenominator = 4;
    }
}

void Vst2Plugin::take_events(Block& block) noexcept
{
    midi_in_.clear();
    protocol::EventView event{};
    while (block.events_in.next(event, block.request.frames)) {
        if (event.type == protocol::EventType::midi) {
            midi_in_.add(event.frame, event.midi());
        } else if (event.type == protocol::EventType::parameter &&
                   event.payload.size() == sizeof(protocol::ParameterEvent)) {
            protocol::ParameterEvent parameter;
            std::memcpy(&parameter, event.payload.data(), sizeof parameter);
            if (parameter.id < effect_->parameters() && parameter.value == parameter.value) {
                const auto value = static_cast<float>(std::clamp(parameter.value, 0.0, 1.0));
                note_told(parameter.id, value);
                effect_->set_parameter(parameter.id, value);
            }
        }
    }
    if (VstEvents* events = midi_in_.events())
        effect_->dispatch(effProcessEvents, 0, 0, events);
}

bool Vst2Plugin::in_process() const noexcept
{
    return GetCurrentThreadId() == audio_thread_.load(std::memory_order_relaxed) && block_ != nullptr;
}

} // namespace decant::host
