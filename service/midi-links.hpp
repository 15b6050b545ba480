// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/registry-watch.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>

namespace decant::service
{

/// The links that lead MIDI into nodes. Who is unplugged sends no end of its notes, and a node with other
/// sources hears nothing of it: its input has them mixed. All functions: [main].
class MidiLinks
{
public:
    /// A link to `node`, a global id, has gone that had been there since `since` (CLOCK_MONOTONIC, ns).
    using OnLeft = std::function<void(std::uint32_t node, std::uint64_t since)>;

private:
    struct Link {
        std::uint32_t node;
        std::uint32_t port;
        std::uint64_t since;
    };

    OnLeft on_left_;
    std::set<std::uint32_t> inputs_;      ///< ports
    std::map<std::uint32_t, Link> links_; ///< all: at the beginning one may come before its port
    RegistryWatch registry_;

    void add(std::uint32_t id, const char* type, const spa_dict* properties);
    void remove(std::uint32_t id);

public:
    /// `core` outlives this.
    MidiLinks(pw_core* core, OnLeft on_left);
    MidiLinks(const MidiLinks&) = delete;
    MidiLinks& operator=(const MidiLinks&) = delete;
};

} // namespace decant::service
