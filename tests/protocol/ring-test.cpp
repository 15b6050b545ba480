// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/protocol/ring.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <thread>
#include <vector>

using namespace decant::protocol;

namespace
{

using Bytes = std::vector<std::byte>;

struct Ring {
    std::unique_ptr<RingStorage> storage = std::make_unique<RingStorage>();
    RingWriter writer{*storage};
    RingReader reader{*storage};
};

Bytes some_bytes(std::size_t size, unsigned seed = 1)
{
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<std::byte>(random());
    return bytes;
}

Bytes read_up_to(RingReader& reader, std::size_t most)
{
    Bytes bytes(most);
    bytes.resize(reader.read_some(bytes));
    return bytes;
}

} // namespace

TEST_CASE("a full ring refuses a byte and keeps its content")
{
    Ring ring;
    const auto content = some_bytes(ring_capacity);
    REQUIRE(ring.writer.write_some(content) == ring_capacity);

    CHECK(ring.writer.write_some(some_bytes(1)) == 0);
    CHECK_FALSE(ring.writer.broken());
    CHECK(read_up_to(ring.reader, ring_capacity) == content);
}

TEST_CASE("a ring takes as much of a long message as fits")
{
    Ring ring;
    const auto content = some_bytes(ring_capacity + 100);

    CHECK(ring.writer.write_some(content) == ring_capacity);
    CHECK(ring.reader.available() == ring_capacity);
}

TEST_CASE("an empty ring gives nothing")
{
    Ring ring;

    CHECK(read_up_to(ring.reader, 16).empty());
    CHECK_FALSE(ring.reader.broken());
}

TEST_CASE("bytes come out in order when they wrap around the end of the ring")
{
    Ring ring;
    const auto content = some_bytes(10 * ring_capacity);
    std::mt19937 random(7);
    Bytes received;
    std::size_t sent = 0;
    while (received.size() < content.size()) {
        sent += ring.writer.write_some(std::span(content).subspan(sent).first(
            std::min<std::size_t>(random() % ring_capacity, content.size() - sent)));
        const auto part = read_up_to(ring.reader, random() % ring_capacity);
        received.insert(received.end(), part.begin(), part.end());
    }

    CHECK(received == content);
}

#if !defined(__SANITIZE_THREAD__) // under which it takes minutes, with one thread to look at

TEST_CASE("the counts of a ring wrap at their end without a seam")
{
    // The ends count in private memory: only by moving 4 GiB do they get there.
    Ring ring;
    const auto content = some_bytes(ring_capacity);
    Bytes place(ring_capacity);
    for (std::uint64_t moved = 0; moved < (std::uint64_t{1} << 32) - 1000; moved += ring_capacity) {
        REQUIRE(ring.writer.write_some(content) == ring_capacity);
        REQUIRE(ring.reader.read_some(place) == ring_capacity);
    }

    REQUIRE(ring.writer.write_some(std::span(content).first(5000)) == 5000);
    CHECK(ring.storage->written.load() < ring_capacity);
    CHECK(ring.reader.read_some(place) == 5000);
    CHECK(std::equal(place.begin(), place.begin() + 5000, content.begin()));
}

#endif

TEST_CASE("a reader does not follow a count that cannot be")
{
    Ring ring;
    for (const std::uint32_t count : {ring_capacity + 1, 0x80000000U, 0xffffffffU}) {
        ring.storage->written.store(count);

        CHECK(read_up_to(ring.reader, 16).empty());
        CHECK(ring.reader.broken());
    }
}

TEST_CASE("a writer does not follow a count that cannot be")
{
    Ring ring;
    for (const std::uint32_t count : {1U, 0x80000000U, 0xffffffffU - ring_capacity}) {
        ring.storage->read.store(count);

        CHECK(ring.writer.write_some(some_bytes(16)) == 0);
        CHECK(ring.writer.broken());
    }
}

TEST_CASE("a writer does not believe a changed count of its own")
{
    Ring ring;
    REQUIRE(ring.writer.write_some(some_bytes(100)) == 100);
    ring.storage->written.store(5);

    REQUIRE(ring.writer.write_some(some_bytes(10)) == 10);

    CHECK(ring.storage->written.load() == 110);
}

TEST_CASE("two threads pass a stream through a ring")
{
    Ring ring;
    const auto content = some_bytes(4 * 1024 * 1024);
    std::thread producer([&] {
        for (std::size_t sent = 0; sent < content.size(); std::this_thread::yield())
            sent += ring.writer.write_some(std::span(content).subspan(sent));
    });
    Bytes received(content.size());
    for (std::size_t taken = 0; taken < received.size(); std::this_thread::yield())
        taken += ring.reader.read_some(std::span(received).subspan(taken));
    producer.join();

    CHECK(received == content);
}
