// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/fallback-process.hpp"

#include "wine-host/protocol/version.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using decant::bridge::Fallback;

namespace
{

/// One channel through a fallback; the input counts up, so that a sample tells when it went in.
class Line
{
    Fallback fallback_;
    std::size_t sent_ = 0;

public:
    std::uint32_t latency = 0;

    explicit Line(bool effect) : fallback_(1, 1, effect) {}

    /// `plugin`: the plugin's output, if there is one.
    std::vector<float> block(std::uint32_t frames, std::optional<float> plugin)
    {
        std::vector<float> input(frames);
        for (auto& sample : input)
            sample = static_cast<float>(sent_++);
        std::vector<float> output(frames, plugin.value_or(1e6F));
        const std::array<const float*, 1> inputs{input.data()};
        const std::array<float*, 1> outputs{output.data()};
        fallback_.record(inputs, frames, latency);
        if (plugin)
            fallback_.accept(outputs, frames);
        else
            fallback_.replace(outputs, frames);
        return output;
    }
};

float largest_step(const std::vector<float>& samples, float before)
{
    float largest = 0;
    for (const float sample : samples) {
        largest = std::max(largest, std::abs(sample - before));
        before = sample;
    }
    return largest;
}

} // namespace

TEST_CASE("the plugin's output is not touched while it is there")
{
    Line line(true);
    for (int block = 0; block < 5; ++block)
        CHECK(line.block(64, 0.5F) == std::vector<float>(64, 0.5F));
}

TEST_CASE("an effect without a plugin passes its input on from the first frame")
{
    Line line(true);

    CHECK(line.block(4, std::nullopt) == std::vector<float>{0, 1, 2, 3});
    CHECK(line.block(2, std::nullopt) == std::vector<float>{4, 5});
}

TEST_CASE("the input of an effect comes as late as the plugin's output would")
{
    Line line(true);
    line.latency = 3;
    CHECK(line.block(5, std::nullopt) == std::vector<float>{0, 0, 0, 0, 1});

    line.latency = decant::protocol::max_latency;
    for (int block = 0; block < 20; ++block)
        line.block(decant::protocol::max_frames, std::nullopt);
    const auto late = line.block(decant::protocol::max_frames, std::nullopt);
    const auto start = static_cast<float>(5 + 20 * decant::protocol::max_frames);
    CHECK(late.front() == start - static_cast<float>(line.latency));
    CHECK(late.back() == late.front() + decant::protocol::max_frames - 1);
}

TEST_CASE("an instrument that falls silent fades, whatever the size of the blocks")
{
    for (const std::uint32_t frames : {1U, 16U, 64U, 1024U}) {
        Line line(false);
        line.block(frames, 1.0F);
        float last = 1;
        for (std::uint32_t heard = 0; heard < 2 * Fallback::fade_frames; heard += frames) {
            const auto fading = line.block(frames, std::nullopt);
            CHECK(largest_step(fading, last) < 0.01F);
            last = fading.back();
        }
        CHECK(last == 0);
    }
}

TEST_CASE("an instrument that comes back fades in without a click, then is exact")
{
    for (const std::uint32_t frames : {1U, 16U, 64U, 1024U}) {
        Line line(false);
        line.block(frames, std::nullopt);
        float last = 0;
        for (std::uint32_t heard = 0; heard < 2 * Fallback::fade_frames; heard += frames) {
            const auto rising = line.block(frames, 1.0F);
            CHECK(largest_step(rising, last) < 0.01F);
            last = rising.back();
        }
        CHECK(last == 1);
        CHECK(line.block(frames, 0.3F) == std::vector<float>(frames, 0.3F));
    }
}

TEST_CASE("a plugin that is late in every other block makes no clicks")
{
    Line line(false);
    line.block(32, 1.0F);
    float last = 1;
    for (int block = 0; block < 200; ++block) {
        const auto output = line.block(32, block % 2 == 0 ? std::nullopt : std::optional(1.0F));
        CHECK(largest_step(output, last) < 0.02F);
        last = output.back();
    }
}

TEST_CASE("a mono effect is heard on both sides of its stereo output")
{
    Fallback fallback(1, 2, true);
    std::vector<float> input{1, 2}, left(2), right(2);
    const std::array<const float*, 1> inputs{input.data()};
    const std::array<float*, 2> outputs{left.data(), right.data()};
    fallback.record(inputs, 2, 0);
    fallback.replace(outputs, 2);

    CHECK(left == input);
    CHECK(right == input);
}

TEST_CASE("outputs without an input are silent")
{
    Fallback fallback(2, 4, true);
    std::vector<std::vector<float>> input(2, {1, 2}), output(4, {9, 9});
    const std::array<const float*, 2> inputs{input[0].data(), input[1].data()};
    const std::array<float*, 4> outputs{output[0].data(), output[1].data(), output[2].data(),
                                        output[3].data()};
    fallback.record(inputs, 2, 0);
    fallback.replace(outputs, 2);

    CHECK(output[1] == input[1]);
    CHECK(output[2] == std::vector<float>{0, 0});
    CHECK(output[3] == std::vector<float>{0, 0});
}
