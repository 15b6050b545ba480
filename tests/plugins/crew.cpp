// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 stereo gain that shares its work among threads, one for each channel, and takes as long for a block
// as it is told: what a sampler with several threads looks like from outside. The threads ask for the highest
// priority that there is, unless DECANT_CREW_SILENT is set, and wait for one another by means of Windows'
// events.

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
    burn, ///< times 10 ms, of each worker in every block
    parameter_count,
};

struct Crew;

struct Worker {
    Crew* crew = nullptr;
    int channel = 0;
    HANDLE begin = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    HANDLE done = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    HANDLE thread = nullptr;
};

struct Crew {
    AEffect effect{};
    float parameters[parameter_count] = {0.5f, 0};
    double ticks_per_usec = 1;

    // The block that is out; no inputs: it is the end.
    float** inputs = nullptr;
    float** outputs = nullptr;
    int frames = 0;
    Worker workers[channels];
};

Crew* self(AEffect* effect)
{
    return static_cast<Crew*>(effect->object);
}

DWORD WINAPI work(void* parameter)
{
    const Worker& worker = *static_cast<Worker*>(parameter);
    wchar_t silent[2];
    if (GetEnvironmentVariableW(L"DECANT_CREW_SILENT", silent, 2) == 0)
        SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL);
    for (;;) {
        WaitForSingleObject(worker.begin, INFINITE);
        const Crew& crew = *worker.crew;
        if (crew.inputs == nullptr)
            return 0;
        const unsigned long long start = __rdtsc();
        for (int frame = 0; frame < crew.frames; ++frame)
            crew.outputs[worker.channel][frame] =
                crew.inputs[worker.channel][frame] * most_gain * crew.parameters[gain];
        const auto ticks =
            static_cast<unsigned long long>(crew.parameters[burn] * most_usec * crew.ticks_per_usec);
        while (__rdtsc() - start < ticks)
            _mm_pause();
        SetEvent(worker.done);
    }
}

void start(Crew& crew)
{
    for (int channel = 0; channel < channels; ++channel) {
        Worker& worker = crew.workers[channel];
        worker.crew = &crew;
        worker.channel = channel;
        worker.thread = CreateThread(nullptr, 0, work, &worker, 0, nullptr);
    }
}

void end(Crew& crew)
{
    crew.inputs = nullptr;
    for (const Worker& worker : crew.workers) {
        SetEvent(worker.begin);
        WaitForSingleObject(worker.thread, INFINITE);
    }
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
        end(*self(effect));
        delete self(effect);
        return 0;
    case effGetEffectName:
        return write("Crew");
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
    Crew& crew = *self(effect);
    crew.inputs = inputs;
    crew.outputs = outputs;
    crew.frames = frames;
    HANDLE done[channels];
    for (int channel = 0; channel < channels; ++channel) {
        done[channel] = crew.workers[channel].done;
        SetEvent(crew.workers[channel].begin);
    }
    WaitForMultipleObjects(channels, done, TRUE, INFINITE);
}

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback)
{
    auto* crew = new Crew;
    crew->ticks_per_usec = measure_clock();
    start(*crew);
    AEffect& effect = crew->effect;
    effect.magic = kEffectMagic;
    effect.dispatcher = dispatch;
    effect.setParameter = set_parameter;
    effect.getParameter = get_parameter;
    effect.processReplacing = process;
    effect.numPrograms = 1;
    effect.numParams = parameter_count;
    effect.numInputs = effect.numOutputs = channels;
    effect.flags = effFlagsCanReplacing;
    effect.uniqueID = CCONST('D', 't', 'C', 'w');
    effect.version = 1000;
    effect.object = crew;
    return &effect;
}
