// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "../multiplier.hpp"

/// A stereo effect for tests that has an editor.
class Dial final : public Multiplier
{
public:
    Dial() : Multiplier(0) {}

    const char* getLabel() const override { return "DecantTestDial"; }
    const char* getDescription() const override { return "Multiplies by what its editor shows"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('D', 't', 'D', 'l'); }
};

DISTRHO::Plugin* DISTRHO::createPlugin()
{
    return new Dial;
}
