// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 shell for tests: one DLL with two plugins, "Half" and "Double", each with eight megabytes of state.
// Old-fashioned in every way: its entry point is called main, and the audio of "Half" is added to what is
// there. "Double" takes nothing but double precision. hoard.hpp tells of a larger state.

#include "hoard.hpp"

#include <fst/aeffectx.h>

#include <cstdlib>
#include <cstring>
#include <vector>

namespace
{

/// The plugin's state; its one parameter says whether what was restored is what was saved.
std::vector<unsigned> make_state()
{
    std::vector<unsigned> state(2 * 1024 * 1024);
    for (unsigned i = 0; i < state.size(); ++i)
        state[i] = i * 2654435761u;
    return state;
}

float restored = 0;

constexpr int half_id = CCONST('D', 't', 'H', 'f');
constexpr int double_id = CCONST('D', 't', 'D', 'b');

VstIntPtr write(void* pointer, const char* text)
{
    std::strcpy(static_cast<char*>(pointer), text);
    return 1;
}

VstIntPtr dispatch(AEffect* effect, int opcode, int, VstIntPtr value, void* const pointer, float)
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
    case effGetChunk: {
        if (const auto hoard = decant::tests::hoard_bytes(); hoard != 0) {
            static void* const nothing = std::calloc(hoard, 1); // which takes no memory before it is read
            *static_cast<void**>(pointer) = nothing;
            return static_cast<VstIntPtr>(hoard);
        }
        static std::vector<unsigned> state = make_state();
        *static_cast<void**>(pointer) = state.data();
        return static_cast<VstIntPtr>(state.size() * sizeof state[0]);
    }
    case effSetChunk: {
        const std::vector<unsigned> state = make_state();
        const std::size_t size = state.size() * sizeof state[0];
        restored = value == static_cast<VstIntPtr>(size) && std::memcmp(pointer, state.data(), size) == 0;
        return 1;
    }
    default:
        return 0;
    }
}

void set_parameter(AEffect*, int, float) {}

float get_parameter(AEffect*, int)
{
    return restored;
}

void process_adding(AEffect* effect, float** inputs, float** outputs, int frames)
{
    for (int i = 0; i < frames; ++i)
        outputs[0][i] += inputs[0][i] * (effect->uniqueID == half_id ? 0.5f : 2.0f);
}

void process_double(AEffect*, double** inputs, double** outputs, int frames)
{
    for (int i = 0; i < frames; ++i)
        outputs[0][i] = inputs[0][i] * 2;
}

} // namespace

#ifdef _WIN64
extern "C" __declspec(dllexport) AEffect* entry(audioMasterCallback host) asm("main");
#else
// Names of C begin with an underscore there, of which dllexport does not know for a name that asm gives.
asm(".globl _main\n.set _main, _entry\n.section .drectve\n.ascii \" -export:main\"\n.text");
#endif
extern "C" AEffect* entry(audioMasterCallback host)
{
    auto* effect = new AEffect{};
    effect->magic = kEffectMagic;
    effect->dispatcher = dispatch;
    effect->setParameter = set_parameter;
    effect->getParameter = get_parameter;
    effect->process = process_adding;
    effect->flags = effFlagsProgramChunks;
    effect->numParams = 1;
    effect->numInputs = effect->numOutputs = 1;
    effect->uniqueID = static_cast<int>(host(effect, audioMasterCurrentId, 0, 0, nullptr, 0));
    if (effect->uniqueID == double_id) {
        effect->process = nullptr;
        effect->processDoubleReplacing = process_double;
        effect->flags |= effFlagsCanDoubleReplacing;
    }
    return effect;
}
