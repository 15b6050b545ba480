// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include <DistrhoPlugin.hpp>

/// A stereo effect for tests that multiplies, and has an editor.
class Dial final : public DISTRHO::Plugin
{
    float gain_ = 1;

public:
    Dial() : Plugin(1, 0, 0) {}

    const char* getLabel() const override { return "DecantTestDial"; }
    const char* getDescription() const override { return "Multiplies by what its editor shows"; }
    const char* getMaker() const override { return "The Decant authors"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('D', 't', 'D', 'l'); }

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

DISTRHO::Plugin* DISTRHO::createPlugin()
{
    return new Dial;
}
