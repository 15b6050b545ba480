// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "acts.hpp"

#include <DistrhoPlugin.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>
#include <windows.h>

namespace
{

using decant::tests::WildAct;

constexpr std::size_t heavy_bytes = 10 * 1024 * 1024;
constexpr double fuse_seconds = 0.3;  ///< in which the host hears that the parameter is at zero again
constexpr double spell_seconds = 0.5; ///< of an act that goes on

char pattern(std::size_t place)
{
    return static_cast<char>('a' + place % 23);
}

bool is_heavy(const char* state)
{
    if (std::strlen(state) != heavy_bytes)
        return false;
    for (std::size_t i = 0; i < heavy_bytes; ++i)
        if (state[i] != pattern(i))
            return false;
    return true;
}

/// Not the compiler's to take away, nor to make a loop of.
volatile int depth_of_recursion = 0;

int recurse(int depth)
{
    volatile char room[4096];
    room[0] = static_cast<char>(depth);
    const int deeper = recurse(depth + 1);
    depth_of_recursion = deeper;
    return deeper + room[0];
}

} // namespace

/// A stereo effect that multiplies, as Gain does, until it is told to misbehave.
class Wild final : public DISTRHO::Plugin
{
    enum Index { level_index, act_index, whirl_index, done_index, parameter_count };

    float level_ = 1;
    float act_ = 0;
    float whirl_ = 0;
    bool heavy_ = false;
    bool hang_on_save_ = false;
    uint32_t latency_ = 0;        ///< frames
    float done_ = 0;              ///< zero or one; changes with every act that is over
    WildAct lit_ = WildAct::none; ///< burns, and then is what it does
    double fuse_ = 0;             ///< frames
    WildAct spell_ = WildAct::none;
    double spell_left_ = 0; ///< frames

    /// Tells the host that a parameter is now at zero or at one.
    void move(uint32_t index, float value)
    {
        // The VST2 of DPF declares the value as an integer, whose bits hosts
        // take for those of a float. This is one in either case, as hosts cut what is beyond it.
        constexpr float bits_of_one = 0x3f800000;
        requestParameterValueChange(index, value != 0 ? bits_of_one : 0);
    }

    void light()
    {
        lit_ = static_cast<WildAct>(std::lround(act_ * decant::tests::wild_steps));
        fuse_ = fuse_seconds * getSampleRate();
        act_ = 0;
        move(act_index, 0);
    }

    void tell_done()
    {
        done_ = 1 - done_;
        move(done_index, done_);
    }

    void act_once(WildAct act)
    {
        switch (act) {
        case WildAct::access_violation:
            *static_cast<volatile int*>(nullptr) = 1;
            break;
        case WildAct::stack_overflow:
            recurse(0);
            break;
        case WildAct::endless_loop:
            for (volatile bool on = true; on;) {
            }
            break;
        case WildAct::sleep:
            Sleep(5000);
            break;
        case WildAct::exit:
            std::exit(0);
        case WildAct::exception:
            throw std::runtime_error("nobody catches this");
        case WildAct::event_storm:
            for (int i = 0; i < 1'000'000; ++i) {
                DISTRHO::MidiEvent event{};
                event.size = 3;
                event.data[0] = 0xb0;
                event.data[1] = 1;
                event.data[2] = static_cast<uint8_t>(i & 0x7f);
                writeMidiEvent(event);
            }
            break;
        case WildAct::heavy:
            heavy_ = true;
            break;
        case WildAct::latency:
            setLatency(latency_ += 480);
            break;
        case WildAct::save_hang:
            hang_on_save_ = true;
            break;
        default:
            spell_ = act;
            spell_left_ = spell_seconds * getSampleRate();
            return;
        }
        tell_done();
    }

