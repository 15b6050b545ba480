// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A WorkingGain that shares its work among threads, one for each channel: what a sampler with several threads
// looks like from outside. They ask for the highest priority that there is, unless DECANT_CREW_SILENT is set,
// and wait for one another by means of Windows' events.

#include "working-gain.hpp"

namespace
{

class Crew final : public WorkingGain
{
    struct Worker {
        Crew* crew = nullptr;
        int channel = 0;
        HANDLE begin = CreateEventW(nullptr, FALSE, FALSE, nullptr);
        HANDLE done = CreateEventW(nullptr, FALSE, FALSE, nullptr);
        HANDLE thread = nullptr;
    };

    // The block that is out; no inputs: it is the end.
    float** inputs_ = nullptr;
    float** outputs_ = nullptr;
    int frames_ = 0;
    Worker workers_[channels];

    static DWORD WINAPI run(void* parameter)
    {
        const Worker& worker = *static_cast<Worker*>(parameter);
        wchar_t silent[2];
        if (GetEnvironmentVariableW(L"DECANT_CREW_SILENT", silent, 2) == 0)
            SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL);
        for (;;) {
            WaitForSingleObject(worker.begin, INFINITE);
            const Crew& crew = *worker.crew;
            if (crew.inputs_ == nullptr)
                return 0;
            crew.work(crew.inputs_, crew.outputs_, worker.channel, worker.channel + 1, crew.frames_);
            SetEvent(worker.done);
        }
    }

    void process(float** inputs, float** outputs, int frames) override
    {
        inputs_ = inputs;
        outputs_ = outputs;
        frames_ = frames;
        HANDLE done[channels];
        for (int channel = 0; channel < channels; ++channel) {
            done[channel] = workers_[channel].done;
            SetEvent(workers_[channel].begin);
        }
        WaitForMultipleObjects(channels, done, TRUE, INFINITE);
    }

public:
    Crew() : WorkingGain("Crew", CCONST('D', 't', 'C', 'w'))
    {
        for (int channel = 0; channel < channels; ++channel) {
            Worker& worker = workers_[channel];
            worker.crew = this;
            worker.channel = channel;
            worker.thread = CreateThread(nullptr, 0, run, &worker, 0, nullptr);
        }
    }

    ~Crew() override
    {
        inputs_ = nullptr;
        for (const Worker& worker : workers_) {
            SetEvent(worker.begin);
            WaitForSingleObject(worker.thread, INFINITE);
        }
    }
};

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback)
{
    return WorkingGain::make<Crew>();
}
