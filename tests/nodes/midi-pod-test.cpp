// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/midi-pod.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <initializer_list>
#include <random>
#include <spa/control/control.h>
#include <spa/control/ump-utils.h>
#include <spa/pod/builder.h>
#include <spa/pod/iter.h>
#include <string>
#include <vector>

namespace decant::nodes
{
namespace
{

using Bytes = std::vector<std::uint8_t>;

struct Received {
    std::uint32_t frame;
    Bytes bytes;
    bool operator==(const Received&) const = default;
};

/// A sequence as another PipeWire client builds it.
class Sequence
{
    std::vector<std::byte> memory_ = std::vector<std::byte>(1 << 20);
    spa_pod_builder builder_{};
    spa_pod_frame frame_{};

public:
    Sequence()
    {
        spa_pod_builder_init(&builder_, memory_.data(), static_cast<std::uint32_t>(memory_.size()));
        spa_pod_builder_push_sequence(&builder_, &frame_, 0);
    }

    Sequence& midi(std::uint32_t frame, const Bytes& bytes)
    {
        spa_pod_builder_control(&builder_, frame, SPA_CONTROL_Midi);
        spa_pod_builder_bytes(&builder_, bytes.data(), static_cast<std::uint32_t>(bytes.size()));
        return *this;
    }

    Sequence& ump(std::uint32_t frame, std::initializer_list<std::uint32_t> words)
    {
        spa_pod_builder_control(&builder_, frame, SPA_CONTROL_UMP);
        spa_pod_builder_bytes(&builder_, std::data(words), static_cast<std::uint32_t>(words.size() * 4));
        return *this;
    }

    /// As a converter of PipeWire puts it into UMP.
    Sequence& as_ump(std::uint32_t frame, Bytes bytes)
    {
        std::uint8_t* data = bytes.data();
        std::size_t size = bytes.size();
        std::uint64_t state = 0;
        while (size > 0) {
            std::array<std::uint32_t, 4> words{};
            const int length = spa_ump_from_midi(&data, &size, words.data(), sizeof words, 0, &state);
            if (length <= 0)
                break;
            spa_pod_builder_control(&builder_, frame, SPA_CONTROL_UMP);
            spa_pod_builder_bytes(&builder_, words.data(), static_cast<std::uint32_t>(length));
        }
        return *this;
    }

    std::span<std::byte> pod()
    {
        spa_pod_builder_pop(&builder_, &frame_);
        return std::span(memory_).first(builder_.state.offset);
    }
};

std::vector<Received> read(MidiReader& reader, std::span<const std::byte> pod, std::uint32_t frames = 256)
{
    std::vector<Received> result;
    for (const auto& event : reader.read(pod, frames))
        result.push_back({event.frame, {event.bytes.begin(), event.bytes.end()}});
    return result;
}

std::vector<Received> read(Sequence& sequence)
{
    MidiReader reader(all_channels);
    return read(reader, sequence.pod());
}

Bytes sysex_of(std::size_t size)
{
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 7 % 128);
    bytes.front() = 0xf0;
    bytes.back() = 0xf7;
    return bytes;
}

} // namespace

TEST_CASE("MIDI bytes come out as they are, at their frames")
{
    Sequence sequence;
    sequence.midi(0, {0x90, 60, 100}).midi(17, {0xc3, 5}).midi(255, {0xf8}).midi(255, {0xf2, 1, 2});

    CHECK(read(sequence) ==
          std::vector<Received>{{0, {0x90, 60, 100}}, {17, {0xc3, 5}}, {255, {0xf8}}, {255, {0xf2, 1, 2}}});
}

TEST_CASE("several messages in one event come out one by one")
{
    Sequence sequence;
    sequence.midi(3, {0x90, 60, 100, 0xfa, 0xb1, 7, 90, 0xf0, 1, 2, 0xf7, 0x80, 60, 0});

    CHECK(read(sequence) == std::vector<Received>{{3, {0x90, 60, 100}},
                                                  {3, {0xfa}},
                                                  {3, {0xb1, 7, 90}},
                                                  {3, {0xf0, 1, 2, 0xf7}},
                                                  {3, {0x80, 60, 0}}});
}

TEST_CASE("UMP of MIDI 1.0 comes out as bytes")
{
    Sequence sequence;
    sequence.ump(1, {0x20903c64}).ump(2, {0x20c50700}).ump(3, {0x10f80000}).ump(4, {0x10f23402});

    CHECK(read(sequence) ==
          std::vector<Received>{{1, {0x90, 0x3c, 0x64}}, {2, {0xc5, 7}}, {3, {0xf8}}, {4, {0xf2, 0x34, 2}}});
}

