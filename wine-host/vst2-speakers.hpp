// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/channel-layout.hpp"
#include "wine-host/vst2-effect.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace decant::host
{

/// PipeWire's names of the speakers of `arrangement`, which may be null, if it speaks of `count` channels and
/// all of them are known and differ; else none.
[[nodiscard]] std::vector<std::string> speaker_names(const VstSpeakerArrangement* arrangement,
                                                     std::size_t count);

/// Asks for other channels; what the plugin does not have stays. Before it is active. [main]
void set_speakers(const Vst2Effect& effect, protocol::ChannelLayout inputs, protocol::ChannelLayout outputs);

} // namespace decant::host
