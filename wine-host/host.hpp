// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/control-line.hpp"
#include "wine-host/crash-handler.hpp"
#include "wine-host/instance.hpp"
#include "wine-host/options.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace decant::host
{

/// The main thread: runs the windows and timers of all plugins in this process, and lets each do what the
/// service asks of it.
///
/// A host of one plugin ends with it. A group's has a line of its own, through which the service adds
/// plugins and ends the process.
class Host final : private CrashListener
{
    const Options options_;
    const std::uint32_t main_thread_;
    void* const event_; ///< HANDLE: some line has something to do
    std::optional<ControlLine> group_;
    std::vector<std::unique_ptr<Instance>> instances_;
    bool finished_ = false;

    protocol::ThreadRefusals refusals_;

    Instance& add(const std::string& region);
    void tell_refusals();
    [[nodiscard]] bool work();
    [[nodiscard]] bool work(Instance& instance);
    [[nodiscard]] bool work_for_group();
    void serve_group(const protocol::Message& message);
    void remove_finished();
    void wait();

    void crashed(const char* what) noexcept override;

public:
    /// Says hello. Throws std::runtime_error.
    explicit Host(const Options& options);

    /// Until the service says quit. Throws std::runtime_error when the service does not keep to the protocol.
    void run();
};

} // namespace decant::host
