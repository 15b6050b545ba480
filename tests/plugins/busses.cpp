// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 effect for tests that has, as far as VST2 knows such things, two stereo outputs, as many main inputs
// and a stereo side chain: the first output is the first input, the second one the side chain.

#include <fst/aeffectx.h>

#include <cstdio>
#include <cstring>

namespace
{

constexpr int inputs = 6;
constexpr int outputs = 4;
constexpr int side_chain = 4; ///< its first input
constexpr int pin_is_stereo = 1 << 1;

VstIntPtr describe_pin(void* pointer, const char* const* names, int pin)
{
    auto& properties = *static_cast<VstPinProperties*>(pointer);
    std::snprintf(properties.label, sizeof properties.label, "%s %c", names[pin / 2],
                  pin % 2 == 0 ? 'L' : 'R');
    properties.flags = pin_is_stereo;
    return 1;
}

VstIntPtr dispatch(AEffect* effect, int opcode, int index, VstIntPtr, void* const pointer, float)
{
    constexpr const char* input_names[] = {"Kick in", "Snare in", "Key"};
    constexpr const char* output_names[] = {"Kick", "Snare"};
    switch (opcode) {
    case effClose:
        delete effect;
        return 0;
    case effGetEffectName:
        std::strcpy(static_cast<char*>(pointer), "Busses");
        return 1;
    case effGetInputProperties:
        return describe_pin(pointer, input_names, index);
    case effGetOutputProperties:
        return describe_pin(pointer, output_names, index);
    default:
        return 0;
    }
}

void process(AEffect*, float** in, float** out, int frames)
{
    const auto size = sizeof(float) * static_cast<unsigned>(frames);
    for (int channel = 0; channel < 2; ++channel) {
        std::memcpy(out[channel], in[channel], size);
        std::memcpy(out[2 + channel], in[side_chain + channel], size);
    }
}

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback)
{
    auto* effect = new AEffect{};
    effect->magic = kEffectMagic;
    effect->dispatcher = dispatch;
    effect->setParameter = [](AEffect*, int, float) {
    };
    effect->getParameter = [](AEffect*, int) {
        return 0.0f;
    };
    effect->processReplacing = process;
    effect->flags = effFlagsCanReplacing;
    effect->numInputs = inputs;
    effect->numOutputs = outputs;
    effect->uniqueID = CCONST('D', 't', 'B', 's');
    return effect;
}
