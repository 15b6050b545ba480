// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/midi-port.hpp"

#include "nodes/midi-pod.hpp"

#include <spa/control/control.h>
#include <spa/param/buffers.h>
#include <spa/param/format.h>
#include <spa/pod/builder.h>
#include <spa/pod/iter.h>

#include <array>
#include <new>

namespace decant::nodes
{

namespace
{

/// The second choice is for a peer that insists on small buffers: better short messages than no link.
constexpr std::array<int, 2> buffer_sizes{midi_buffer_bytes, 4096};

/// A copy of what `build` makes.
template <class Build>
Pod built(Build build)
{
    std::array<std::uint8_t, 512> memory{};
    spa_pod_builder builder{};
    spa_pod_builder_init(&builder, memory.data(), memory.size());
    Pod copy(spa_pod_copy(static_cast<const spa_pod*>(build(&builder))));
    if (!copy)
        throw std::bad_alloc();
    return copy;
}

} // namespace

std::vector<Pod> build_midi_port_params()
{
    std::vector<Pod> params;
    for (const int size : buffer_sizes)
        params.push_back(built([size](spa_pod_builder* builder) {
            return spa_pod_builder_add_object(
                builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers, SPA_PARAM_BUFFERS_buffers,
                SPA_POD_CHOICE_RANGE_Int(1, 1, 32), SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(1),
                SPA_PARAM_BUFFERS_size, SPA_POD_CHOICE_RANGE_Int(size, size, INT32_MAX),
                SPA_PARAM_BUFFERS_stride, SPA_POD_Int(1));
        }));
    // PipeWire's own choice for such a port is bytes alone, and then 1.4 refuses the link with a peer that
    // has nothing but UMP, as the ports of its ALSA bridge are. It comes first.
    params.push_back(built([](spa_pod_builder* builder) {
        return spa_pod_builder_add_object(builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
                                          SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_application),
                                          SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_control),
                                          SPA_FORMAT_CONTROL_types,
                                          SPA_POD_CHOICE_FLAGS_Int(1U << SPA_CONTROL_UMP));
    }));
    return params;
}

/// All links of a port share its format. With the types that the first one has agreed on, PipeWire 1.4 gives
/// these to a second peer that has none of them: its ALSA bridge refuses bytes, others are sent what they do
/// not understand. Ports of JACK clients show the same.
Pod build_midi_format()
{
    return built([](spa_pod_builder* builder) {
        return spa_pod_builder_add_object(builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_Format,
                                          SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_application),
                                          SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_control));
    });
}

} // namespace decant::nodes
