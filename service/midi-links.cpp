// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/midi-links.hpp"

#include "nodes/bridge/futex.hpp"
#include "service/global-properties.hpp"

#include <spa/utils/string.h>

#include <string_view>
#include <utility>

namespace decant::service
{

MidiLinks::MidiLinks(pw_core* core, OnLeft on_left)
    : on_left_(std::move(on_left)), registry_(core, {.added = std::bind_front(&MidiLinks::add, this),
                                                     .removed = std::bind_front(&MidiLinks::remove, this)})
{
}

void MidiLinks::add(std::uint32_t id, const char* type, const spa_dict* properties)
{
    if (spa_streq(type, PW_TYPE_INTERFACE_Port)) {
        if (property(properties, PW_KEY_PORT_DIRECTION) == "in" &&
            property(properties, PW_KEY_FORMAT_DSP).find("midi") != std::string_view::npos)
            inputs_.insert(id);
    } else if (spa_streq(type, PW_TYPE_INTERFACE_Link)) {
        links_[id] = {id_property(properties, PW_KEY_LINK_INPUT_NODE),
                      id_property(properties, PW_KEY_LINK_INPUT_PORT), bridge::now_nsec()};
    }
}

void MidiLinks::remove(std::uint32_t id)
{
    if (const auto gone = links_.extract(id); gone && inputs_.contains(gone.mapped().port))
        on_left_(gone.mapped().node, gone.mapped().since);
    inputs_.erase(id);
}

} // namespace decant::service
