// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/realtime/plugin-threads.hpp"
#include "service/realtime/rights-office.hpp"
#include "service/realtime/thread-keeper.hpp"
#include "service/realtime/wineservers.hpp"

#include <string>

#include <sys/types.h>

namespace decant::service
{

/// Who sees to the priorities of all hosts. All functions: [main].
struct Rights {
    RightsOffice office;
    Wineservers wineservers{office};
    PluginThreads plugin_threads{office};

    /// Throws std::system_error.
    explicit Rights(RightsOffice::Post post);
};

/// Sees to the priorities of one node's host: of its audio thread, and, together with the other nodes of its
/// group, of its wineserver and of its plugins' own threads. All functions: [main].
class HostRights
{
    Rights& rights_;
    std::string node_;
    ThreadKeeper audio_thread_;
    pid_t host_ = 0;
    protocol::ThreadRefusals refusals_;

public:
    /// `rights` outlives it.
    HostRights(Rights& rights, std::string node);
    ~HostRights();
    HostRights(const HostRights&) = delete;
    HostRights& operator=(const HostRights&) = delete;

    /// The process of the host, 0 while none runs; `audio_priority` is that of the audio threads of all
    /// hosts. Ten times a second.
    void update_host(pid_t host, int audio_priority);

    /// As ThreadKeeper::update(), after update_host().
    void update_audio_thread(const ThreadWish& wish, bool held_back);

    /// What the host says of its plugins' threads.
    void hear(const protocol::ThreadRefusals& refusals) { refusals_ = refusals; }

    [[nodiscard]] ThreadRight audio_thread() const noexcept { return audio_thread_.right(); }
    [[nodiscard]] ThreadCounts plugin_threads() const noexcept;

    /// As PluginThreads::problem().
    [[nodiscard]] std::string problem() const;
};

} // namespace decant::service
