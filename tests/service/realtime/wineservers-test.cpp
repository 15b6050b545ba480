// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/wineservers.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "tests/service/realtime/office-loop.hpp"
#include "tests/support/child-process.hpp"
#include "tests/support/scratch-directory.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace decant;
using namespace decant::service;
namespace fs = std::filesystem;

namespace
{

/// A process that looks like the wineserver of a prefix, and does nothing.
class FakeServer
{
    pid_t id_;

public:
    explicit FakeServer(const fs::path& workplace) : id_(fork())
    {
        if (id_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            prctl(PR_SET_NAME, "wineserver64");
            if (chdir(workplace.c_str()) == 0)
                for (;;)
                    pause();
            _exit(1);
        }
    }
    ~FakeServer()
    {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return id_; }
};

/// A prefix, and the directory in which its server works.
struct Prefix {
    tests::ScratchDirectory directory;
    fs::path path = directory.path() / "prefix";
    fs::path workplace;

    Prefix()
    {
        fs::create_directories(path);
        struct stat file{};
        REQUIRE(stat(path.c_str(), &file) == 0);
        workplace = directory.path() / fmt::format("server-{:x}-{:x}", file.st_dev, file.st_ino);
        fs::create_directories(workplace);
    }
};

struct World {
    Prefix prefix;
    FakeServer server{prefix.workplace};
    tests::ChildProcess host{{"sleep", "600"}, {{"WINEPREFIX", prefix.path.string()}}};

    tests::OfficeLoop loop;
    RightsOffice office{loop.post()};
    Wineservers servers{office};

    World()
    {
        REQUIRE(tests::wait_until([this] { return wineserver_of(prefix.path) == server.id(); }));
        if (!bridge::promote(server.id(), {SCHED_FIFO, 80}))
            SKIP("no real-time priorities here: the limit \"rtprio\" is below 80 (see decant doctor)");
    }

    [[nodiscard]] int priority() const { return bridge::scheduling_of(server.id())->priority; }
};

} // namespace

TEST_CASE("the server of a prefix is the one that works in its directory")
{
    const Prefix one;
    const Prefix other;
    const FakeServer server(one.workplace);
    CHECK(tests::wait_until([&] { return wineserver_of(one.path) == server.id(); }));
    CHECK(wineserver_of(other.path) == std::nullopt);
    CHECK(wineserver_of("/nowhere") == std::nullopt);
    CHECK(wineserver_of("") == std::nullopt);
}

TEST_CASE("a wineserver comes below the audio threads, and not below nothing")
{
    CHECK(wineserver_priority(83) == 67);
    CHECK(wineserver_priority(10) == 1);
    CHECK(wineserver_priority(1) == 0);
    CHECK(wineserver_priority(0) == 0);
}

TEST_CASE("the wineserver of a host is made real-time below its audio threads")
{
    World world;
    bridge::demote(world.server.id());
    CHECK(tests::wait_until([&] {
        world.servers.update(world.host.id(), 60);
        return world.priority() == 44;
    }));
}

TEST_CASE("a wineserver that is above the audio threads is put below them")
{
    World world;
    world.servers.update(world.host.id(), 60);
    CHECK(world.priority() == 44);
}

TEST_CASE("the wineserver of other prefixes, and of hosts that are gone, is let alone")
{
    World world;
    const Prefix other;
    const FakeServer stranger(other.workplace);
    world.servers.forget(world.host.id());
    world.servers.update(0, 60);
    CHECK(world.priority() == 80);
    world.servers.update(world.host.id(), 60);
    CHECK(bridge::scheduling_of(stranger.id())->priority == 0);
}
