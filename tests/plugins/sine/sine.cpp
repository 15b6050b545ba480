// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include <DistrhoPlugin.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace
{

constexpr double attack_seconds = 0.001;
constexpr double release_seconds = 0.005;
constexpr double loudest = 0.25; ///< of one voice at full velocity and level

/// One note. Its phase is computed from the number of frames since its start, so no error adds up.
struct Voice {
    int note = -1; ///< -1: free
    bool held = false;
    double frequency = 0;
    double amplitude = 0;
    double envelope = 0;
    std::uint64_t age = 0;
};

} // namespace

/// An instrument for tests: a sine for each note, at 440 Hz * 2^((note - 69) / 12), as loud as its velocity
/// says.
class Sine final : public DISTRHO::Plugin
{
    float level_ = 1;
    std::array<Voice, 32> voices_{};

    void start(int note, int velocity)
    {
        // A free voice, or else the oldest.
        auto voice = std::find_if(voices_.begin(), voices_.end(), [](const Voice& v) { return v.note < 0; });
        if (voice == voices_.end())
            voice = std::max_element(voices_.begin(), voices_.end(),
                                     [](const Voice& a, const Voice& b) { return a.age < b.age; });
        *voice = {note, true, 440.0 * std::exp2((note - 69) / 12.0), loudest * velocity / 127.0, 0, 0};
    }

    void stop(int note)
    {
        for (Voice& voice : voices_)
            voice.held = voice.held && voice.note != note;
    }

    void take(const DISTRHO::MidiEvent& event)
    {
        constexpr int all_sound_off = 120;
        constexpr int all_notes_off = 123;
        if (event.size != 3)
            return;
        const int kind = event.data[0] & 0xf0;
        if (kind == 0x90 && event.data[2] != 0)
            start(event.data[1], event.data[2]);
        else if (kind == 0x90 || kind == 0x80)
            stop(event.data[1]);
        else if (kind == 0xb0 && (event.data[1] == all_sound_off || event.data[1] == all_notes_off))
            std::for_each(voices_.begin(), voices_.end(), [](Voice& voice) { voice.held = false; });
    }

    void add(Voice& voice, float* output, uint32_t frames)
    {
        const double attack = 1 / (attack_seconds * getSampleRate());
        const double release = 1 / (release_seconds * getSampleRate());
        for (uint32_t frame = 0; frame < frames; ++frame, ++voice.age) {
            const double turns = voice.frequency * static_cast<double>(voice.age) / getSampleRate();
            const double sine = std::sin(2 * M_PI * (turns - std::floor(turns)));
            output[frame] += static_cast<float>(level_ * voice.amplitude * voice.envelope * sine);
            voice.envelope = voice.held ? std::min(1.0, voice.envelope + attack) : voice.envelope - release;
            if (voice.envelope <= 0) {
                voice = {};
                return;
            }
        }
    }

public:
    Sine() : Plugin(1, 0, 0) {}

    const char* getLabel() const override { return "DecantTestSine"; }
    const char* getDescription() const override { return "A sine for each note"; }
    const char* getMaker() const override { return "The Decant authors"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('D', 't', 'S', 'n'); }

    void initParameter(uint32_t, DISTRHO::Parameter& parameter) override
    {
        parameter.hints = DISTRHO::kParameterIsAutomatable;
        parameter.name = "Level";
        parameter.symbol = "level";
        parameter.ranges.min = 0;
        parameter.ranges.max = 1;
        parameter.ranges.def = 1;
    }

    float getParameterValue(uint32_t) const override { return level_; }
    void setParameterValue(uint32_t, float value) override { level_ = value; }

    void activate() override { voices_.fill({}); }

    void run(const float**, float** outputs, uint32_t frames, const DISTRHO::MidiEvent* events,
             uint32_t event_count) override
    {
        std::memset(outputs[0], 0, sizeof(float) * frames);
        uint32_t done = 0;
        for (uint32_t i = 0; i <= event_count; ++i) {
            const uint32_t until = i < event_count ? std::min(events[i].frame, frames) : frames;
            for (Voice& voice : voices_) {
                if (voice.note >= 0 && until > done)
                    add(voice, outputs[0] + done, until - done);
            }
            done = std::max(done, until);
            if (i < event_count)
                take(events[i]);
        }
        std::memcpy(outputs[1], outputs[0], sizeof(float) * frames);
    }
};

DISTRHO::Plugin* DISTRHO::createPlugin()
{
    return new Sine;
}
