// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/host-link.hpp"

#include "nodes/bridge/futex.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_predicate.hpp>
#include <csignal>
#include <random>
#include <thread>

using namespace decant;
using namespace std::chrono_literals;
using bridge::HostError;
using bridge::HostErrorCode;
using bridge::HostLink;
using tests::FakeHost;

namespace
{

auto has_code(HostErrorCode code)
{
    return Catch::Matchers::Predicate<HostError>(
        [code](const HostError& error) { return error.code == code; });
}

std::uint64_t far()
{
    return bridge::now_nsec() + static_cast<std::uint64_t>(std::chrono::nanoseconds(tests::patience).count());
}

/// Ends the process and tells the link, as a supervisor does.
void kill(FakeHost& host)
{
    host.process().kill();
    host.link().host_gone();
}

bool asleep(const FakeHost& host)
{
    return host.region()->memory().service_bell.sleepers.load() != 0;
}

} // namespace

TEST_CASE("a host greets with its version and width")
{
    FakeHost host;

    const auto hello = host.link().wait_hello();

    CHECK(hello.version == protocol::version);
    CHECK(hello.bits == 64);
}

TEST_CASE("a host of another version is refused")
{
    FakeHost host({"--version-number", "77"});

    CHECK_THROWS_MATCHES(host.link().wait_hello(), HostError, has_code(HostErrorCode::wrong_version));
}

TEST_CASE("a host that does not greet is given up")
{
    FakeHost host({"--mute"});

    CHECK_THROWS_MATCHES(host.link().wait_hello(50ms), HostError, has_code(HostErrorCode::timed_out));
}

TEST_CASE("a plugin is loaded, driven and ended")
{
    FakeHost host;
    auto& link = host.link();
    link.wait_hello();

    const auto plugin = link.load("/plugins/gain.dll", "");
    CHECK(plugin.name == "gain");
    CHECK(plugin.outputs.size() == 2);
    link.activate(48000, 1024);
    CHECK(link.values().at(0) == 1);
    const auto state = link.state();
    link.deactivate();
    link.set_state(state);
    link.quit();

    CHECK(host.process().wait(tests::patience) == 0);
    REQUIRE_FALSE(host.heard().empty());
    CHECK(std::get<bridge::LogLine>(host.heard().at(0)).text == "loading gain");
}

TEST_CASE("what a host refuses comes with its reason, and the link works on")
{
    FakeHost host;
    auto& link = host.link();
    link.wait_hello();

    const auto failed_with = [](protocol::FailureCode code) {
        return Catch::Matchers::Predicate<HostError>([code](const HostError& error) {
            return error.code == HostErrorCode::failed && error.failure == code;
        });
    };
    CHECK_THROWS_MATCHES(link.load("not-a-plugin.dll", ""), HostError,
                         failed_with(protocol::FailureCode::not_a_plugin));
    CHECK_THROWS_MATCHES(link.load("missing.dll", ""), HostError,
                         failed_with(protocol::FailureCode::not_found));
    link.load("sine.dll", "");
    CHECK_THROWS_MATCHES(link.set_state(std::vector<std::byte>(8)), HostError,
                         failed_with(protocol::FailureCode::state_mismatch));
    CHECK(link.values().size() == 9);
}

TEST_CASE("a state of tens of megabytes goes both ways")
{
    FakeHost host({"--state-bytes", "30000000"});
    host.start("gain.dll");

    const auto state = host.link().state();
    CHECK(state.size() > 30'000'000);
    host.link().set_state(state);
    CHECK((host.link().state() == state));
}

TEST_CASE("a host that hangs is given up in time, and its late answer is no answer to the next question")
{
    FakeHost host;
    host.start("gain.dll");
    host.process().freeze();
    CHECK_THROWS_MATCHES(host.link().state(50ms), HostError, has_code(HostErrorCode::timed_out));
    host.process().signal(SIGCONT);

    CHECK(host.link().values().size() == 9);
}

