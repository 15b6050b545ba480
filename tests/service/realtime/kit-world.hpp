// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/host-thread.hpp"
#include "tests/service/realtime/fake-realtime-kit.hpp"
#include "tests/support/ordinary-user.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <optional>
#include <sched.h>

namespace decant::tests
{

/// A RealtimeKit that keeps this process's rights, a host, and a user without any rights, who is this thread
/// meanwhile. All functions: [main].
struct KitWorld {
    Sleeper host;
    FakeRealtimeKit kit;
    std::optional<OrdinaryUser> user;

    /// The host has so many threads besides its first one.
    explicit KitWorld(unsigned threads = 0) : host(threads)
    {
        const sched_param lowest{1};
        if (sched_setscheduler(host.id(), SCHED_RR | SCHED_RESET_ON_FORK, &lowest) != 0)
            SKIP("no real-time priorities here, so that no RealtimeKit can be played (run as root)");
        bridge::demote(host.id());
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", kit.address().c_str(), 1);
        user.emplace();
    }
};

} // namespace decant::tests
