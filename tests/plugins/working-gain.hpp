// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fst/aeffectx.h>

#include <cstring>
#include <memory>

#include <windows.h>
#include <x86intrin.h>

/// A VST2 stereo gain that takes as long for a block as it is told: what a plugin that works hard looks like
/// from outside. Who derives from it says which thread does the work.
class WorkingGain
{
    static constexpr float most_gain = 2;
    static constexpr float most_usec = 10'000;

    enum Parameter {
        gain, ///< times 2
        burn, ///< times 10 ms, in every block
        parameter_count,
    };

    AEffect effect_{};
    const char* name_;
    float parameters_[parameter_count] = {0.5f, 0};
    const double ticks_per_usec_ = measure_clock();

    static WorkingGain& self(AEffect* effect) { return *static_cast<WorkingGain*>(effect->object); }

    /// The CPU's own clock, as Windows' may be a system call. Measured once, against Windows'.
    static double measure_clock()
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
        const double usec = 1e6 * static_cast<double>(now.QuadPart - start.QuadPart) /
                            static_cast<double>(frequency.QuadPart);
        return static_cast<double>(__rdtsc() - first) / usec;
    }

    static VstIntPtr dispatch(AEffect* effect, int opcode, int index, VstIntPtr, void* const pointer, float)
    {
        const auto write = [pointer](const char* text) -> VstIntPtr {
            std::strcpy(static_cast<char*>(pointer), text);
            return 1;
        };
        switch (opcode) {
        case effClose:
            delete &self(effect);
            return 0;
        case effGetEffectName:
            return write(self(effect).name_);
        case effGetParamName:
            return write(index == gain ? "Gain" : "Burn");
        default:
            return 0;
        }
    }

protected:
    static constexpr int channels = 2;

    WorkingGain(const char* name, int id) : name_(name)
    {
        effect_.magic = kEffectMagic;
        effect_.dispatcher = dispatch;
        effect_.setParameter = [](AEffect* effect, int index, float value) {
            self(effect).parameters_[index] = value;
        };
        effect_.getParameter = [](AEffect* effect, int index) {
            return self(effect).parameters_[index];
        };
        effect_.processReplacing = [](AEffect* effect, float** inputs, float** outputs, int frames) {
            self(effect).process(inputs, outputs, frames);
        };
        effect_.numPrograms = 1;
        effect_.numParams = parameter_count;
        effect_.numInputs = effect_.numOutputs = channels;
        effect_.flags = effFlagsCanReplacing;
        effect_.uniqueID = id;
        effect_.version = 1000;
        effect_.object = this;
    }

    /// Plays some of the channels, and takes as long as a block is to take.
    void work(const float* const* inputs, float* const* outputs, int first, int last, int frames) const
    {
        const unsigned long long start = __rdtsc();
        for (int channel = first; channel < last; ++channel)
            for (int frame = 0; frame < frames; ++frame)
                outputs[channel][frame] = inputs[channel][frame] * most_gain * parameters_[gain];
        const auto ticks = static_cast<unsigned long long>(parameters_[burn] * most_usec * ticks_per_usec_);
        while (__rdtsc() - start < ticks)
            _mm_pause();
    }

    virtual void process(float** inputs, float** outputs, int frames) = 0;

public:
    virtual ~WorkingGain() = default;
    WorkingGain(const WorkingGain&) = delete;
    WorkingGain& operator=(const WorkingGain&) = delete;

    /// Deleted when its host closes it.
    template <class Plugin>
    static AEffect* make()
    {
        return &std::make_unique<Plugin>().release()->effect_;
    }
};
