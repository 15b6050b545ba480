// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/plugin-connection.hpp"
#include "service/hosts/running-host.hpp"

#include <chrono>
#include <cstdint>

namespace decant::service
{

/// Looks whether a plugin comes back from its blocks. [one thread]
class BlockWatch
{
    const PluginConnection& connection_;
    std::uint64_t looked_nsec_ = 0;  ///< CLOCK_MONOTONIC, when expect_answer() was here last
    std::uint64_t excused_nsec_ = 0; ///< nobody ran before that

public:
    explicit BlockWatch(const PluginConnection& connection) noexcept : connection_(connection) {}

    /// It was not looked because the plugin was waited for.
    void look_again() noexcept;

    /// Kills the host and throws PluginError if the plugin has not come back from a block for longer than
    /// `patience`. To be called at least twice in that time: who comes later was not run, nor was the plugin.
    void expect_answer(RunningHost& host, std::chrono::milliseconds patience);

    /// Before the host is asked what it answers between two blocks: of a plugin that hangs in one, nobody is
    /// to wait for that answer, which may take far longer. Throws as expect_answer().
    void await_answer(RunningHost& host, std::chrono::milliseconds patience);
};

} // namespace decant::service
