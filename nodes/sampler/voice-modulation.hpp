// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/articulation.hpp"
#include "nodes/sampler/control-signals.hpp"
#include "nodes/sampler/own-controls.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace decant::sampler
{

/// What a voice's parameters depend on.
struct ModulationSources {
    const std::vector<CurvedSignal>* signals = nullptr; ///< of the instrument
    const float* values = nullptr;                      ///< of the voice's channel
    NoteControls note{};                                ///< of the voice
    OwnControls own{};                                  ///< of the voice, before its channel's
    float velocity = 1;                                 ///< of 1
};

/// The value of a number that depends on controllers. [rt]
[[nodiscard]] float value_of(const Depth& depth, const Articulation& articulation,
                             const ModulationSources& sources) noexcept DECANT_REALTIME;

/// What moves a voice at one moment.
struct Modulation {
    std::array<float, targets> added{}; ///< by Target, but for the amplitude
    float amplitude = 1;                ///< factor

    [[nodiscard]] float operator[](Target target) const noexcept DECANT_REALTIME
    {
        return added[static_cast<std::size_t>(target)];
    }
};

/// The LFOs and envelopes of one voice. All of it is [rt].
class VoiceModulation
{
    struct Lfo {
        double phase = 0; ///< periods
        float age = 0;    ///< s
        float value = 0;
        float rate = 0;  ///< Hz that others add
        float scale = 1; ///< that envelopes give it
        float held = 0;  ///< of the random wave
        std::int64_t period = -1;
    };

    struct Envelope {
        std::size_t segment = 0;
        float elapsed = 0; ///< s, of the segment
        float seconds = 0; ///< of the whole segment
        float from = 0;
        float to = 0;
        float level = 0;
        std::uint32_t loops = 0; ///< that it has begun
        bool released = false;
        bool done = false;
    };

    const Articulation* articulation_ = nullptr;
    std::uint32_t random_ = 1;
    std::array<Lfo, Articulation::most_lfos> lfos_;
    std::array<Envelope, Articulation::most_envelopes> envelopes_;

public:
    /// Begins. `articulation` may be null, and outlives it otherwise.
    void start(const Articulation* articulation, const ModulationSources& sources,
               std::uint32_t seed) noexcept DECANT_REALTIME;

    /// The note has ended.
    void release(const ModulationSources& sources) noexcept DECANT_REALTIME;

    /// Moves on by some seconds, each of which has some beats.
    void advance(float seconds, float beats_per_second,
                 const ModulationSources& sources) noexcept DECANT_REALTIME;

    [[nodiscard]] Modulation now(const ModulationSources& sources) const noexcept DECANT_REALTIME;

    /// Whether an envelope that is the voice's amplitude has come to its end.
    [[nodiscard]] bool silent() const noexcept DECANT_REALTIME;

private:
    [[nodiscard]] float value_from(Modulator from, std::uint8_t source,
                                   const ModulationSources& sources) const noexcept DECANT_REALTIME;
    void enter(std::size_t index, std::size_t segment,
               const ModulationSources& sources) noexcept DECANT_REALTIME;
    [[nodiscard]] bool loops(std::size_t index) const noexcept DECANT_REALTIME;
    void advance_envelope(std::size_t index, float seconds,
                          const ModulationSources& sources) noexcept DECANT_REALTIME;
    void advance_lfo(std::size_t index, float seconds, float beats_per_second,
                     const ModulationSources& sources) noexcept DECANT_REALTIME;
    void influence_lfos(const ModulationSources& sources) noexcept DECANT_REALTIME;
    void set_lfo(std::size_t index, const ModulationSources& sources) noexcept DECANT_REALTIME;
    [[nodiscard]] float wave(Lfo& lfo, const LfoSettings& settings) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
