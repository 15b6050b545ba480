// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a VST3 plugin does on the audio thread: it never allocates, locks, logs or makes a system call of
// ours.

#include "wine-host/vst3-plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace decant::host
{

using namespace vst3;

void Vst3Plugin::process(Block& block) noexcept
{
    if (block.request.frames != 0)
        return run(block);
    // DPF (1.6) leaves parameters alone in what VST3 calls a flush, a block without samples: one of silence.
    protocol::BlockRequest moment{};
    moment.frames = 1;
    moment.rate = rate_;
    for (std::size_t channel = 0; channel < channels_in_.pointers.size(); ++channel)
        block.inputs[channel][0] = 0;
    Block silence{moment, block.events_in, block.events_out, false, block.inputs, block.outputs};
    run(silence);
    block.events_out = silence.events_out;
    block.events_lost = silence.events_lost;
}

void Vst3Plugin::run(Block& block) noexcept
{
    const std::uint32_t frames = block.request.frames;
    changes_in_->clear();
    changes_out_->clear();
    events_in_.clear();
    events_out_.begin(block);
    take_events(block);
    edits_->take([this](std::uint32_t slot, double value) {
        if (!changes_in_->has(slot)) // or the song moves it
            changes_in_->add(slot, 0, value);
    });
    set_context(block.request);
    connect(block);

    ProcessData data;
    data.processMode = mode_;
    data.symbolicSampleSize = double_precision_ ? kSample64 : kSample32;
    data.numSamples = static_cast<int32>(frames);
    data.numInputs = static_cast<int32>(channels_in_.busses.size());
    data.numOutputs = static_cast<int32>(channels_out_.busses.size());
    data.inputs = channels_in_.busses.data();
    data.outputs = channels_out_.busses.data();
    data.inputParameterChanges = &*changes_in_;
    data.outputParameterChanges = &*changes_out_;
    data.inputEvents = &events_in_;
    data.outputEvents = &events_out_;
    data.processContext = &context_;
    const bool done = plugin_.processor().process(data) == kResultOk;
    if (double_precision_ && done)
        doubles_->give({block.outputs.data(), channels_out_.pointers.size()}, frames);
    for (std::size_t channel = 0; !done && channel < channels_out_.pointers.size(); ++channel)
        std::fill_n(block.outputs[channel], frames, 0.0f);
    events_out_.end();
    give_changes(block);
    continuous_time_ += frames;
}

void Vst3Plugin::connect(const Block& block) noexcept
{
    // Anew for each block: plugins may change the pointers, and what they are given to read.
    std::copy_n(block.inputs.begin(), channels_in_.pointers.size(), channels_in_.pointers.begin());
    std::copy_n(block.outputs.begin(), channels_out_.pointers.size(), channels_out_.pointers.begin());
    const auto point = [](Channels& channels, std::span<const Bus> busses, auto** pointers) {
        for (std::size_t i = 0; i < busses.size(); ++i) {
            AudioBusBuffers& bus = channels.busses[i];
            bus = AudioBusBuffers();
            if (!busses[i].active)
                continue;
            bus.numChannels = static_cast<int32>(busses[i].positions.size());
            if constexpr (std::is_same_v<decltype(pointers), double**>)
                bus.channelBuffers64 = pointers;
            else
                bus.channelBuffers32 = pointers;
            pointers += busses[i].positions.size();
        }
    };
    if (double_precision_) {
        point(channels_in_, inputs_, doubles_->take(channels_in_.pointers, block.request.frames));
        point(channels_out_, outputs_, doubles_->outputs());
    } else {
        point(channels_in_, inputs_, channels_in_.pointers.data());
        point(channels_out_, outputs_, channels_out_.pointers.data());
    }
}

void Vst3Plugin::set_context(const protocol::BlockRequest& request) noexcept
{
    context_ = {};
    context_.state = ProcessContext::kSystemTimeValid | ProcessContext::kContTimeValid;
    context_.sampleRate = request.rate;
    context_.projectTimeSamples = static_cast<TSamples>(request.position);
    context_.systemTime = static_cast<int64>(request.monotonic_nsec);
    context_.continousTimeSamples = continuous_time_;
    if ((request.flags & protocol::block_playing) != 0)
        context_.state |= ProcessContext::kPlaying;
    if ((request.flags & protocol::block_tempo_valid) != 0) {
        context_.state |= ProcessContext::kTempoValid | ProcessContext::kProjectTimeMusicValid |
                          ProcessContext::kBarPositionValid | ProcessContext::kTimeSigValid;
        context_.tempo = request.tempo;
        context_.projectTimeMusic = request.quarter_position;
        context_.barPositionMusic = request.bar_start;
        context_.timeSigNumerator = static_cast<int32>(request.signature_numerator);
        context_.timeSigDenominator = static_cast<int32>(request.signature_denominator);
    } else {
        // Not meant, but there are plugins that divide by them without a look at the flags.
        context_.tempo = 120;
        context_.timeSigNumerator = context_.timeSigDenominator = 4;
    }
}

void Vst3Plugin::take_events(Block& block) noexcept
{
    new_midi_map_.take(midi_map_);
    bool moved = false;
    protocol::EventView event{};
    while (block.events_in.next(event, block.request.frames)) {
        if (event.type == protocol::EventType::midi) {
            events_in_.add_midi(event.frame, event.midi(), midi_map_, *changes_in_);
        } else if (event.type == protocol::EventType::parameter &&
                   event.payload.size() == sizeof(protocol::ParameterEvent)) {
            protocol::ParameterEvent change;
            std::memcpy(&change, event.payload.data(), sizeof change);
            if (change.id >= shown_.size() || std::isnan(change.value))
                continue;
            const std::uint32_t slot = shown_[change.id];
            if (!parameters_[slot].read_only)
                changes_in_->add(slot, event.frame, std::clamp(change.value, 0.0, 1.0));
        }
    }
    // The edits are not yet among them: the controller knows what it has said itself.
    changes_in_->for_each([&](std::uint32_t slot, int32, ParamValue value) {
        played_->set(slot, value);
        moved = true;
    });
    if (moved)
        listener_.work_wanted();
}

void Vst3Plugin::give_changes(Block& block) noexcept
{
    bool moved = false;
    changes_out_->for_each([&](std::uint32_t slot, int32 frame, ParamValue value) {
        if (std::isnan(value))
            return;
        played_->set(slot, std::clamp(value, 0.0, 1.0));
        moved = true;
        const auto at = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(frame, 0, std::int64_t{block.request.frames} - 1));
        if (shown_at_[slot] >= 0 &&
            !block.events_out.push_parameter(at, static_cast<std::uint32_t>(shown_at_[slot]),
                                             std::clamp(value, 0.0, 1.0)))
            block.events_lost = true;
    });
    if (moved)
        listener_.work_wanted();
}

} // namespace decant::host
