// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace decant::service
{

/// Keeps the CPUs out of sleep from which they wake too slowly, while music plays: the kernel heeds what is
/// written to its file for as long as that stays open. Whoever may not write there goes without; by default
/// only root may. All functions: [main].
class CpuLatency
{
    std::filesystem::path file_;
    std::optional<std::uint32_t> usec_;
    bool playing_ = false;
    int descriptor_ = -1;
    int told_ = 0; ///< errno that the log knows of

    void hold();
    void release() noexcept;

public:
    explicit CpuLatency(std::filesystem::path file = "/dev/cpu_dma_latency");
    ~CpuLatency();
    CpuLatency(const CpuLatency&) = delete;
    CpuLatency& operator=(const CpuLatency&) = delete;

    /// The longest that a CPU may take to wake up, in microseconds; nothing: as long as it likes.
    void set(std::optional<std::uint32_t> usec);

    /// Whether anything plays; once a second.
    void update(bool playing);

    [[nodiscard]] bool held() const noexcept { return descriptor_ >= 0; }
};

} // namespace decant::service
