// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/block-watch.hpp"

#include "nodes/bridge/futex.hpp"

#include <algorithm>

namespace decant::service
{
namespace
{

std::uint64_t nsec_of(std::chrono::nanoseconds duration) noexcept
{
    return static_cast<std::uint64_t>(duration.count());
}

} // namespace

void BlockWatch::look_again() noexcept
{
    looked_nsec_ = bridge::now_nsec();
}

void BlockWatch::expect_answer(RunningHost& host, std::chrono::milliseconds patience)
{
    const std::uint64_t now = bridge::now_nsec();
    // If even this thread was not run, as in a machine that was asleep, the plugin cannot have been.
    if (now - looked_nsec_ > nsec_of(patience) / 2)
        excused_nsec_ = now;
    looked_nsec_ = now;
    std::uint64_t since = connection_.unanswered_since_nsec();
    if (since != 0)
        since = std::max(since, excused_nsec_);
    if (since == 0 || now <= since || now - since <= nsec_of(patience))
        return;
    host.tell_threads();
    host.kill();
    throw PluginError(host.name() + ": the plugin hangs in a block for " +
                          std::to_string((now - since) / 1'000'000) + " ms; its host is ended.",
                      PluginError::Kind::passing);
}

void BlockWatch::await_answer(RunningHost& host, std::chrono::milliseconds patience)
{
    constexpr std::chrono::milliseconds look{5};
    const std::uint64_t posted = connection_.unanswered_since_nsec();
    while (posted != 0 && connection_.unanswered_since_nsec() == posted) {
        host.wait(bridge::now_nsec() + nsec_of(look));
        expect_answer(host, patience);
    }
}

} // namespace decant::service
