// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace decant::doctor
{

/// Keeps CPUs and memory busy with ordinary threads for as long as it lives: what a machine does while
/// somebody works at it. Throws std::system_error. [any]
class BusyCpus
{
    std::atomic<bool> ending_ = false;
    std::vector<std::jthread> threads_;

    void work() noexcept;

public:
    explicit BusyCpus(const std::vector<unsigned>& cpus);
    ~BusyCpus();
    BusyCpus(const BusyCpus&) = delete;
    BusyCpus& operator=(const BusyCpus&) = delete;
};

} // namespace decant::doctor
