// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst2-speakers.hpp"

#include <algorithm>

namespace decant::host
{
namespace
{

using protocol::ChannelLayout;

/// PipeWire's name of a speaker; empty if it is none that PipeWire knows.
std::string speaker_name(int speaker)
{
    switch (speaker) {
    case kSpeakerM:
        return "MONO";
    case kSpeakerL:
        return "FL";
    case kSpeakerR:
        return "FR";
    case vst2::speaker_center:
        return "FC";
    case vst2::speaker_lfe:
        return "LFE";
    case vst2::speaker_surround_left:
        return "RL";
    case vst2::speaker_surround_right:
        return "RR";
    case vst2::speaker_left_of_center:
        return "FLC";
    case vst2::speaker_right_of_center:
        return "FRC";
    case vst2::speaker_surround:
        return "RC";
    case vst2::speaker_side_left:
        return "SL";
    case vst2::speaker_side_right:
        return "SR";
    default:
        return {};
    }
}

struct Known {
    int type; ///< of the whole
    std::vector<int> speakers;
};

Known known(ChannelLayout layout)
{
    using namespace vst2;
    switch (layout) {
    case ChannelLayout::mono:
        return {kSpeakerArrMono, {kSpeakerM}};
    case ChannelLayout::stereo:
        return {kSpeakerArrStereo, {kSpeakerL, kSpeakerR}};
    case ChannelLayout::quad:
        return {arrangement_quad, {kSpeakerL, kSpeakerR, speaker_surround_left, speaker_surround_right}};
    case ChannelLayout::surround_5_0:
        return {arrangement_5_0,
                {kSpeakerL, kSpeakerR, speaker_center, speaker_surround_left, speaker_surround_right}};
    case ChannelLayout::surround_5_1:
        return {arrangement_5_1,
                {kSpeakerL, kSpeakerR, speaker_center, speaker_lfe, speaker_surround_left,
                 speaker_surround_right}};
    case ChannelLayout::surround_7_1:
        return {arrangement_7_1,
                {kSpeakerL, kSpeakerR, speaker_center, speaker_lfe, speaker_surround_left,
                 speaker_surround_right, speaker_side_left, speaker_side_right}};
    default:
        return {kSpeakerArrEmpty, {}};
    }
}

vst2::SpeakerArrangement arrangement_of(ChannelLayout layout)
{
    vst2::SpeakerArrangement arrangement{};
    const Known wanted = known(layout);
    arrangement.type = wanted.type;
    for (const int speaker : wanted.speakers)
        arrangement.speakers[arrangement.channels++].type = speaker;
    return arrangement;
}

/// What the plugin has now, as it says itself or as the number of its pins does.
vst2::SpeakerArrangement own_arrangement(const VstSpeakerArrangement* told, std::uint32_t pins)
{
    vst2::SpeakerArrangement arrangement{};
    if (told != nullptr && told->numChannels >= 0 && told->numChannels <= vst2::SpeakerArrangement::most) {
        arrangement.type = told->type;
        arrangement.channels = told->numChannels;
        std::copy_n(told->speakers, told->numChannels, arrangement.speakers);
        return arrangement;
    }
    if (pins <= 2)
        return arrangement_of(pins == 0   ? ChannelLayout::own
                              : pins == 1 ? ChannelLayout::mono
                                          : ChannelLayout::stereo);
    arrangement.type = kSpeakerArrUserDefined;
    arrangement.channels = std::min<int>(static_cast<int>(pins), vst2::SpeakerArrangement::most);
    return arrangement;
}

} // namespace

std::vector<std::string> speaker_names(const VstSpeakerArrangement* arrangement, std::size_t count)
{
    std::vector<std::string> names;
    if (arrangement == nullptr || arrangement->numChannels != static_cast<int>(count))
        return names;
    for (std::size_t i = 0; i < count; ++i) {
        names.push_back(speaker_name(arrangement->speakers[i].type));
        if (names.back().empty() || std::count(names.begin(), names.end(), names.back()) > 1)
            return {};
    }
    return names;
}

void set_speakers(const Vst2Effect& effect, ChannelLayout inputs, ChannelLayout outputs)
{
    VstSpeakerArrangement* told_inputs = nullptr;
    VstSpeakerArrangement* told_outputs = nullptr;
    if (effect.dispatch(effGetSpeakerArrangement, 0, reinterpret_cast<VstIntPtr>(&told_inputs),
                        &told_outputs) == 0)
        told_inputs = told_outputs = nullptr;
    vst2::SpeakerArrangement in =
        inputs == ChannelLayout::own ? own_arrangement(told_inputs, effect.inputs()) : arrangement_of(inputs);
    vst2::SpeakerArrangement out = outputs == ChannelLayout::own
                                       ? own_arrangement(told_outputs, effect.outputs())
                                       : arrangement_of(outputs);
    effect.dispatch(effSetSpeakerArrangement, 0, reinterpret_cast<VstIntPtr>(&in), &out);
}

} // namespace decant::host
