// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/changed-values.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/unix-bridge.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace decant::host
{

/// What the plugin said and the service has not heard yet. Any thread writes without waiting, the main thread
/// reads.
///
/// Of a parameter that moves often only the newest value is kept, so this never grows and never fills up.
class Notices final : public PluginListener
{
    UnixBridge& bridge_;
    std::unique_ptr<ChangedValues> storage_;
    std::atomic<ChangedValues*> table_ = nullptr;
    std::atomic<bool> latency_ = false;
    std::atomic<bool> state_ = false;
    std::atomic<bool> work_ = false;
    std::atomic<bool> pending_ = false;

    void announce() noexcept;

public:
    explicit Notices(UnixBridge& bridge) noexcept : bridge_(bridge) {}

    // PluginListener
    void expect_parameters(std::uint32_t count) override;
    void parameter_moved(std::uint32_t id, double value) noexcept override;
    void latency_moved() noexcept override;
    void state_changed() noexcept override;
    void work_wanted() noexcept override;

    /// Whether there is something to take. The first notice rings the host's own bell. [any]
    [[nodiscard]] bool pending() const noexcept { return pending_.load(std::memory_order_acquire); }

    /// Hands out what has moved since the last time, and returns whether the latency may have. [main]
    bool take(const std::function<void(std::uint32_t id, double value)>& parameter);

    /// Whether the plugin has changed beside its parameters since the last time. [main]
    [[nodiscard]] bool take_state() noexcept { return state_.exchange(false, std::memory_order_acq_rel); }

    /// Whether the plugin has asked for Plugin::work() since the last time. [main]
    [[nodiscard]] bool take_work() noexcept { return work_.exchange(false, std::memory_order_acq_rel); }
};

} // namespace decant::host
