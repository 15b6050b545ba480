// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 effect for tests that runs with the speakers that the host asks for: stereo, mono to mono or to
// stereo, and 5.1, whose channels lie in its own order. Each output plays the input of its number, or the
// last one.

#include "wine-host/vst2-interface.hpp"

#include <algorithm>
#include <cstring>

namespace
{

using namespace decant::host::vst2;

constexpr int mono = kSpeakerArrMono;
constexpr int stereo = kSpeakerArrStereo;

struct Speakers {
    AEffect effect{};
    audioMasterCallback host = nullptr;
    SpeakerArrangement in{};
    SpeakerArrangement out{};
    bool active = false;
};

Speakers& self(AEffect* effect)
{
    return *static_cast<Speakers*>(effect->object);
}

SpeakerArrangement of_two()
{
    SpeakerArrangement arrangement{};
    arrangement.type = stereo;
    arrangement.channels = 2;
    arrangement.speakers[0].type = kSpeakerL;
    arrangement.speakers[1].type = kSpeakerR;
    return arrangement;
}

VstIntPtr set_speakers(AEffect* effect, const SpeakerArrangement& in, const SpeakerArrangement& out)
{
    Speakers& speakers = self(effect);
    const bool good = !speakers.active && ((in.type == stereo && out.type == stereo) ||
                                           (in.type == mono && (out.type == mono || out.type == stereo)) ||
                                           (in.type == arrangement_5_1 && out.type == arrangement_5_1));
    if (!good)
        return 0;
    speakers.in = in;
    speakers.out = out;
    effect->numInputs = in.channels;
    effect->numOutputs = out.channels;
    speakers.host(effect, host_io_changed, 0, 0, nullptr, 0);
    return 1;
}

VstIntPtr dispatch(AEffect* effect, int opcode, int, VstIntPtr value, void* const pointer, float)
{
    Speakers& speakers = self(effect);
    switch (opcode) {
    case effClose:
        delete &speakers;
        return 0;
    case effGetEffectName:
        std::strcpy(static_cast<char*>(pointer), "Speakers");
        return 1;
    case effMainsChanged:
        speakers.active = value != 0;
        return 0;
    case effSetSpeakerArrangement:
        return set_speakers(effect, *reinterpret_cast<SpeakerArrangement*>(value),
                            *static_cast<SpeakerArrangement*>(pointer));
    case effGetSpeakerArrangement:
        *reinterpret_cast<SpeakerArrangement**>(value) = &speakers.in;
        *static_cast<SpeakerArrangement**>(pointer) = &speakers.out;
        return 1;
    default:
        return 0;
    }
}

void process(AEffect* effect, float** in, float** out, int frames)
{
    const Speakers& speakers = self(effect);
    for (int channel = 0; channel < speakers.out.channels; ++channel)
        std::memcpy(out[channel], in[std::min(channel, speakers.in.channels - 1)],
                    sizeof(float) * static_cast<unsigned>(frames));
}

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback host)
{
    auto* speakers = new Speakers;
    speakers->host = host;
    speakers->in = speakers->out = of_two();
    AEffect& effect = speakers->effect;
    effect.magic = kEffectMagic;
    effect.dispatcher = dispatch;
    effect.setParameter = [](AEffect*, int, float) {
    };
    effect.getParameter = [](AEffect*, int) {
        return 0.0f;
    };
    effect.processReplacing = process;
    effect.flags = effFlagsCanReplacing;
    effect.numInputs = effect.numOutputs = 2;
    effect.uniqueID = CCONST('D', 't', 'S', 'p');
    effect.object = speakers;
    return &effect;
}
