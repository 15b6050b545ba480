// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/plugin.hpp"
#include "wine-host/unix-bridge.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>

namespace decant::host
{

/// Answers every block of the service, with or without a plugin.
///
/// A Windows thread made by CreateThread, as plugins expect one, that parks in a single Linux call per block.
class AudioThread
{
    /// Who may touch the plugin: this thread between `open` and `closed` only. `closing` asks it to be let
    /// go.
    enum class Gate : std::uint32_t { closed, open, running, closing };

    UnixBridge& bridge_;
    std::atomic<Gate> gate_ = Gate::closed;
    std::atomic<std::uint32_t> block_number_ = 0;
    std::uint32_t thread_id_ = 0;
    void* thread_ = nullptr; ///< HANDLE

    // Set while the gate is closed.
    Plugin* plugin_ = nullptr;
    std::uint32_t rate_ = 0;
    std::uint32_t max_frames_ = 0;

    // The audio thread's own.
    std::uint32_t latency_ = 0;
    std::array<float*, protocol::max_channels> inputs_{};
    std::array<float*, protocol::max_channels> outputs_{};

    void run() noexcept;
    [[nodiscard]] protocol::BlockReply answer() noexcept;
    void process(const protocol::BlockRequest& request, protocol::BlockReply& reply) noexcept;

public:
    /// Throws std::runtime_error if Windows makes no thread. `rt_priority`: of SCHED_FIFO, 0 for none.
    /// `granted` is afterwards the one that it has.
    AudioThread(UnixBridge& bridge, int rt_priority, int& granted);

    /// Leaves the region. Preconditions: no plugin is attached.
    ~AudioThread();

    AudioThread(const AudioThread&) = delete;
    AudioThread& operator=(const AudioThread&) = delete;

    /// From now on blocks of this rate and size are the plugin's, which is active. [main]
    void attach(Plugin& plugin, std::uint32_t rate, std::uint32_t max_frames) noexcept;

    /// Returns when the plugin runs no block and will not begin one; blocks are answered with not_active.
    /// While it waits it calls `idle` again and again, as a plugin may wait for the main thread in its
    /// process call. [main]
    void detach(const std::function<void()>& idle);

    /// Answers the block that the crashed plugin was in, if this is the thread that crashed. [any]
    void answer_crash() noexcept;
};

} // namespace decant::host