    void go_on(float** outputs, uint32_t frames)
    {
        float* const last = outputs[DISTRHO_PLUGIN_NUM_OUTPUTS - 1];
        switch (spell_) {
        case WildAct::not_a_number:
            for (uint32_t frame = 0; frame < frames; ++frame) {
                outputs[0][frame] = std::numeric_limits<float>::quiet_NaN();
                last[frame] = std::numeric_limits<float>::infinity() * (frame % 2 != 0 ? 1.0f : -1.0f);
            }
            break;
        case WildAct::denormals: // by their bits: arithmetic with them may be off
            for (uint32_t frame = 0; frame < frames; ++frame) {
                const uint32_t bits = 1 + frame;
                std::memcpy(&outputs[0][frame], &bits, sizeof bits);
                std::memcpy(&last[frame], &bits, sizeof bits);
            }
            break;
        case WildAct::parameter_storm:
            for (int i = 0; i < 10'000; ++i) {
                whirl_ = static_cast<float>(i % 2);
                move(whirl_index, whirl_);
            }
            break;
        case WildAct::overrun:
            std::memset(last + frames, 0x5a, 256 * 1024);
            break;
        default:
            break;
        }
        if ((spell_left_ -= frames) <= 0) {
            spell_ = WildAct::none;
            tell_done();
        }
    }

public:
    Wild() : Plugin(parameter_count, 0, 1)
    {
#ifdef DECANT_WILD_BOX
        MessageBoxA(nullptr, "Is this licensed?", "Decant Test Wild", MB_OKCANCEL);
#endif
    }

    const char* getLabel() const override { return "DecantTestWild"; }
    const char* getDescription() const override { return "Misbehaves on command"; }
    const char* getMaker() const override { return "The Decant authors"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('D', 't', 'W', 'd'); }

    void initParameter(uint32_t index, DISTRHO::Parameter& parameter) override
    {
        static const char* const names[] = {"Level", "Act", "Whirl", "Done"};
        parameter.hints = DISTRHO::kParameterIsAutomatable;
        parameter.name = names[index];
        parameter.symbol = names[index];
        parameter.ranges.min = 0;
        parameter.ranges.max = 1;
        parameter.ranges.def = index == level_index ? 1.0f : 0.0f;
    }

    float getParameterValue(uint32_t index) const override
    {
        switch (index) {
        case level_index:
            return level_;
        case act_index:
            return act_;
        case whirl_index:
            return whirl_;
        default:
            return done_;
        }
    }

    void setParameterValue(uint32_t index, float value) override
    {
        if (index == level_index)
            level_ = value;
        else if (index == act_index)
            act_ = value;
        else if (index == whirl_index)
            whirl_ = value;
        else
            done_ = value;
    }

    void initState(uint32_t, DISTRHO::State& state) override
    {
        state.key = "ballast";
        state.label = "Ballast";
        state.defaultValue = "none";
    }

    DISTRHO::String getState(const char*) const override
    {
        if (hang_on_save_)
            Sleep(INFINITE);
        if (!heavy_)
            return DISTRHO::String("none");
        auto* const text = static_cast<char*>(std::malloc(heavy_bytes + 1));
        for (std::size_t i = 0; i < heavy_bytes; ++i)
            text[i] = pattern(i);
        text[heavy_bytes] = '\0';
        return DISTRHO::String(text, false); // which frees it
    }

    void setState(const char*, const char* value) override { heavy_ = is_heavy(value); }

    void run(const float** inputs, float** outputs, uint32_t frames, const DISTRHO::MidiEvent* events,
             uint32_t count) override
    {
        for (uint32_t i = 0; i < count; ++i)
            writeMidiEvent(events[i]);
        for (unsigned channel = 0; channel < DISTRHO_PLUGIN_NUM_OUTPUTS; ++channel)
            for (uint32_t frame = 0; frame < frames; ++frame)
                outputs[channel][frame] = inputs[channel % 2][frame] * level_;
        if (act_ != 0)
            light();
        if (lit_ != WildAct::none && (fuse_ -= frames) <= 0)
            act_once(std::exchange(lit_, WildAct::none));
        if (spell_ != WildAct::none)
            go_on(outputs, frames);
    }
};

DISTRHO::Plugin* DISTRHO::createPlugin()
{
    return new Wild;
}
