// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace decant::bench
{

/// How the two sides wait for each other, see bridge::BridgeWake.
using Wake = bridge::BridgeWake;

/// Where the threads run that call, and the hosts' audio threads.
enum class Placement {
    core, ///< each caller on a CPU of its own, with the audio threads of all that it calls
    free, ///< wherever the kernel likes
};

struct Options {
    std::uint32_t block = 64;   ///< frames
    std::uint32_t rate = 48000; ///< Hz
    unsigned instances = 8;
    bool group = false;  ///< all instances in one host
    unsigned chain = 0;  ///< as many plugins in series per instance are measured beside single ones; 0: none
    double seconds = 20; ///< of what is measured; the floors take half of it each, in addition
    std::vector<Placement> placements{Placement::core}; ///< measured in turn
    std::vector<Wake> wakes{Wake::sleep};               ///< measured in turn
    std::vector<unsigned> threads;   ///< that call, the instances spread over them; in turn
    std::uint32_t burn_usec = 0;     ///< that the plugin takes for a block
    int host_priority = 80;          ///< SCHED_FIFO of the hosts' audio threads; that of the callers is 80
    std::uint32_t deadline_usec = 0; ///< after the period's start; 0: its end
    bridge::BridgeMode mode = bridge::BridgeMode::sync;
    bool guard = true;  ///< keeps the deadlines; without it each wait has a timer
    bool graph = false; ///< as nodes of PipeWire; the floors and all that is about threads are left out
    bool paced = true;
    bool json = false;
    std::filesystem::path svg;    ///< empty: no plot
    std::filesystem::path plugin; ///< a stereo gain of tests/plugins
    std::filesystem::path prefix; ///< of Wine; empty: a new one for this run

    [[nodiscard]] std::uint64_t period_nsec() const noexcept
    {
        return std::uint64_t{1'000'000'000} * block / rate;
    }
};

/// As the command line and the configuration of nodes call it.
[[nodiscard]] constexpr const char* mode_name(bridge::BridgeMode mode) noexcept
{
    return mode == bridge::BridgeMode::pipelined ? "pipelined" : "sync";
}
[[nodiscard]] constexpr const char* wake_name(Wake wake) noexcept
{
    return wake == Wake::anticipate ? "anticipate" : "sleep";
}

/// Reads the command line; prints help or what is wrong with it and exits.
Options parse_options(int argc, char** argv);

} // namespace decant::bench
