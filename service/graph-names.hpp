// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/registry-watch.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace decant::service
{

/// Who is in the graph: by which names a configuration may call what plays MIDI or can be played to, and
/// whether a service is there. All functions: [main].
class GraphNames
{
    struct Port {
        std::uint32_t node = 0;
        std::string name;
        std::string alias;
        bool input = false;
        bool audio = false;
    };

    std::map<std::uint32_t, std::vector<std::string>> nodes_; ///< names, the proper one first
    std::map<std::uint32_t, Port> ports_;
    std::set<std::uint32_t> services_; ///< metadata objects of the service's name
    std::uint64_t version_ = 1;
    RegistryWatch registry_;

    void add(std::uint32_t id, const char* type, const spa_dict* properties);
    void remove(std::uint32_t id);
    [[nodiscard]] std::vector<std::string> names_of(bool (*wanted)(const Port&)) const;

public:
    /// `on_settled` is called once, from inside an event, when all that is in the graph is known. `core`
    /// outlives this.
    GraphNames(pw_core* core, std::function<void()> on_settled);
    GraphNames(const GraphNames&) = delete;
    GraphNames& operator=(const GraphNames&) = delete;

    /// Names of nodes and of ports that play MIDI; each node's and port's, in all its forms.
    [[nodiscard]] std::vector<std::string> midi_sources() const;

    /// Names of nodes and of ports that play sound.
    [[nodiscard]] std::vector<std::string> sound_sources() const;

    /// Names of nodes and of ports that can be played to.
    [[nodiscard]] std::vector<std::string> targets() const;

    /// Another service's while ours has not shown itself.
    [[nodiscard]] bool has_service() const noexcept { return !services_.empty(); }

    /// Another number after every change; never zero.
    [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
};

} // namespace decant::service
