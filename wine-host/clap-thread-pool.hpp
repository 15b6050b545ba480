// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-interface.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace decant::host
{

/// Threads that share the work of a plugin's block with its audio thread, as CLAP's thread pool has it: one
/// for each further processor, just under the audio thread. They sleep and wake by Windows' addresses, which
/// is a futex in Wine (since 6.0) and never asks wineserver.
class ClapThreadPool
{
    /// Tasks of one run, as a number that is exchanged as a whole: a thread that comes late must not take one
    /// of the next run for one of its own.
    struct Work {
        std::uint32_t run;   ///< 16 bits
        std::uint32_t count; ///< 24 bits
        std::uint32_t next;  ///< 24 bits; the first one that nobody has taken

        static Work of(std::uint64_t word) noexcept;
        [[nodiscard]] std::uint64_t word() const noexcept;
    };

    const clap_plugin_t* plugin_;
    const clap::PluginThreadPool& tasks_;
    std::vector<void*> threads_; ///< HANDLE
    std::vector<std::uint32_t> ids_;
    std::atomic<std::uint64_t> work_ = 0;
    std::atomic<std::uint32_t> done_ = 0; ///< of the tasks of this run
    std::atomic<bool> stopping_ = false;

    [[nodiscard]] bool work_once() noexcept;

public:
    static constexpr std::uint32_t most_tasks = (1u << 24) - 1;
    static constexpr std::uint32_t most_threads = 15; ///< besides the audio thread

    /// Threads that Windows does not make are done without. [main]
    ClapThreadPool(const clap_plugin_t* plugin, const clap::PluginThreadPool& tasks);

    /// While nothing runs. [main]
    ~ClapThreadPool();

    ClapThreadPool(const ClapThreadPool&) = delete;
    ClapThreadPool& operator=(const ClapThreadPool&) = delete;

    /// Lets the plugin do each of its tasks once, also on the calling thread, and returns when all are done.
    /// False if there are no threads for that, or more tasks than most_tasks. [rt]
    [[nodiscard]] bool run(std::uint32_t tasks) noexcept;

    /// Does what run() leaves to others, until the pool ends. [a thread of the pool]
    void serve() noexcept;

    /// Whether the calling thread is one of the pool's. [any]
    [[nodiscard]] bool is_inside() const noexcept;
};

} // namespace decant::host
