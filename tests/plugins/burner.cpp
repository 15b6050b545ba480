// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 stereo gain that takes as long for a block as it is told: what a plugin that works hard looks like
// from outside.

#include <fst/aeffectx.h>

#include <cstring>

#include <windows.h>
#include <x86intrin.h>

namespace
{

constexpr int channels = 2;
constexpr float most_gain = 2;
constexpr float most_usec = 10'000;

enum Parameter {
    gain, ///< times 2
    burn, ///< times 10 ms, in every block
    parameter_count,
};

struct Burner {
    AEffect effect{};
    float parameters[parameter_count] = {0.5f, 0};
    double ticks_per_usec = 1;
};

Burner* self(AEffect* effect)
{
    return static_cast<Burner*>(effect->object);
}

/// The CPU's own clock, as Windows' may be a system call. Measured once, against Windows'.
double measure_clock()
{
    LARGE_INTEGER frequency;
    LARGE_INTEGER start;
    LARGE_INTEGER now;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&start);
    const unsigned long long first = __rdtsc();
    do {
        QueryPerformanceCounter(&now);
    } while (now.QuadPart - start.QuadPart < frequency.QuadPart / 500);
    const double usec =
        1e6 * static_cast<double>(now.QuadPart - start.QuadPart) / static_cast<double>(frequency.QuadPart);
    return static_cast<double>(__rdtsc() - first) / usec;
}

VstIntPtr dispatch(AEffect* effect, int opcode, int index, VstIntPtr, void* const pointer, float)
{
    const auto write = [pointer](const char* text) -> VstIntPtr {
        std::strcpy(static_cast<char*>(pointer), text);
        return 1;
    };
    switch (opcode) {
    case effClose:
        delete self(effect);
        return 0;
    case effGetEffectName:
        return write("Burner");
    case effGetParamName:
        return write(index == gain ? "Gain" : "Burn");
    default:
        return 0;
    }
}

void set_parameter(AEffect* effect, int index, float value)
{
    self(effect)->parameters[index] = value;
}

float get_parameter(AEffect* effect, int index)
{
    return self(effect)->parameters[index];
}

void process(AEffect* effect, float** inputs, float** outputs, int frames)
{
    const Burner& burner = *self(effect);
    const unsigned long long start = __rdtsc();
    for (int channel = 0; channel < channels; ++channel)
        for (int frame = 0; frame < frames; ++frame)
            outputs[channel][frame] = inputs[channel][frame] * most_gain * burner.parameters[gain];
    const auto ticks =
        static_cast<unsigned long long>(burner.parameters[burn] * most_usec * burner.ticks_per_usec);
    while (__rdtsc() - start < ticks)
        _mm_pause();
}

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback)
{
    auto* burner = new Burner;
    burner->ticks_per_usec = measure_clock();
    AEffect& effect = burner->effect;
    effect.magic = kEffectMagic;
    effect.dispatcher = dispatch;
    effect.setParameter = set_parameter;
    effect.getParameter = get_parameter;
    effect.processReplacing = process;
    effect.numPrograms = 1;
    effect.numParams = parameter_count;
    effect.numInputs = effect.numOutputs = channels;
    effect.flags = effFlagsCanReplacing;
    effect.uniqueID = CCONST('D', 't', 'B', 'r');
    effect.version = 1000;
    effect.object = burner;
    return &effect;
}
