// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include <DistrhoPlugin.hpp>

/// A stereo effect for tests: multiplies, and does nothing else, so that a gain of one gives every sample
/// back as it was. Keeps a text beside its parameter, so that its state is more than its parameter.
class Gain final : public DISTRHO::Plugin
{
    float gain_ = 1;
    DISTRHO::String comment_;

public:
    Gain() : Plugin(1, 0, 1) {}

    const char* getLabel() const override { return "DecantTestGain"; }
    const char* getDescription() const override { return "Multiplies"; }
    const char* getMaker() const override { return "The Decant authors"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 2, 3); }
    int64_t getUniqueId() const override { return d_cconst('D', 't', 'G', 'n'); }

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

    void initState(uint32_t, DISTRHO::State& state) override
    {
        state.key = "comment";
        state.label = "Comment";
        state.defaultValue = "none";
    }

    DISTRHO::String getState(const char*) const override { return comment_; }
    void setState(const char*, const char* value) override { comment_ = value; }

    void run(const float** inputs, float** outputs, uint32_t frames) override
    {
        for (unsigned channel = 0; channel < DISTRHO_PLUGIN_NUM_OUTPUTS; ++channel) {
            for (uint32_t frame = 0; frame < frames; ++frame)
                outputs[channel][frame] = inputs[channel][frame] * gain_;
        }
    }
};

DISTRHO::Plugin* DISTRHO::createPlugin()
{
    return new Gain;
}
