// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "DistrhoPlugin.hpp"

#include <algorithm>
#include <array>
#include <cmath>

START_NAMESPACE_DISTRHO

/// A sine of exact pitch for each note, in tune at 440 Hz; velocity is level.
class Sine : public Plugin
{
    static constexpr double attack_seconds = 0.002;
    static constexpr double release_seconds = 0.005;

    /// Every key sounds once, whatever its channel.
    struct Voice {
        double phase = 0; ///< in turns
        double level = 0; ///< runs linearly to `target`
        double target = 0;
        double slope = 0; ///< per second
    };

    std::array<Voice, 128> voices_;
    float level_ = 1;

    void handle(const MidiEvent& event)
    {
        if (event.size != 3)
            return;
        const uint8_t kind = event.data[0] & 0xf0;
        const uint8_t key = event.data[1] & 0x7f;
        const uint8_t velocity = event.data[2] & 0x7f;
        Voice& voice = voices_[key];
        if (kind == 0x90 && velocity > 0) {
            if (voice.level == 0)
                voice.phase = 0;
            voice.target = velocity / 127.0;
            voice.slope = voice.target / attack_seconds;
        } else if (kind == 0x80 || kind == 0x90) {
            voice.target = 0;
            voice.slope = 1 / release_seconds;
        } else if (kind == 0xb0 && (key == 120 || key == 123)) {
            for (Voice& each : voices_)
                each.target = 0;
        }
    }

    void add(Voice& voice, double key, float* output, uint32_t frames) const
    {
        constexpr double turn = 6.283185307179586;
        const double seconds = 1 / getSampleRate();
        const double step = 440 * std::exp2((key - 69) / 12) * seconds;
        const double change = voice.slope * seconds;
        for (uint32_t i = 0; i < frames; ++i) {
            voice.level = voice.level < voice.target ? std::fmin(voice.level + change, voice.target)
                                                     : std::fmax(voice.level - change, voice.target);
            output[i] += static_cast<float>(0.25 * level_ * voice.level * std::sin(turn * voice.phase));
            voice.phase += step;
            voice.phase -= std::floor(voice.phase);
        }
    }

public:
    Sine() : Plugin(1, 0, 0) {}

protected:
    const char* getLabel() const override { return "DecantTestSine"; }
    const char* getDescription() const override { return "A sine of exact pitch for each note."; }
    const char* getMaker() const override { return "Decant"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('D', 'c', 'S', 'n'); }

    void initParameter(uint32_t, Parameter& parameter) override
    {
        parameter.hints = kParameterIsAutomatable;
        parameter.name = "Level";
        parameter.symbol = "level";
        parameter.ranges.min = 0;
        parameter.ranges.max = 1;
        parameter.ranges.def = 1;
    }

    float getParameterValue(uint32_t) const override { return level_; }
    void setParameterValue(uint32_t, float value) override { level_ = value; }

    void run(const float**, float** outputs, uint32_t frames, const MidiEvent* events,
             uint32_t count) override
    {
        std::fill_n(outputs[0], frames, 0.0F);
        uint32_t done = 0;
        for (uint32_t next = 0; next <= count; ++next) {
            const uint32_t end = next < count ? std::min(events[next].frame, frames) : frames;
            for (std::size_t key = 0; key < voices_.size() && end > done; ++key)
                if (voices_[key].level != 0 || voices_[key].target != 0)
                    add(voices_[key], static_cast<double>(key), outputs[0] + done, end - done);
            done = std::max(done, end);
            if (next < count)
                handle(events[next]);
        }
        std::copy_n(outputs[0], frames, outputs[1]);
    }
};

Plugin* createPlugin()
{
    return new Sine;
}

END_NAMESPACE_DISTRHO
