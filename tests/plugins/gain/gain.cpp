// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "../multiplier.hpp"

/// A stereo effect for tests. Keeps a text beside its parameter, so that its state is more than its
/// parameter.
class Gain final : public Multiplier
{
    DISTRHO::String comment_;

public:
    Gain() : Multiplier(1) {}

    const char* getLabel() const override { return "DecantTestGain"; }
    const char* getDescription() const override { return "Multiplies"; }
    uint32_t getVersion() const override { return d_version(1, 2, 3); }
    int64_t getUniqueId() const override { return d_cconst('D', 't', 'G', 'n'); }

    void initState(uint32_t, DISTRHO::State& state) override
    {
        state.key = "comment";
        state.label = "Comment";
        state.defaultValue = "none";
    }

    DISTRHO::String getState(const char*) const override { return comment_; }
    void setState(const char*, const char* value) override { comment_ = value; }
};

DISTRHO::Plugin* DISTRHO::createPlugin()
{
    return new Gain;
}
