// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/quality.hpp"
#include "tests/bench/sampler/material.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace decant::bench
{

inline constexpr unsigned engine_rate = 48'000;
inline constexpr unsigned engine_block = 256; // frames

/// What is measured: something that plays notes.
class Engine
{
public:
    virtual ~Engine() = default;

    /// A note of its own, whatever sounds; `ratio` is how much faster than recorded the sample is read.
    virtual void start(std::size_t note, double ratio) = 0;

    virtual void stop(std::size_t note) = 0;

    /// Renders engine_block frames.
    virtual void render() = 0;

    /// Voices that sound; a stereo voice counts once.
    [[nodiscard]] virtual std::size_t voices() const = 0;
};

[[nodiscard]] std::unique_ptr<Engine> decant_engine(const std::filesystem::path& directory,
                                                    const Material& material, sampler::Quality quality,
                                                    std::size_t polyphony);

/// `order` of its interpolation: 1, 4 or 7. Null if the benchmark was built without FluidSynth.
[[nodiscard]] std::unique_ptr<Engine> fluidsynth_engine(const std::filesystem::path& directory,
                                                        const Material& material, int order,
                                                        std::size_t polyphony);

/// "2.3.1", or nothing.
[[nodiscard]] std::string fluidsynth_name();

} // namespace decant::bench
