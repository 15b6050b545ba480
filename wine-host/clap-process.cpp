// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a CLAP plugin does on the audio thread: it never allocates, locks, logs or makes a system call of
// ours.

#include "wine-host/clap-plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace decant::host
{
namespace
{

clap_beattime beats(double quarters) noexcept
{
    return std::llround(quarters * static_cast<double>(CLAP_BEATTIME_FACTOR));
}

/// Which is no value of the parameter. DPF (of 2022) leaves all numbers that say whose it is at nought.
bool is_of_a_note(const clap_event_param_value_t& change) noexcept
{
    const bool forgotten =
        change.note_id == 0 && change.port_index == 0 && change.channel == 0 && change.key == 0;
    return !forgotten && (change.note_id != -1 || change.key != -1);
}

} // namespace

void ClapPlugin::process(Block& block) noexcept
{
    const ClapHost::AudioRole role(host_);
    const std::uint32_t frames = block.request.frames;
    block_ = &block;
    midi_out_.begin();
    take_events(block);
    if (frames == 0) {
        if (params_ != nullptr)
            params_->flush(plugin_, events_in_->list(), &events_out_);
        block_ = nullptr;
        return;
    }
    connect(block);
    set_transport(block.request);
    if (!processing_)
        processing_ = plugin_->start_processing(plugin_);

    clap_process_t process{};
    process.steady_time = steady_time_;
    process.frames_count = frames;
    process.transport = &transport_;
    process.audio_inputs = inputs_.ports.data();
    process.audio_outputs = outputs_.ports.data();
    process.audio_inputs_count = static_cast<std::uint32_t>(inputs_.ports.size());
    process.audio_outputs_count = static_cast<std::uint32_t>(outputs_.ports.size());
    process.in_events = events_in_->list();
    process.out_events = &events_out_;
    if (!processing_ || plugin_->process(plugin_, &process) == CLAP_PROCESS_ERROR) {
        for (std::size_t channel = 0; channel < std::min(outputs_.pointers.size(), block.outputs.size());
             ++channel)
            std::fill_n(block.outputs[channel], frames, 0.0f);
    }
    steady_time_ += frames;
    block_ = nullptr;
}

void ClapPlugin::connect(const Block& block) noexcept
{
    // Anew for each block: plugins may change the pointers, and what they are given to read.
    std::copy_n(block.inputs.begin(), std::min(block.inputs.size(), inputs_.pointers.size()),
                inputs_.pointers.begin());
    std::copy_n(block.outputs.begin(), std::min(block.outputs.size(), outputs_.pointers.size()),
                outputs_.pointers.begin());
    if (inputs_.pointers.size() > block.inputs.size())
        std::fill_n(inputs_.beyond.begin(), block.request.frames, 0.0f);
    for (auto* channels : {&inputs_, &outputs_})
        for (auto& port : channels->ports)
            port.constant_mask = 0;
}

void ClapPlugin::set_transport(const protocol::BlockRequest& request) noexcept
{
    transport_ = {};
    transport_.header = {sizeof transport_, 0, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_TRANSPORT, 0};
    transport_.flags = CLAP_TRANSPORT_HAS_SECONDS_TIMELINE;
    transport_.song_pos_seconds =
        std::llround(static_cast<double>(request.position) / std::max(request.rate, 1u) *
                     static_cast<double>(CLAP_SECTIME_FACTOR));
    if ((request.flags & protocol::block_playing) != 0)
        transport_.flags |= CLAP_TRANSPORT_IS_PLAYING;
    if ((request.flags & protocol::block_tempo_valid) == 0)
        return;
    transport_.flags |=
        CLAP_TRANSPORT_HAS_TEMPO | CLAP_TRANSPORT_HAS_BEATS_TIMELINE | CLAP_TRANSPORT_HAS_TIME_SIGNATURE;
    transport_.tempo = request.tempo;
    transport_.song_pos_beats = beats(request.quarter_position);
    transport_.bar_start = beats(request.bar_start);
    transport_.tsig_num = static_cast<std::uint16_t>(request.signature_numerator);
    transport_.tsig_denom = static_cast<std::uint16_t>(request.signature_denominator);
    if (request.signature_numerator != 0 && request.signature_denominator != 0) {
        const double bar = 4.0 * request.signature_numerator / request.signature_denominator;
        transport_.bar_number = static_cast<std::int32_t>(
            std::clamp(std::round(request.bar_start / bar), -2147483648.0, 2147483647.0));
    }
}

void ClapPlugin::take_events(Block& block) noexcept
{
    events_in_->clear();
    protocol::EventView event{};
    while (block.events_in.next(event, block.request.frames)) {
        if (event.type == protocol::EventType::midi) {
            events_in_->add_midi(event.frame, event.midi());
        } else if (event.type == protocol::EventType::parameter &&
                   event.payload.size() == sizeof(protocol::ParameterEvent)) {
            protocol::ParameterEvent change;
            std::memcpy(&change, event.payload.data(), sizeof change);
            if (change.id >= parameters_.size() || std::isnan(change.value))
                continue;
            const ClapParameter& parameter = parameters_[change.id];
            if (!parameter.read_only)
                events_in_->add_parameter(event.frame, parameter.id, parameter.cookie,
                                          std::clamp(change.value, parameter.minimum, parameter.maximum));
        }
    }
}

/// From within process(), or from flush() without a block.
void ClapPlugin::give(const clap_event_header_t& event) noexcept
{
    if (event.space_id != CLAP_CORE_EVENT_SPACE_ID)
        return;
    if (event.type != CLAP_EVENT_PARAM_VALUE) {
        if (block_ != nullptr)
            midi_out_.write(event, *block_);
        return;
    }
    const auto& change = reinterpret_cast<const clap_event_param_value_t&>(event);
    if (event.size < sizeof change || is_of_a_note(change) || std::isnan(change.value))
        return;
    const std::uint32_t* index = index_of(change.param_id);
    if (index == nullptr)
        return;
    if (block_ == nullptr)
        listener_.parameter_moved(*index, change.value);
    else if (!block_->events_out.push_parameter(midi_out_.frame_of(event, *block_), *index, change.value))
        block_->events_lost = true;
}

} // namespace decant::host
