// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 shell for tests: one DLL with two plugins, "Half" and "Double". Old-fashioned in every way: its
// entry point is called main, and its audio is added to what is there.

#include <fst/aeffectx.h>

#include <cstring>

namespace
{

constexpr int half_id = CCONST('D', 't', 'H', 'f');
constexpr int double_id = CCONST('D', 't', 'D', 'b');

VstIntPtr write(void* pointer, const char* text)
{
    std::strcpy(static_cast<char*>(pointer), text);
    return 1;
}

VstIntPtr dispatch(AEffect* effect, int opcode, int, VstIntPtr, void* const pointer, float)
{
    static int next = 0;
    const bool is_shell = effect->uniqueID == 0;
    switch (opcode) {
    case effClose:
        delete effect;
        return 0;
    case effGetPlugCategory:
        return is_shell ? kPlugCategShell : kPlugCategEffect;
    case effShellGetNextPlugin:
        if (++next > 2)
            return 0;
        write(pointer, next == 1 ? "Half" : "Double");
        return next == 1 ? half_id : double_id;
    case effGetEffectName:
        return write(pointer, effect->uniqueID == half_id ? "Half" : "Double");
    default:
        return 0;
    }
}

void set_parameter(AEffect*, int, float) {}
float get_parameter(AEffect*, int)
{
    return 0;
}

void process_adding(AEffect* effect, float** inputs, float** outputs, int frames)
{
    for (int i = 0; i < frames; ++i)
        outputs[0][i] += inputs[0][i] * (effect->uniqueID == half_id ? 0.5f : 2.0f);
}

} // namespace

extern "C" __declspec(dllexport) AEffect* entry(audioMasterCallback host) asm("main");
extern "C" AEffect* entry(audioMasterCallback host)
{
    auto* effect = new AEffect{};
    effect->magic = kEffectMagic;
    effect->dispatcher = dispatch;
    effect->setParameter = set_parameter;
    effect->getParameter = get_parameter;
    effect->process = process_adding;
    effect->numInputs = effect->numOutputs = 1;
    effect->uniqueID = static_cast<int>(host(effect, audioMasterCurrentId, 0, 0, nullptr, 0));
    return effect;
}
