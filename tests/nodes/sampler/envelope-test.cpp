// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/envelope.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace decant::sampler;
using Catch::Approx;

namespace
{

// The levels at the start of every frame.
std::vector<float> levels(Envelope& envelope, std::uint32_t frames, std::uint32_t step = 1)
{
    std::vector<float> out;
    while (out.size() < frames) {
        out.push_back(envelope.level());
        if (envelope.done())
            continue;
        envelope.advance(static_cast<std::uint32_t>(std::min<std::int64_t>(step, envelope.frames_left())));
    }
    return out;
}

double falling(double first, double last, double t)
{
    constexpr double k = 11.36;
    return last + (first - last) * (std::exp(-k * t) - std::exp(-k)) / (1 - std::exp(-k));
}

} // namespace

TEST_CASE("the envelope follows its formulas through all its stages")
{
    const EnvelopeTimes times{.delay = 0.01f,
                              .attack = 0.02f,
                              .hold = 0.03f,
                              .decay = 0.04f,
                              .release = 0.05f,
                              .start = 0,
                              .sustain = 50};
    Envelope envelope;
    envelope.start(times, 10'000);
    const auto level = levels(envelope, 2000);

    CHECK(level[99] == 0);
    CHECK(level[100 + 50] == Approx(0.25));
    CHECK(level[100 + 199] == Approx(0.995));
    CHECK(level[300] == 1);
    CHECK(level[599] == 1);
    for (const std::size_t frame : {0u, 10u, 100u, 300u, 399u})
        CHECK(level[600 + frame] == Approx(falling(1, 0.5, static_cast<double>(frame) / 400)));
    CHECK(level[1000] == 0.5f);
    CHECK(level[1999] == 0.5f);

    envelope.release(0.05);
    CHECK(envelope.releasing());
    const auto end = levels(envelope, 600);
    for (const std::size_t frame : {0u, 10u, 250u, 499u})
        CHECK(end[frame] == Approx(falling(0.5, 0, static_cast<double>(frame) / 500)).margin(1e-7));
    CHECK(end[499] > 0);
    CHECK(end[500] == 0);
    CHECK(envelope.done());
}

TEST_CASE("steps of many frames arrive where steps of one do")
{
    const EnvelopeTimes times{.delay = 0.003f, .attack = 0.01f, .hold = 0.001f, .decay = 0.3f, .sustain = 20};
    Envelope one;
    Envelope many;
    one.start(times, 48'000);
    many.start(times, 48'000);
    const auto fine = levels(one, 20'000);
    std::uint32_t frame = 0;
    while (frame < 19'000) {
        CHECK(many.level() == Approx(fine[frame]).margin(1e-6));
        const auto step =
            static_cast<std::uint32_t>(std::min<std::int64_t>(control_frames, many.frames_left()));
        many.advance(step);
        frame += step;
    }
}

TEST_CASE("an envelope without times is at full level at once and for ever")
{
    Envelope envelope;
    const EnvelopeTimes times;
    envelope.start(times, 48'000);
    CHECK(envelope.level() == 1);
    CHECK(levels(envelope, 100'000).back() == 1);
    CHECK_FALSE(envelope.done());
}

TEST_CASE("an envelope that falls to nothing is done without a release")
{
    Envelope envelope;
    const EnvelopeTimes times{.decay = 0.1f, .sustain = 0};
    envelope.start(times, 1000);
    levels(envelope, 101);
    CHECK(envelope.done());
    CHECK(envelope.level() == 0);
}

TEST_CASE("a release in the attack falls from where the attack was")
{
    Envelope envelope;
    const EnvelopeTimes times{.attack = 1};
    envelope.start(times, 1000);
    levels(envelope, 500);
    const float reached = envelope.level();
    CHECK(reached == Approx(0.5).margin(0.01));
    envelope.release(0.1);
    CHECK(envelope.level() == reached);
    CHECK(levels(envelope, 101).back() == 0);
}

TEST_CASE("an envelope keeps its place in time when the rate changes")
{
    Envelope envelope;
    const EnvelopeTimes times{.attack = 0.1f, .decay = 0.2f, .sustain = 0};
    envelope.start(times, 48'000);
    levels(envelope, 2400);
    CHECK(envelope.level() == Approx(0.5).margin(0.001));
    envelope.set_rate(192'000);
    levels(envelope, 9600);
    CHECK(envelope.level() == Approx(1).margin(0.001));
    levels(envelope, 4800); // an eighth of the decay
    CHECK(envelope.level() == Approx(falling(1, 0, 0.125)).margin(0.001));
    envelope.set_rate(8000);
    levels(envelope, 200);
    CHECK(envelope.level() == Approx(falling(1, 0, 0.25)).margin(0.001));
}

TEST_CASE("very long and very short times at any rate neither overshoot nor hang")
{
    for (const double rate : {1.0, 8000.0, 768'000.0}) {
        for (const float time : {0.0f, 1e-6f, 0.001f, 100.0f}) {
            Envelope envelope;
            const EnvelopeTimes times{
                .delay = time, .attack = time, .hold = time, .decay = time, .sustain = 10};
            envelope.start(times, rate);
            for (const float level : levels(envelope, 2000, control_frames)) {
                CHECK(level >= 0);
                CHECK(level <= 1);
            }
            envelope.release(time);
            CHECK(levels(envelope, 2000, control_frames).back() <= 1);
        }
    }
}
