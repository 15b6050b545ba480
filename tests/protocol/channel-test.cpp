// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/protocol/channel.hpp"

#include "nodes/bridge/bell-rope.hpp"
#include "nodes/bridge/futex.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <memory>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace decant;
using namespace decant::protocol;

namespace
{

using Bytes = std::vector<std::byte>;

std::uint64_t soon()
{
    return bridge::now_nsec() + static_cast<std::uint64_t>(std::chrono::nanoseconds(tests::patience).count());
}

Bytes bytes_of(std::size_t size, int value)
{
    return Bytes(size, static_cast<std::byte>(value));
}

/// Memory that a forked process shares.
struct SharedMemory {
    Region& region = *static_cast<Region*>(
        mmap(nullptr, sizeof(Region), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    SharedMemory() = default;
    SharedMemory(const SharedMemory&) = delete;
    ~SharedMemory() { munmap(&region, sizeof region); }
};

struct ServiceEnd {
    bridge::BellRope rope;
    Channel<bridge::BellRope> channel;

    explicit ServiceEnd(Region& region)
        : channel(rope, region.to_host, region.to_service, region.service_bell, region.host_bell)
    {
    }
};

struct HostEnd {
    bridge::BellRope rope;
    Channel<bridge::BellRope> channel;

    explicit HostEnd(Region& region)
        : channel(rope, region.to_service, region.to_host, region.host_bell, region.service_bell)
    {
    }
};

/// Puts raw bytes where a message should be.
void write_raw(Region& region, const void* bytes, std::size_t size)
{
    RingWriter writer(region.to_service);
    REQUIRE(writer.write_some({static_cast<const std::byte*>(bytes), size}) == size);
}

} // namespace

TEST_CASE("a message arrives as it was sent")
{
    SharedMemory memory;
    ServiceEnd service(memory.region);
    HostEnd host(memory.region);
    REQUIRE(service.channel.send(MessageType::load, 7, bytes_of(1000, 3), soon()));

    const auto message = host.channel.receive(soon());

    REQUIRE(message);
    CHECK(message->type == MessageType::load);
    CHECK(message->id == 7);
    CHECK(message->payload == bytes_of(1000, 3));
}

TEST_CASE("a message without payload arrives")
{
    SharedMemory memory;
    ServiceEnd service(memory.region);
    HostEnd host(memory.region);
    REQUIRE(service.channel.send(MessageType::quit, 1, {}, soon()));
    REQUIRE(service.channel.send(MessageType::get_state, 2, {}, soon()));

    CHECK(host.channel.receive(soon())->type == MessageType::quit);
    CHECK(host.channel.receive(soon())->type == MessageType::get_state);
}

TEST_CASE("nothing is received at the deadline when nothing was sent")
{
    SharedMemory memory;
    ServiceEnd service(memory.region);

    CHECK_FALSE(service.channel.receive(bridge::now_nsec() + 1'000'000));
    CHECK_FALSE(service.channel.broken());
}

TEST_CASE("a message that is received in pieces over several deadlines is whole")
{
    SharedMemory memory;
    ServiceEnd service(memory.region);
    const MessageHeader header{MessageType::log, 0, 3, 0};
    RingWriter writer(memory.region.to_service);
    const auto head = std::as_bytes(std::span(&header, 1));
    const auto payload = bytes_of(3, 9);

    REQUIRE(writer.write_some(head.first(5)) == 5);
    CHECK_FALSE(service.channel.receive(0));
    REQUIRE(writer.write_some(head.subspan(5)) == 11);
    CHECK_FALSE(service.channel.receive(0));
    REQUIRE(writer.write_some(std::span(payload).first(2)) == 2);
    CHECK_FALSE(service.channel.receive(0));
    REQUIRE(writer.write_some(std::span(payload).last(1)) == 1);

    const auto message = service.channel.receive(0);
    REQUIRE(message);
    CHECK(message->payload == payload);
}

TEST_CASE("a message that claims to be too long breaks the channel and allocates nothing")
{
    SharedMemory memory;
    ServiceEnd service(memory.region);
    const MessageHeader header{MessageType::state, 1, max_message_bytes + 1, 0};
    write_raw(memory.region, &header, sizeof header);

    CHECK_FALSE(service.channel.receive(soon()));
    CHECK(service.channel.broken());
}

TEST_CASE("a full ring without a reader fails at the deadline and ends the channel")
{
    SharedMemory memory;
    ServiceEnd service(memory.region);

    CHECK_FALSE(service.channel.send(MessageType::set_state, 1, bytes_of(2 * ring_capacity, 1),
                                     bridge::now_nsec() + 5'000'000));
    // Half a message is on its way: what follows would be taken for its rest.
    CHECK_FALSE(service.channel.send(MessageType::quit, 2, {}, soon()));
}

TEST_CASE("a peer that is gone ends a wait at once")
{
    SharedMemory memory;
    ServiceEnd service(memory.region);
    std::thread watcher([&] {
        CHECK(tests::wait_until([&] { return memory.region.service_bell.sleepers.load() != 0; }));
        service.rope.peer_is_gone(memory.region.service_bell);
    });

    CHECK_FALSE(service.channel.receive(soon()));
    watcher.join();
    CHECK_FALSE(service.channel.broken());
}

TEST_CASE("two long messages that cross both arrive")
{
    SharedMemory memory;
    const auto to_host = bytes_of(3'000'000, 1);
    const auto to_service = bytes_of(4'000'000, 2);
    std::thread host_thread([&] {
        HostEnd host(memory.region);
        // A host's main thread: it does not listen while it speaks.
        CHECK(host.channel.send(MessageType::state, 0, to_service, soon()));
        const auto message = host.channel.receive(soon());
        CHECK((message && message->payload == to_host));
    });
    ServiceEnd service(memory.region);
    std::optional<Message> received;
    CHECK(service.channel.send(MessageType::set_state, 1, to_host, soon(), [&] {
        if (!received)
            received = service.channel.receive(0);
    }));
    if (!received)
        received = service.channel.receive(soon());
    host_thread.join();

    REQUIRE(received);
    CHECK(received->payload == to_service);
}

TEST_CASE("long messages go both ways between two processes")
{
    SharedMemory memory;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) { // sends everything back, one byte changed
        HostEnd host(memory.region);
        for (;;) {
            auto message = host.channel.receive(soon());
            if (!message || message->type == MessageType::quit)
                _exit(message ? 0 : 1);
            if (!message->payload.empty())
                message->payload.back() ^= std::byte{0xff};
            if (!host.channel.send(MessageType::state, message->id, message->payload, soon()))
                _exit(2);
        }
    }
    ServiceEnd service(memory.region);
    std::mt19937 random(3);
    std::uint32_t id = 0;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{ring_capacity} - sizeof(MessageHeader),
          std::size_t{ring_capacity}, std::size_t{1'000'003}, std::size_t{20'000'000}}) {
        Bytes payload(size);
        for (auto& byte : payload)
            byte = static_cast<std::byte>(random());
        REQUIRE(service.channel.send(MessageType::set_state, ++id, payload, soon()));
        const auto answer = service.channel.receive(soon());
        REQUIRE(answer);
        CHECK(answer->id == id);
        if (!payload.empty())
            payload.back() ^= std::byte{0xff};
        CHECK((answer->payload == payload));
    }
    REQUIRE(service.channel.send(MessageType::quit, ++id, {}, soon()));
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("random bytes in the rings never harm the receiver")
{
    SharedMemory memory;
    std::mt19937 random(11);
    for (int round = 0; round < 2000; ++round) {
        auto& ring = memory.region.to_service;
        ServiceEnd service(memory.region);
        for (std::size_t i = 0; i < 256; ++i)
            ring.bytes[i] = static_cast<std::byte>(random() % 4 == 0 ? random() : 0);
        ring.written.store(random() % 3 == 0 ? static_cast<std::uint32_t>(random()) : random() % 256);
        for (int message = 0; message < 32; ++message)
            if (!service.channel.receive(0))
                break;
        ring.written.store(0);
        ring.read.store(0);
    }
    SUCCEED("still alive");
}
