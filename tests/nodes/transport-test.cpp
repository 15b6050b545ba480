// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/transport-process.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <spa/node/io.h>

namespace decant::nodes
{

using Catch::Approx;

TEST_CASE("a running transport gives frames, quarter notes and the start of the bar")
{
    spa_io_position position{};
    position.state = SPA_IO_POSITION_STATE_RUNNING;
    position.clock.position = 148'000;
    position.offset = 100'000;
    auto& segment = position.segments[0];
    segment.rate = 1.0;
    segment.position = 1000;
    segment.bar.flags = SPA_IO_SEGMENT_BAR_FLAG_VALID;
    segment.bar.bpm = 90;
    segment.bar.signature_num = 6;
    segment.bar.signature_denom = 8;
    segment.bar.beat = 2 * 6 + 1.5; // in the second bar: JACK counts bars from one

    const auto transport = transport_of(position);

    CHECK(transport.playing);
    CHECK(transport.position == 49'000);
    REQUIRE(transport.tempo_valid);
    CHECK(transport.tempo == Approx(45));
    CHECK(transport.numerator == 6);
    CHECK(transport.denominator == 8);
    CHECK(transport.quarter_position == Approx((6 + 1.5) / 2));
    CHECK(transport.bar_start == Approx(3));
}

TEST_CASE("where the graph has no tempo the node's own counts from the position, and only there")
{
    Transport transport;
    transport.position = 5 * 48'000; // five seconds
    const auto own = with_tempo(transport, 90, 48'000);
    CHECK(own.tempo_valid);
    CHECK(own.tempo == 90);
    CHECK(own.quarter_position == Approx(7.5));
    CHECK(own.bar_start == 4);
    CHECK(own.numerator == 4);

    transport.tempo_valid = true;
    transport.tempo = 60;
    CHECK(with_tempo(transport, 90, 48'000).tempo == 60);
}

TEST_CASE("a stopped transport, and one with senseless values, is harmless")
{
    CHECK_FALSE(transport_of(spa_io_position{}).playing);

    spa_io_position position{};
    position.offset = 1'000'000; // begins later
    auto& bar = position.segments[0].bar;
    bar.flags = SPA_IO_SEGMENT_BAR_FLAG_VALID;
    bar.bpm = NAN;
    bar.signature_denom = 0;
    position.segments[0].rate = INFINITY;
    const auto transport = transport_of(position);
    CHECK(transport.position == 0);
    CHECK_FALSE(transport.tempo_valid);
}

namespace
{

/// A graph of 480 frames in a cycle at 48 kHz with a timebase master of 120 beats per minute in 4/4: a cycle
/// has a fiftieth of a beat.
struct Graph {
    spa_io_position position{};

    Graph()
    {
        position.clock.rate = {1, 48000};
        position.clock.duration = 480;
        auto& segment = position.segments[0];
        segment.rate = 1.0;
        segment.bar.flags = SPA_IO_SEGMENT_BAR_FLAG_VALID;
        segment.bar.bpm = 120;
        segment.bar.signature_num = segment.bar.signature_denom = 4;
        tell(0);
    }

    void tell(double beat) { position.segments[0].bar.beat = 4 + beat; } // JACK counts bars from one
    void run(std::uint64_t frame)
    {
        position.state = SPA_IO_POSITION_STATE_RUNNING;
        position.clock.position = frame;
    }
};

} // namespace

TEST_CASE("the beat that the timebase master tells is that of the cycle before")
{
    Graph graph;
    TransportReader reader;
    CHECK(reader.read(graph.position).quarter_position == 0); // nothing plays
    graph.run(480);
    CHECK(reader.read(graph.position).quarter_position == Approx(0.02));
    graph.run(960);
    graph.tell(0.02);
    CHECK(reader.read(graph.position).quarter_position == Approx(0.04));

    graph.run(96240); // somewhere else, where the second bar has just begun
    graph.tell(3.99);
    const auto transport = reader.read(graph.position);
    CHECK(transport.quarter_position == Approx(4.01));
    CHECK(transport.bar_start == 4);
}

TEST_CASE(
    "a timebase master that misses a cycle is continued, and one that says nothing for a second is gone")
{
    Graph graph;
    TransportReader reader;
    (void)reader.read(graph.position);
    std::uint64_t frame = 0;
    for (int cycle = 1; cycle <= 100; ++cycle) {
        graph.run(frame += 480);
        const auto transport = reader.read(graph.position);
        REQUIRE(transport.tempo_valid);
        REQUIRE(transport.quarter_position == Approx(0.02 * cycle));
    }
    graph.run(frame += 480);
    CHECK_FALSE(reader.read(graph.position).tempo_valid);

    graph.tell(1); // another one
    CHECK(reader.read(graph.position).tempo_valid);
}

} // namespace decant::nodes
