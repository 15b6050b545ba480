// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sampler-setup.hpp"
#include "tests/bench/sampler/engine.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace decant::bench
{
namespace
{

class DecantEngine final : public Engine
{
    sampler::Sampler sampler_;
    std::vector<std::array<std::uint8_t, 3>> pending_;
    std::array<float, engine_block> left_{};
    std::array<float, engine_block> right_{};

public:
    DecantEngine(const std::filesystem::path& file, sampler::Quality quality, std::size_t polyphony)
        : sampler_({.polyphony = polyphony, .quality = quality})
    {
        sampler_.play(sampler::load_instrument(file).instrument);
    }

    // Many notes share a key; the pitch comes from the channel's bend, of up to two octaves, and the key.
    void start(std::size_t note, double ratio) override
    {
        const double semitones = 12 * std::log2(ratio);
        const auto bend = static_cast<int>(std::lround(semitones / 24 * 8191)) + 8192;
        const auto channel = static_cast<std::uint8_t>(note % 16);
        pending_.push_back({static_cast<std::uint8_t>(0xe0 | channel), static_cast<std::uint8_t>(bend & 0x7f),
                            static_cast<std::uint8_t>(bend >> 7)});
        pending_.push_back({static_cast<std::uint8_t>(0x90 | channel), 60, 100});
    }

    void stop(std::size_t note) override
    {
        pending_.push_back({static_cast<std::uint8_t>(0x80 | note % 16), 60, 0});
    }

    void render() override
    {
        std::vector<nodes::MidiEvent> events;
        for (const auto& message : pending_)
            events.push_back(
                {.frame = static_cast<std::uint32_t>(events.size() * engine_block / pending_.size()),
                 .bytes = message});
        const std::array<float*, 2> outputs = {left_.data(), right_.data()};
        sampler_.process({.frames = engine_block,
                          .rate = engine_rate,
                          .start_nsec = 0,
                          .deadline_nsec = 0,
                          .freewheel = true,
                          .transport = {},
                          .inputs = {},
                          .outputs = outputs,
                          .midi_in = events,
                          .midi_out = nullptr});
        pending_.clear();
    }

    [[nodiscard]] std::size_t voices() const override { return sampler_.stats().active_voices; }
};

} // namespace

std::unique_ptr<Engine> decant_engine(const std::filesystem::path& directory, const Material& material,
                                      sampler::Quality quality, std::size_t polyphony)
{
    return std::make_unique<DecantEngine>(write_sfz(directory, material), quality, polyphony);
}

} // namespace decant::bench