TEST_CASE("UMP of MIDI 2.0 keeps programs, bends and the softest note")
{
    Sequence sequence;
    sequence
        .ump(0, {0x40903c00, 0x00010000}) // velocity 1 of 65535 is a note-on still
        .ump(1, {0x40c10000, 0x65000000}) // program 101
        .ump(2, {0x40e20000, 0x80000000}) // centre
        .ump(3, {0x40b34a00, 0xffffffff});

    CHECK(read(sequence) ==
          std::vector<Received>{
              {0, {0x90, 60, 1}}, {1, {0xc1, 101}}, {2, {0xe2, 0, 64}}, {3, {0xb3, 74, 127}}});
}

TEST_CASE("a program of MIDI 2.0 comes after the bank that it names, if it names one")
{
    Sequence sequence;
    sequence.ump(7, {0x40c20001, 0x05000341}).ump(8, {0x40c20000, 0x06000341});

    CHECK(read(sequence) ==
          std::vector<Received>{{7, {0xb2, 0, 3}}, {7, {0xb2, 32, 0x41}}, {7, {0xc2, 5}}, {8, {0xc2, 6}}});
}

TEST_CASE("messages of MIDI 2.0 come with all their bits, also those that MIDI 1.0 does not know")
{
    using Midi2 = std::array<std::uint32_t, 2>;
    Sequence sequence;
    sequence.ump(0, {0x40913c03, 0x12347999})
        .ump(1, {0x40613c00, 0x81234567})
        .ump(2, {0x40623c00, 0x81234567})
        .ump(3, {0x20913c64});
    MidiReader reader(1u << 1);
    const auto events = reader.read(sequence.pod(), 256);
    REQUIRE(events.size() == 3);
    CHECK(events[0].bytes.size() == 3);
    CHECK(events[0].midi2 == Midi2{0x40913c03, 0x12347999});
    CHECK(events[1].bytes.empty());
    CHECK(events[1].midi2 == Midi2{0x40613c00, 0x81234567});
    CHECK(events[2].bytes.size() == 3);
    CHECK(events[2].midi2 == Midi2{});
    CHECK(reader.lost() == 0);
}

TEST_CASE("a SysEx of any length comes back together from UMP")
{
    for (const std::size_t size : {2u, 3u, 7u, 8u, 9u, 14u, 100u, 60000u}) {
        INFO(size);
        Sequence sequence;
        sequence.as_ump(9, sysex_of(size)).midi(10, {0x90, 60, 100});
        const auto received = read(sequence);
        REQUIRE(received.size() == 2);
        CHECK(received[0] == Received{9, sysex_of(size)});
    }
}

TEST_CASE("a SysEx in parts over several blocks comes out when it ends, with clock ticks in between")
{
    MidiReader reader(all_channels);
    Sequence first, second, third;
    first.midi(200, {0xf0, 1, 2}).midi(210, {3, 4});
    second.midi(5, {5, 0xf8, 6});
    third.midi(7, {7, 0xf7});

    CHECK(read(reader, first.pod()).empty());
    CHECK(read(reader, second.pod()) == std::vector<Received>{{5, {0xf8}}});
    CHECK(read(reader, third.pod()) == std::vector<Received>{{7, {0xf0, 1, 2, 3, 4, 5, 6, 7, 0xf7}}});
    CHECK(reader.lost() == 0);
}

TEST_CASE("the longest SysEx fits, one byte more is dropped and counted, and what follows is heard")
{
    MidiReader reader(all_channels);
    Sequence longest, longer;
    longest.midi(0, sysex_of(max_sysex_bytes));
    longer.midi(0, sysex_of(max_sysex_bytes + 1)).midi(1, {0x90, 60, 100});

    CHECK(read(reader, longest.pod()) == std::vector<Received>{{0, sysex_of(max_sysex_bytes)}});
    CHECK(read(reader, longer.pod()) == std::vector<Received>{{1, {0x90, 60, 100}}});
    CHECK(reader.lost() == 1);
}

TEST_CASE("a SysEx that another message breaks off is dropped, the other one is heard")
{
    MidiReader reader(all_channels);
    Sequence sequence;
    sequence.midi(0, {0xf0, 1, 2}).midi(4, {0x90, 60, 100}).midi(5, {3, 0xf7});

    CHECK(read(reader, sequence.pod()) == std::vector<Received>{{4, {0x90, 60, 100}}});
    CHECK(reader.lost() == 2);
}

