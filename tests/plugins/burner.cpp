// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A WorkingGain whose work is done by the thread that calls it.

#include "working-gain.hpp"

namespace
{

struct Burner final : WorkingGain {
    Burner() : WorkingGain("Burner", CCONST('D', 't', 'B', 'r')) {}

    void process(float** inputs, float** outputs, int frames) override
    {
        work(inputs, outputs, 0, channels, frames);
    }
};

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback)
{
    return WorkingGain::make<Burner>();
}