TEST_CASE("a host that dies while it is asked ends the wait at once")
{
    FakeHost host;
    host.link().wait_hello();
    std::thread watcher([&] {
        CHECK(tests::wait_until([&] { return asleep(host); }));
        kill(host);
    });

    CHECK_THROWS_MATCHES(host.link().load("hang-on-load.dll", ""), HostError, has_code(HostErrorCode::gone));
    watcher.join();
    CHECK_THROWS_MATCHES(host.link().values(), HostError, has_code(HostErrorCode::gone));
    CHECK(host.link().wait_activity(far()) == HostLink::Activity::gone);
}

TEST_CASE("a host that is gone before it answers has ended as it was asked")
{
    FakeHost host;
    host.link().wait_hello();
    SECTION("while it is asked")
    {
        host.process().freeze();
        std::thread watcher([&] {
            CHECK(tests::wait_until([&] { return asleep(host); }));
            kill(host);
        });
        CHECK_NOTHROW(host.link().quit());
        watcher.join();
    }
    SECTION("long ago")
    {
        kill(host);
        CHECK_NOTHROW(host.link().quit());
    }
}

TEST_CASE("a supervisor sleeps until something is to be done")
{
    FakeHost host;
    auto& link = host.link();
    SECTION("a message")
    {
        CHECK(link.wait_activity(far()) == HostLink::Activity::message); // the greeting
    }
    SECTION("an interruption from another thread")
    {
        link.wait_hello();
        std::thread other([&] {
            CHECK(tests::wait_until([&] { return asleep(host); }));
            link.interrupt();
        });
        CHECK(link.wait_activity(far()) == HostLink::Activity::interrupted);
        other.join();
    }
    SECTION("an interruption before it slept")
    {
        link.wait_hello();
        link.interrupt();
        CHECK(link.wait_activity(far()) == HostLink::Activity::interrupted);
    }
    SECTION("the death of the host")
    {
        link.wait_hello();
        kill(host);
        CHECK(link.wait_activity(far()) == HostLink::Activity::gone);
    }
    SECTION("its deadline")
    {
        link.wait_hello();
        CHECK(link.wait_activity(bridge::now_nsec() + 1'000'000) == HostLink::Activity::deadline);
    }
}

TEST_CASE("a host that talks without a pause cannot keep anybody")
{
    const auto region = std::make_shared<bridge::SharedRegion>();
    std::size_t heard = 0;
    HostLink link(region, [&](const bridge::Notification&) { ++heard; });
    std::atomic<bool> stop = false;
    std::thread babbler([&] {
        protocol::WireWriter line;
        line.put_text("...");
        bridge::BellRope rope;
        auto& memory = region->memory();
        protocol::Channel channel(rope, memory.to_service, memory.to_host, memory.host_bell,
                                  memory.service_bell);
        while (!stop && channel.send(protocol::MessageType::log, 0, line.bytes(), far()))
            ;
    });

    CHECK_THROWS_MATCHES(link.values(100ms), HostError, has_code(HostErrorCode::timed_out));
    link.poll_notifications();
    CHECK(heard > 0);
    stop = true;
    while (link.wait_activity(bridge::now_nsec() + 100'000'000) == HostLink::Activity::message)
        link.poll_notifications();
    babbler.join();
}

TEST_CASE("a host that writes random bytes into the control rings is given up, never worse")
{
    std::mt19937 random(42);
    for (int round = 0; round < 10'000; ++round) {
        static std::shared_ptr<bridge::SharedRegion> region = std::make_shared<bridge::SharedRegion>();
        auto& memory = region->memory();
        HostLink link(region);
        memory.to_host.read = random() % 4 == 0 ? static_cast<std::uint32_t>(random()) : 0;
        memory.to_service.written =
            random() % 4 == 0 ? static_cast<std::uint32_t>(random()) : random() % 1024;
        for (std::size_t i = 0; i < 1024; ++i)
            memory.to_service.bytes[i] = static_cast<std::byte>(random() % 4 == 0 ? random() % 112 : 0);
        try {
            switch (random() % 4) {
            case 0:
                link.wait_hello(0ms);
                break;
            case 1:
                link.load("x", "", 0ms);
                break;
            case 2:
                (void)link.state(0ms);
                break;
            default:
                link.poll_notifications();
                break;
            }
        } catch (const HostError& error) {
            CHECK(error.code != HostErrorCode::gone);
        }
        memory.to_host.written = memory.to_service.read = 0;
    }
}