TEST_CASE("channels that are masked out are not heard, system messages always are")
{
    MidiReader reader(ChannelMask{1u << 2});
    Sequence sequence;
    sequence.midi(0, {0x90, 60, 100}).midi(1, {0x92, 60, 100}).midi(2, {0xf8}).midi(3, {0xf0, 1, 0xf7});

    CHECK(read(reader, sequence.pod()) ==
          std::vector<Received>{{1, {0x92, 60, 100}}, {2, {0xf8}}, {3, {0xf0, 1, 0xf7}}});
}

TEST_CASE("events out of order or beyond the block stay in order inside it")
{
    Sequence sequence;
    sequence.midi(100, {0x90, 60, 100}).midi(50, {0x80, 60, 0}).midi(70000, {0xf8});

    CHECK(read(sequence) ==
          std::vector<Received>{{100, {0x90, 60, 100}}, {100, {0x80, 60, 0}}, {255, {0xf8}}});
}

TEST_CASE("malformed messages are counted and dropped")
{
    MidiReader reader(all_channels);
    Sequence sequence;
    sequence.midi(0, {0x90, 60}).midi(1, {60, 100}).midi(2, {0x90, 0x90, 60}).midi(3, {}).midi(4, {0xf4});
    sequence.ump(5, {0x30160102}); // half of a packet
    sequence.midi(6, {0xf7}).midi(7, {0x90, 60, 100});

    CHECK(read(reader, sequence.pod()) == std::vector<Received>{{7, {0x90, 60, 100}}});
    CHECK(reader.lost() == 6);
}

TEST_CASE("more events than a block holds are counted, not stored")
{
    MidiReader reader(all_channels);
    Sequence sequence;
    for (int i = 0; i < 5000; ++i)
        sequence.midi(0, {0xf8});

    CHECK(read(reader, sequence.pod()).size() == 4096);
    CHECK(reader.lost() == 5000 - 4096);
}

TEST_CASE("no damage to the sequence makes the reader leave it")
{
    std::minstd_rand random(1); // NOLINT: the same damage in every run
    Sequence sequence;
    sequence.midi(0, {0x90, 60, 100}).ump(1, {0x40903c00, 0x00010000}).as_ump(3, sysex_of(50));
    const auto pod = sequence.pod();
    MidiReader reader(all_channels); // one for all: what was damaged before is part of what it has to bear
    for (int round = 0; round < 20000; ++round) {
        // A copy of its own size on the heap, so that a sanitizer sees every byte beyond.
        std::vector<std::byte> damaged(pod.begin(),
                                       pod.begin() + static_cast<long>(random() % (pod.size() + 1)));
        for (int i = 0; i < 4 && !damaged.empty(); ++i)
            damaged[random() % damaged.size()] = static_cast<std::byte>(random());
        for (const auto& event : reader.read(damaged, 64))
            REQUIRE(event.frame < 64);
    }
}

TEST_CASE("what the writer writes, PipeWire's parser and the reader read")
{
    std::vector<std::byte> buffer(midi_buffer_bytes);
    MidiWriter writer;
    writer.begin(buffer, 256);
    CHECK(writer.push(0, Bytes{0x90, 60, 100}));
    CHECK(writer.push(40, sysex_of(max_sysex_bytes)));
    CHECK(writer.push(30, Bytes{0xf8}));   // order is kept
    CHECK(writer.push(9999, Bytes{0xfa})); // inside the block
    const auto size = writer.finish();

    auto* pod = static_cast<spa_pod*>(spa_pod_from_data(buffer.data(), buffer.size(), 0, size));
    REQUIRE(pod != nullptr);
    CHECK(SPA_POD_SIZE(pod) == size);
    REQUIRE(spa_pod_is_sequence(pod));
    MidiReader reader(all_channels);
    CHECK(read(reader, std::span(buffer).first(size)) ==
          std::vector<Received>{
              {0, {0x90, 60, 100}}, {40, sysex_of(max_sysex_bytes)}, {40, {0xf8}}, {255, {0xfa}}});
}

TEST_CASE("a full buffer refuses a message and keeps its content")
{
    std::vector<std::byte> buffer(16 + 24);
    MidiWriter writer;
    writer.begin(buffer, 256);
    CHECK(writer.push(0, Bytes{0x90, 60, 100}));
    CHECK_FALSE(writer.push(1, Bytes{0x80, 60, 0}));
    const auto size = writer.finish();

    MidiReader reader(all_channels);
    CHECK(read(reader, std::span(buffer).first(size)) == std::vector<Received>{{0, {0x90, 60, 100}}});
}

TEST_CASE("without a listener messages are taken and dropped")
{
    MidiWriter writer;
    writer.begin({}, 256);

    CHECK(writer.push(0, Bytes{0x90, 60, 100}));
    CHECK(writer.finish() == 0);
}

} // namespace decant::nodes
