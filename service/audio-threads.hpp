// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/guard.hpp"
#include "service/spare-cpus.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace decant::service
{

/// How the threads that make sound are arranged on this machine: what every plugin node has to know.
struct AudioThreads {
    std::shared_ptr<bridge::Guard> guard; ///< null if none can run before the data loops
    int host_priority = 0;                ///< SCHED_FIFO of the threads in the hosts; 0: none
    std::vector<unsigned> cpus;           ///< where they may run
    bool on_one_cpu = false;              ///< a data loop hands over quicker to a host on its own CPU
    std::shared_ptr<SpareCpus> spare;     ///< never null
    std::chrono::nanoseconds anticipation_gain{0}; ///< for each block whose host is awake when it comes
};

class DataLoops;

/// Measures what waking a thread takes, and starts the guard. `loops` must outlive what it returns. Throws
/// std::runtime_error. [main]
[[nodiscard]] AudioThreads arrange_audio_threads(const DataLoops& loops, std::vector<unsigned> cpus);

} // namespace decant::service
