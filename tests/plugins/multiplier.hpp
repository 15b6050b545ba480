// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <DistrhoPlugin.hpp>

/// What test plugins are that multiply, and so give every sample back as it was while the gain is one.
class Multiplier : public DISTRHO::Plugin
{
    float gain_ = 1;

public:
    explicit Multiplier(uint32_t states) : Plugin(1, 0, states) {}

    const char* getMaker() const override { return "The Decant authors"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }

    void initParameter(uint32_t, DISTRHO::Parameter& parameter) override
    {
        parameter.hints = DISTRHO::kParameterIsAutomatable;
        parameter.name = "Gain";
        parameter.symbol = "gain";
        parameter.unit = "x";
        parameter.ranges.min = 0;
        parameter.ranges.max = 2;
        parameter.ranges.def = 1;
    }

    float getParameterValue(uint32_t) const override { return gain_; }
    void setParameterValue(uint32_t, float value) override { gain_ = value; }

    void run(const float** inputs, float** outputs, uint32_t frames) override
    {
        for (unsigned channel = 0; channel < DISTRHO_PLUGIN_NUM_OUTPUTS; ++channel) {
            for (uint32_t frame = 0; frame < frames; ++frame)
                outputs[channel][frame] = inputs[channel][frame] * gain_;
        }
    }
};
