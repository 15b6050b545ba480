// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/pipewire-handles.hpp"

#include <string>
#include <vector>

namespace decant::service
{

/// What a node is for applications, which choose among devices.
enum class DeviceRole { sink, source };

/// An output device or a microphone of PipeWire's own making that stands for a node of the rack: the node
/// itself is a filter, which no application can choose. The WirePlumber policy links the two. It lives on the
/// daemon as long as this object. All: [main].
class DeviceNode
{
    Node node_;

public:
    /// `name` is the node's short one, `channels` are its own, as audio.channel has them. Throws
    /// std::runtime_error.
    DeviceNode(pw_core* core, DeviceRole role, const std::string& name, const std::string& description,
               const std::vector<std::string>& channels);
};

} // namespace decant::service
