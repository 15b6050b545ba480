// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "DistrhoPlugin.hpp"

START_NAMESPACE_DISTRHO

/// Multiplies by one parameter, exactly: at a power of two the output is the input, bit by bit but for the
/// exponent. Its state has a text besides, so that a state is more than the parameters.
class Gain : public Plugin
{
    float gain_ = 1;
    String note_;

public:
    Gain() : Plugin(1, 0, 1) {}

protected:
    const char* getLabel() const override { return "DecantTestGain"; }
    const char* getDescription() const override { return "Multiplies by its parameter, exactly."; }
    const char* getMaker() const override { return "Decant"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('D', 'c', 'G', 'n'); }

    void initParameter(uint32_t, Parameter& parameter) override
    {
        parameter.hints = kParameterIsAutomatable;
        parameter.name = "Gain";
        parameter.symbol = "gain";
        parameter.ranges.min = 0;
        parameter.ranges.max = 2;
        parameter.ranges.def = 1;
    }

    void initState(uint32_t, State& state) override
    {
        state.key = "note";
        state.defaultValue = "";
    }

    String getState(const char*) const override { return note_; }
    void setState(const char*, const char* value) override { note_ = value; }
    float getParameterValue(uint32_t) const override { return gain_; }
    void setParameterValue(uint32_t, float value) override { gain_ = value; }

    void run(const float** inputs, float** outputs, uint32_t frames) override
    {
        for (uint32_t channel = 0; channel < 2; ++channel)
            for (uint32_t i = 0; i < frames; ++i)
                outputs[channel][i] = gain_ * inputs[channel][i];
    }
};

Plugin* createPlugin()
{
    return new Gain;
}

END_NAMESPACE_DISTRHO
