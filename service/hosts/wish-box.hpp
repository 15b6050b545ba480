// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/editor-wish.hpp"
#include "service/hosts/preset-wish.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sys/types.h>

namespace decant::service
{

class RunningHost;

using HostWish = std::variant<PresetWish, EditorWish>;

/// What a plugin is to run with.
struct HostFormat {
    std::uint32_t rate = 0;       ///< Hz
    std::uint32_t max_frames = 0; ///< of the largest block

    bool operator==(const HostFormat&) const = default;
};

/// What the owner of a plugin wants, until its supervisor has taken it.
struct HostWishes {
    bool stop = false;
    bool restart = false;
    std::uint64_t save = 0; ///< the ticket of the last save() that was not obeyed yet; 0: none
    bool format = false;    ///< rate or block size have changed
    bool changed = false;   ///< a parameter has, which makes the state on the disk an old one
    std::optional<std::map<std::string, double>> values;   ///< the configuration has others for parameters
    std::optional<bool> spare;                             ///< as PluginFile has it, if that has changed
    std::vector<std::pair<std::uint64_t, HostWish>> asked; ///< with their tickets
};

/// Between the owner's thread, which leaves wishes and never waits, and the supervisor's, which is woken
/// wherever it sleeps.
class WishBox
{
    mutable std::mutex mutex_;
    std::condition_variable wished_;
    HostWishes wishes_;
    HostFormat format_;
    std::uint64_t last_ticket_ = 0;
    RunningHost* host_ = nullptr; ///< while there is one
    bool ready_ = false;          ///< it has loaded the plugin, and listens to wishes

    template <class Change>
    void leave(Change change);

public:
    explicit WishBox(HostFormat format) noexcept : format_(format) {}

    void restart();
    /// Both return the ticket with which they are answered.
    std::uint64_t save();
    std::uint64_t ask(HostWish wish);
    void tell_change();
    void set_values(std::map<std::string, double> values);
    void set_format(HostFormat format);
    void set_spare(bool spare);

    /// For ever. A host that still loads is given up: nothing can be lost yet, and that may take minutes.
    void stop();

    /// The process of the host that is ready; 0 if none is.
    [[nodiscard]] pid_t process() const;

    // [supervisor]

    /// What was left since the last time; `stop` stays, and before a restart what was asked, for the next
    /// host.
    [[nodiscard]] HostWishes take();

    /// The format that counts now; the wish for it is fulfilled with that.
    [[nodiscard]] HostFormat take_format();

    [[nodiscard]] bool stopping() const;

    /// After a host that failed: sleeps until the owner wants a start or an end, or until `patience` is over
    /// if there is one. What was asked of that host is forgotten.
    void wait_for_restart(std::optional<std::chrono::milliseconds> patience);

    /// Whom to wake from now on; null: nobody.
    void set_host(RunningHost* host);

    /// It has loaded its plugin.
    void set_ready();
};

} // namespace decant::service
