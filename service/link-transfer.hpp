// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/pipewire-handles.hpp"
#include "service/registry-watch.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace decant::service
{

/// The links of a node that is to leave the graph and to come back as another of the same name: they are read
/// before and made again after, with their properties. All functions: [main].
class LinkTransfer
{
    struct Port {
        std::uint32_t node = 0;
        std::string name;
        bool input = false;
    };

    /// A port of the node itself, by its name, or another one, by its id.
    struct End {
        std::string own;
        std::uint32_t id = PW_ID_ANY;
    };

    using Proxy = std::unique_ptr<pw_link, ProxyDeleter>;

    struct Link {
        Proxy before;
        Listener listener{};
        Properties properties{};
        End output{};
        End input{};
        Proxy after{};
        bool over = false; ///< it is there again, or cannot be
    };

    enum class Stage { listing, reading, ready, restoring };

    struct GraphLink {
        std::uint32_t output;
        std::uint32_t input;
    };

    pw_core* core_;
    std::string name_;
    Stage stage_ = Stage::listing;
    std::map<std::uint32_t, Port> ports_;
    std::map<std::uint32_t, GraphLink> graph_links_;
    std::uint32_t node_ = PW_ID_ANY; ///< the one that leaves, then the one that has come
    std::list<Link> links_;          ///< whose addresses the listeners know
    RegistryWatch registry_;

    void add(std::uint32_t id, const char* type, const spa_dict* properties);
    void remove(std::uint32_t id);
    void proceed();
    void read(std::uint32_t link);
    [[nodiscard]] End end_of(std::uint32_t port) const;
    [[nodiscard]] std::uint32_t port_of(const End& end, bool input) const;
    [[nodiscard]] bool is_lost(const End& end) const;
    void make_links();
    void make(Link& link, const GraphLink& ports) const;

public:
    /// `node` is a node.name. `core` outlives this.
    LinkTransfer(pw_core* core, std::string node);
    LinkTransfer(const LinkTransfer&) = delete;
    LinkTransfer& operator=(const LinkTransfer&) = delete;

    /// The links are known: the node may go.
    [[nodiscard]] bool ready() const noexcept { return stage_ == Stage::ready; }

    /// The node has been replaced. Its links are made as its ports come into the graph.
    void restore();

    /// Links that are not there again, although the port at their other end is.
    [[nodiscard]] std::size_t missing() const noexcept;
};

} // namespace decant::service
