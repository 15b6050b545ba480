// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/graph-client.hpp"

#include <atomic>
#include <cstdint>
#include <pipewire/filter.h>
#include <spa/control/control.h>
#include <spa/pod/builder.h>
#include <vector>

namespace decant::tests
{

using UmpMessage = std::vector<std::uint32_t>;

/// A keyboard of MIDI 2.0: the node "ump", whose port "out" has nothing but UMP.
class UmpKeyboard
{
    GraphClient& client_;
    pw_filter* filter_;
    spa_hook listener_{};
    void* port_ = nullptr;

    void process()
    {
        pw_buffer* buffer = pw_filter_dequeue_buffer(port_);
        if (buffer == nullptr)
            return;
        spa_data& data = buffer->buffer->datas[0];
        spa_pod_builder builder{};
        spa_pod_frame frame{};
        spa_pod_builder_init(&builder, data.data, data.maxsize);
        spa_pod_builder_push_sequence(&builder, &frame, 0);
        if (send) {
            for (const auto& words : events) {
                spa_pod_builder_control(&builder, 7, SPA_CONTROL_UMP);
                spa_pod_builder_bytes(&builder, words.data(),
                                      static_cast<std::uint32_t>(words.size() * sizeof words[0]));
            }
            send = false;
        }
        spa_pod_builder_pop(&builder, &frame);
        data.chunk->offset = 0;
        data.chunk->size = builder.state.offset;
        data.chunk->stride = 1;
        pw_filter_queue_buffer(port_, buffer);
    }

public:
    std::vector<UmpMessage> events; ///< of the next block; not to be changed while `send` is true
    std::atomic<bool> send = false;

    explicit UmpKeyboard(GraphClient& client) : client_(client)
    {
        static constexpr auto callbacks = [] {
            pw_filter_events table{};
            table.version = PW_VERSION_FILTER_EVENTS;
            table.process = [](void* data, spa_io_position*) {
                static_cast<UmpKeyboard*>(data)->process();
            };
            return table;
        }();
        filter_ = client.locked([&] {
            auto* filter =
                pw_filter_new(client.core(), "ump", pw_properties_new(PW_KEY_NODE_NAME, "ump", nullptr));
            pw_filter_add_listener(filter, &listener_, &callbacks, this);
            port_ = pw_filter_add_port(
                filter, PW_DIRECTION_OUTPUT, PW_FILTER_PORT_FLAG_MAP_BUFFERS, 0,
                pw_properties_new(PW_KEY_FORMAT_DSP, "32 bit raw UMP", PW_KEY_PORT_NAME, "out", nullptr),
                nullptr, 0);
            pw_filter_connect(filter, PW_FILTER_FLAG_RT_PROCESS, nullptr, 0);
            return filter;
        });
    }
    UmpKeyboard(const UmpKeyboard&) = delete;
    UmpKeyboard& operator=(const UmpKeyboard&) = delete;
    ~UmpKeyboard()
    {
        client_.locked([this] { pw_filter_destroy(filter_); });
    }

    /// The lifting of a key, on the first channel; see midi_passes().
    static UmpMessage probe(std::uint8_t, std::uint8_t key) { return {0x20800040u | key << 8u}; }
};

} // namespace decant::tests
