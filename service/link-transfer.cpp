// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/link-transfer.hpp"

#include "service/global-properties.hpp"

#include <spa/utils/string.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace decant::service
{

namespace
{

/// Whether who made the link has given it the property, and not PipeWire.
bool is_given(std::string_view key)
{
    if (key == PW_KEY_LINK_PASSIVE)
        return true;
    const auto begins = [key](std::string_view prefix) {
        return key.starts_with(prefix);
    };
    return !begins("link.") && !begins("object.") && !begins("client.") && !begins("factory.");
}

} // namespace

LinkTransfer::LinkTransfer(pw_core* core, std::string node)
    : core_(core), name_(std::move(node)),
      registry_(core, {.added = std::bind_front(&LinkTransfer::add, this),
                       .removed = std::bind_front(&LinkTransfer::remove, this),
                       .settled = std::bind_front(&LinkTransfer::proceed, this)})
{
}

void LinkTransfer::add(std::uint32_t id, const char* type, const spa_dict* properties)
{
    if (spa_streq(type, PW_TYPE_INTERFACE_Node)) {
        if (property(properties, PW_KEY_NODE_NAME) == name_)
            node_ = id;
    } else if (spa_streq(type, PW_TYPE_INTERFACE_Port)) {
        ports_[id] = {.node = id_property(properties, PW_KEY_NODE_ID),
                      .name = std::string(property(properties, PW_KEY_PORT_NAME)),
                      .input = property(properties, PW_KEY_PORT_DIRECTION) == "in"};
    } else if (spa_streq(type, PW_TYPE_INTERFACE_Link)) {
        graph_links_[id] = {.output = id_property(properties, PW_KEY_LINK_OUTPUT_PORT),
                            .input = id_property(properties, PW_KEY_LINK_INPUT_PORT)};
    }
    make_links();
}

void LinkTransfer::remove(std::uint32_t id)
{
    ports_.erase(id);
    graph_links_.erase(id);
    make_links();
}

void LinkTransfer::proceed()
{
    if (stage_ == Stage::reading)
        stage_ = Stage::ready;
    if (stage_ != Stage::listing)
        return;
    for (const auto& [id, link] : graph_links_)
        if (!end_of(link.output).own.empty() || !end_of(link.input).own.empty())
            read(id);
    stage_ = Stage::reading;
    registry_.sync();
}

/// Who made a link, and whether it may keep its nodes running, is not in the registry.
void LinkTransfer::read(std::uint32_t link)
{
    static constexpr auto events = [] {
        pw_link_events table{};
        table.version = PW_VERSION_LINK_EVENTS;
        table.info = [](void* data, const pw_link_info* info) noexcept {
            auto& kept = *static_cast<Link*>(data);
            if ((info->change_mask & PW_LINK_CHANGE_MASK_PROPS) == 0 || info->props == nullptr)
                return;
            kept.properties.reset(pw_properties_new(PW_KEY_OBJECT_LINGER, "true", nullptr));
            const spa_dict_item* item = nullptr;
            spa_dict_for_each(item, info->props) if (is_given(item->key))
                pw_properties_set(kept.properties.get(), item->key, item->value);
        };
        return table;
    }();
    auto* proxy = registry_.bind<pw_link>(link, PW_TYPE_INTERFACE_Link, PW_VERSION_LINK);
    if (proxy == nullptr)
        return; // it has just gone
    auto& kept = links_.emplace_back();
    kept.before.reset(proxy);
    kept.output = end_of(graph_links_.at(link).output);
    kept.input = end_of(graph_links_.at(link).input);
    pw_link_add_listener(proxy, kept.listener.hook(), &events, &kept);
}

LinkTransfer::End LinkTransfer::end_of(std::uint32_t id) const
{
    const auto port = ports_.find(id);
    return port != ports_.end() && port->second.node == node_ ? End{.own = port->second.name, .id = PW_ID_ANY}
                                                              : End{.own = {}, .id = id};
}

void LinkTransfer::restore()
{
    const auto is_old = [this](const auto& port) {
        return port.second.node == node_;
    };
    std::erase_if(graph_links_, [&](const auto& link) {
        return !end_of(link.second.output).own.empty() || !end_of(link.second.input).own.empty();
    });
    std::erase_if(ports_, is_old);
    node_ = PW_ID_ANY;
    for (auto& link : links_) {
        link.listener.remove();
        link.before.reset();
    }
    stage_ = Stage::restoring;
    make_links();
}

std::uint32_t LinkTransfer::port_of(const End& end, bool input) const
{
    if (end.own.empty())
        return end.id;
    const auto port = std::find_if(ports_.begin(), ports_.end(), [&](const auto& each) {
        return each.second.node == node_ && each.second.name == end.own && each.second.input == input;
    });
    return port != ports_.end() ? port->first : PW_ID_ANY;
}

bool LinkTransfer::is_lost(const End& end) const
{
    return end.own.empty() && !ports_.contains(end.id);
}

void LinkTransfer::make_links()
{
    if (stage_ != Stage::restoring)
        return;
    for (auto& link : links_) {
        const GraphLink ports{.output = port_of(link.output, false), .input = port_of(link.input, true)};
        const bool there = std::any_of(graph_links_.begin(), graph_links_.end(), [&](const auto& each) {
            return each.second.output == ports.output && each.second.input == ports.input;
        });
        link.over = link.over || there || is_lost(link.output) || is_lost(link.input);
        if (!link.over && !link.after && node_ != PW_ID_ANY && ports.output != PW_ID_ANY &&
            ports.input != PW_ID_ANY)
            make(link, ports);
    }
}

void LinkTransfer::make(Link& link, const GraphLink& ports) const
{
    if (!link.properties)
        link.properties.reset(pw_properties_new(PW_KEY_OBJECT_LINGER, "true", nullptr));
    const auto set = [&](const char* key, std::uint32_t id) {
        pw_properties_set(link.properties.get(), key, std::to_string(id).c_str());
    };
    set(PW_KEY_LINK_OUTPUT_PORT, ports.output);
    set(PW_KEY_LINK_INPUT_PORT, ports.input);
    link.after.reset(static_cast<pw_link*>(pw_core_create_object(
        core_, "link-factory", PW_TYPE_INTERFACE_Link, PW_VERSION_LINK, &link.properties->dict, 0)));
}

std::size_t LinkTransfer::missing() const noexcept
{
    return static_cast<std::size_t>(
        std::count_if(links_.begin(), links_.end(), [](const Link& link) { return !link.over; }));
}

} // namespace decant::service
