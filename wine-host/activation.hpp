// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/audio-thread.hpp"
#include "wine-host/plugin.hpp"

#include <cstdint>
#include <functional>
#include <utility>

namespace decant::host
{

/// Whether a plugin plays, and how: its audio thread, and the rate and largest block it was made ready for.
/// [main]
class Activation
{
    int granted_priority_ = 0;
    AudioThread audio_;
    const std::function<void()> idle_;

    Plugin* plugin_ = nullptr; ///< the one that is active
    double rate_ = 0;          ///< of the last activation, in Hz
    std::uint32_t max_frames_ = 0;

    void attach() noexcept;
    void detach();

public:
    /// Makes the thread. `idle` is called again and again while it is waited for. Throws std::runtime_error.
    Activation(UnixBridge& bridge, int rt_priority, std::function<void()> idle);

    /// Blocks are answered by `plugin` from now on, which must live until stop(). Throws PluginError.
    void start(Plugin& plugin, double rate, std::uint32_t max_frames);

    /// Blocks are answered with not_active from now on. Waits for a block that runs.
    void stop();

    /// Stops and starts what is active, as plugins may ask for; false if nothing is. Throws PluginError, and
    /// nothing is active then.
    bool restart();

    /// Changes a plugin while no block runs. Those meanwhile are answered with not_active: plugins guard
    /// their state against their editor, but hardly ever against the audio thread.
    template <class Change>
    void pause_for(Change change)
    {
        detach();
        try {
            change();
        } catch (...) {
            attach();
            throw;
        }
        attach();
    }

    /// The real-time priority that the thread was given; 0 for none.
    [[nodiscard]] int granted_priority() const noexcept { return granted_priority_; }

    /// Answers the block that a crash on the calling thread leaves unanswered. [any]
    void answer_crash() noexcept { audio_.answer_crash(); }
};

} // namespace decant::host
