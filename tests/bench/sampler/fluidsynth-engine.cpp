// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/sampler/engine.hpp"

#ifdef BENCH_FLUIDSYNTH

#include <array>
#include <cmath>
#include <fluidsynth.h>
#include <fmt/format.h>
#include <stdexcept>

namespace decant::bench
{
namespace
{

class FluidSynthEngine final : public Engine
{
    template <auto release>
    struct Releaser {
        template <class T>
        void operator()(T* object) const noexcept
        {
            release(object);
        }
    };

    std::unique_ptr<fluid_settings_t, Releaser<delete_fluid_settings>> settings_{new_fluid_settings()};
    std::unique_ptr<fluid_synth_t, Releaser<delete_fluid_synth>> synth_;
    fluid_preset_t* preset_ = nullptr;
    unsigned channels_;
    std::array<float, engine_block> left_{};
    std::array<float, engine_block> right_{};

public:
    FluidSynthEngine(const std::filesystem::path& file, unsigned channels, int order, std::size_t polyphony)
        : channels_(channels)
    {
        fluid_set_log_function(FLUID_WARN, nullptr, nullptr); // channel 10 has no drums here
        fluid_settings_setnum(settings_.get(), "synth.sample-rate", engine_rate);
        fluid_settings_setint(settings_.get(), "synth.polyphony", static_cast<int>(polyphony * channels));
        fluid_settings_setint(settings_.get(), "synth.reverb.active", 0);
        fluid_settings_setint(settings_.get(), "synth.chorus.active", 0);
        fluid_settings_setint(settings_.get(), "synth.cpu-cores", 1);
        fluid_settings_setint(settings_.get(), "synth.lock-memory", 0);
        synth_.reset(new_fluid_synth(settings_.get()));
        const int font = fluid_synth_sfload(synth_.get(), file.c_str(), 1);
        if (font == FLUID_FAILED)
            throw std::runtime_error(fmt::format("FluidSynth cannot load {}", file.string()));
        fluid_synth_set_interp_method(synth_.get(), -1, order);
        preset_ = fluid_sfont_get_preset(fluid_synth_get_sfont_by_id(synth_.get(), font), 0, 0);
        for (int channel = 0; channel < 16; ++channel)
            fluid_synth_pitch_wheel_sens(synth_.get(), channel, 24);
    }

    // fluid_synth_start() lets many notes share a key.
    void start(std::size_t note, double ratio) override
    {
        const double semitones = 12 * std::log2(ratio);
        const auto channel = static_cast<int>(note % 16);
        fluid_synth_pitch_bend(synth_.get(), channel,
                               static_cast<int>(std::lround(semitones / 24 * 8191)) + 8192);
        fluid_synth_start(synth_.get(), static_cast<unsigned>(note), preset_, 0, channel, 60, 100);
    }

    void stop(std::size_t note) override { fluid_synth_stop(synth_.get(), static_cast<unsigned>(note)); }

    void render() override
    {
        fluid_synth_write_float(synth_.get(), engine_block, left_.data(), 0, 1, right_.data(), 0, 1);
    }

    [[nodiscard]] std::size_t voices() const override
    {
        return static_cast<std::size_t>(fluid_synth_get_active_voice_count(synth_.get())) / channels_;
    }
};

} // namespace

std::unique_ptr<Engine> fluidsynth_engine(const std::filesystem::path& directory, const Material& material,
                                          int order, std::size_t polyphony)
{
    return std::make_unique<FluidSynthEngine>(write_sf2(directory, material), material.channels, order,
                                              polyphony);
}

std::string fluidsynth_name()
{
    return fluid_version_str();
}

} // namespace decant::bench

#else

namespace decant::bench
{

std::unique_ptr<Engine> fluidsynth_engine(const std::filesystem::path&, const Material&, int, std::size_t)
{
    return nullptr;
}

std::string fluidsynth_name()
{
    return {};
}

} // namespace decant::bench

#endif
