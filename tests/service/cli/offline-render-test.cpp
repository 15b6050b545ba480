// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/offline-render.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <vector>

using namespace decant;
using namespace decant::cli;
using decant::tests::TemporaryDirectory;

namespace
{

/// Delays its input, and remembers what it was asked.
class Delay final : public nodes::Processor
{
    std::deque<float> line_;

public:
    struct Note {
        std::uint64_t frame;
        std::uint8_t key;
        double tempo;
    };
    std::vector<Note> notes;
    std::uint64_t position = 0;
    bool always_freewheel = true;

    explicit Delay(std::size_t frames) : line_(frames, 0.0F) {}

    void process(const nodes::Cycle& cycle) noexcept override
    {
        always_freewheel = always_freewheel && cycle.freewheel;
        for (const auto& event : cycle.midi_in)
            notes.push_back({position + event.frame, event.bytes[1], cycle.transport.tempo});
        for (std::uint32_t frame = 0; frame < cycle.frames; ++frame) {
            line_.push_back(cycle.inputs[0][frame]);
            cycle.outputs[0][frame] = line_.front();
            line_.pop_front();
        }
        position += cycle.frames;
    }
};

/// Never stops.
class Hum final : public nodes::Processor
{
public:
    void process(const nodes::Cycle& cycle) noexcept override
    {
        for (float* output : cycle.outputs)
            std::fill_n(output, cycle.frames, 0.5F);
    }
};

struct World {
    TemporaryDirectory directory;
    std::filesystem::path in = directory.path() / "in.wav";
    std::filesystem::path out = directory.path() / "out.wav";

    std::vector<float> write_ramp(std::size_t frames) const
    {
        std::vector<float> ramp(frames);
        for (std::size_t i = 0; i < frames; ++i)
            ramp[i] = static_cast<float>(i + 1) / 100'000;
        SoundWriter writer(in, 48000, 1);
        writer.write(ramp);
        writer.finish();
        return ramp;
    }

    RenderResult render(
        nodes::Processor& processor, std::uint32_t block, const service::MidiFile* midi,
        std::uint32_t latency, double tail, std::function<void()> check = [] {}) const
    {
        std::optional<SoundReader> input;
        if (std::filesystem::exists(in))
            input.emplace(in);
        SoundWriter writer(out, 48000, 1);
        const auto result = render_offline({.processor = processor,
                                            .inputs = 1,
                                            .outputs = 1,
                                            .rate = 48000,
                                            .block = block,
                                            .midi = midi,
                                            .input = input ? &*input : nullptr,
                                            .output = writer,
                                            .longest_tail = tail,
                                            .check = std::move(check),
                                            .latency = [latency] { return latency; },
                                            .progress =
                                                [](double, double) {
                                                }});
        writer.finish();
        return result;
    }

    [[nodiscard]] std::vector<float> heard() const
    {
        SoundReader reader(out);
        std::vector<float> samples(reader.frames());
        reader.read(samples);
        return samples;
    }
};

/// Notes 60 at the start and 62 after a quarter at 60 beats per minute, then 120.
service::MidiFile two_notes()
{
    const std::vector<std::uint8_t> file{'M',  'T',  'h',  'd',  0,    0,    0,    6,  0, 0,    0,    1,
                                         0,    96,   'M',  'T',  'r',  'k',  0,    0,  0, 26,   0,    0xff,
                                         0x51, 3,    0x0f, 0x42, 0x40, 0,    0x90, 60, 1, 0x60, 0xff, 0x51,
                                         3,    0x07, 0xa1, 0x20, 0,    0x90, 62,   1,  0, 0xff, 0x2f, 0};
    return service::MidiFile::parse(file);
}

} // namespace

TEST_CASE("a sound comes out as it went in, whatever the block and the latency of the plugin")
{
    for (const std::uint32_t block : {1U, 64U, 1000U, 8192U})
        for (const std::uint32_t latency : {0U, 63U, 64U, 5000U}) {
            const World world;
            const auto ramp = world.write_ramp(3001);
            Delay delay(latency);
            const auto result = world.render(delay, block, nullptr, latency, 0);
            CHECK(result.frames == ramp.size());
            CHECK(world.heard() == ramp);
            CHECK(delay.always_freewheel);
        }
}

TEST_CASE("notes reach the processor at their frames, with the tempo of their block")
{
    for (const std::uint32_t block : {1U, 64U, 1000U}) {
        const World world;
        Delay delay(0);
        const auto midi = two_notes();
        world.render(delay, block, &midi, 0, 1);
        REQUIRE(delay.notes.size() == 2);
        CHECK(delay.notes[0].frame == 0);
        CHECK(delay.notes[0].key == 60);
        CHECK(delay.notes[0].tempo == 60);
        CHECK(delay.notes[1].frame == 48000);
        CHECK(delay.notes[1].key == 62);
    }
}

TEST_CASE("it ends a second after the last sound")
{
    const World world;
    world.write_ramp(4800);
    Delay delay(24000); // an echo that nobody has announced
    const auto result = world.render(delay, 64, nullptr, 0, 30);
    CHECK(result.silent_at_end);
    CHECK(result.frames >= 24000 + 4800 + 48000);
    CHECK(result.frames <= 24000 + 4800 + 48000 + 64);
}

TEST_CASE("what never falls silent ends with the longest tail, and that is told")
{
    const World world;
    world.write_ramp(4800);
    Hum hum;
    const auto result = world.render(hum, 64, nullptr, 0, 0.5);
    CHECK(result.frames == 4800 + 24000);
    CHECK_FALSE(result.silent_at_end);
    CHECK(result.peak == 0.5F);
}

TEST_CASE("a processor that fails ends it, and no file is left")
{
    const World world;
    world.write_ramp(4800);
    Hum hum;
    int blocks = 0;
    CHECK_THROWS_AS(world.render(hum, 64, nullptr, 0, 0,
                                 [&blocks] {
                                     if (++blocks == 10)
                                         throw std::runtime_error("the host is gone");
                                 }),
                    std::runtime_error);
    CHECK(blocks == 10);
    CHECK(std::distance(std::filesystem::directory_iterator(world.directory.path()), {}) == 1);
}
