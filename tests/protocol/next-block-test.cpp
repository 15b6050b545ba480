// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/protocol/next-block.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <vector>

using namespace decant::protocol;

namespace
{

constexpr std::uint64_t forever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t millisecond = 1'000'000;

/// A clock that goes on by a microsecond when it is read, and sleeps that end when it has reached their end.
/// The block is posted at a time, or in the first sleep without an end.
struct Rope {
    Doorbell& request;
    std::uint64_t posted_at = forever;
    std::uint64_t clock = 0;
    std::vector<std::uint64_t> sleeps; ///< their ends

    void post_if_due() const
    {
        if (clock >= posted_at)
            request.value = 2;
    }
    void wake(Doorbell&) noexcept {}
    [[nodiscard]] bool sleep(Doorbell&, std::uint32_t, std::uint64_t deadline) noexcept
    {
        sleeps.push_back(deadline);
        clock = std::min(deadline, posted_at);
        if (clock == forever)
            request.value = 2;
        post_if_due();
        return !gone;
    }
    [[nodiscard]] std::uint64_t now() noexcept
    {
        clock += 1000;
        post_if_due();
        return clock;
    }
    bool gone = false;
};

struct Host {
    Doorbell request{1, 0};
    Rope rope{request, forever, 0, {}};

    std::optional<std::uint32_t> await(PollWindow window) { return await_block(rope, request, 1, window); }
};

} // namespace

TEST_CASE("a host that has been told nothing sleeps until there is a block")
{
    Host host;
    CHECK(host.await({}) == 2);
    CHECK(host.rope.sleeps == std::vector{forever});
}

TEST_CASE("a block that is there already is taken without a sleep")
{
    Host host;
    host.request.value = 2;
    CHECK(host.await({millisecond, 2 * millisecond}) == 2);
    CHECK(host.rope.sleeps.empty());
}

TEST_CASE("a host is awake when its block comes as expected")
{
    Host host;
    host.rope.posted_at = millisecond + millisecond / 2;
    CHECK(host.await({millisecond, 2 * millisecond}) == 2);
    CHECK(host.rope.sleeps == std::vector{millisecond});
}

TEST_CASE("a host whose block comes early is woken")
{
    Host host;
    host.rope.posted_at = millisecond / 2;
    CHECK(host.await({millisecond, 2 * millisecond}) == 2);
    CHECK(host.rope.sleeps == std::vector{millisecond});
    CHECK(host.rope.clock < millisecond);
}

TEST_CASE("a host whose block does not come goes to sleep at the end of its window")
{
    Host host;
    CHECK(host.await({millisecond, millisecond + 100'000}) == 2);
    CHECK(host.rope.sleeps == std::vector{millisecond, forever});
}

TEST_CASE("a window that has passed is no reason to be awake")
{
    Host host;
    host.rope.clock = 10 * millisecond;
    CHECK(host.await({millisecond, 2 * millisecond}) == 2);
    CHECK(host.rope.sleeps == std::vector{forever});
}

TEST_CASE("no host looks for a block longer than it may, whatever it is told")
{
    Host host;
    host.rope.posted_at = 10 * millisecond;
    CHECK(host.await({millisecond, forever}) == 2);
    CHECK(host.rope.sleeps == std::vector{millisecond, forever});

    Host other;
    CHECK(other.await({forever, millisecond}) == 2); // the wrong way round
    CHECK(other.rope.sleeps == std::vector{forever});
}

TEST_CASE("a host whose region is left waits for no block")
{
    Host host;
    host.rope.gone = true;
    host.rope.posted_at = 5 * millisecond;
    CHECK_FALSE(host.await({millisecond, 2 * millisecond}));
    CHECK_FALSE(host.await({}));
}
