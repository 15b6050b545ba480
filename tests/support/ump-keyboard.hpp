// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/graph-client.hpp"

#include <atomic>
#include <cstdint>
#include <pipewire/filter.h>
#include <spa/control/control.h>
#include <spa/param/format.h>
#include <spa/pod/builder.h>
#include <spa/pod/parser.h>
#include <vector>

namespace decant::tests
{

using UmpMessage = std::vector<std::uint32_t>;

/// A node with one port that has nothing but UMP.
class UmpNode
{
    GraphClient& client_;
    pw_filter* filter_;
    spa_hook listener_{};
    void* port_ = nullptr;
    std::atomic<int> types_ = 0;

    void note_format(const spa_pod* format)
    {
        int types = 0;
        if (format != nullptr)
            spa_pod_parse_object(format, SPA_TYPE_OBJECT_Format, nullptr, SPA_FORMAT_CONTROL_types,
                                 SPA_POD_OPT_Int(&types));
        types_ = types;
    }

    virtual void process(spa_data& data) noexcept = 0;

protected:
    UmpNode(GraphClient& client, const char* name, const char* port, spa_direction direction)
        : client_(client)
    {
        static constexpr auto callbacks = [] {
            pw_filter_events table{};
            table.version = PW_VERSION_FILTER_EVENTS;
            table.param_changed = [](void* data, void* of_port, std::uint32_t id, const spa_pod* param) {
                if (of_port != nullptr && id == SPA_PARAM_Format)
                    static_cast<UmpNode*>(data)->note_format(param);
            };
            table.process = [](void* data, spa_io_position*) {
                auto& self = *static_cast<UmpNode*>(data);
                if (pw_buffer* buffer = pw_filter_dequeue_buffer(self.port_)) {
                    self.process(buffer->buffer->datas[0]);
                    pw_filter_queue_buffer(self.port_, buffer);
                }
            };
            return table;
        }();
        filter_ = client.locked([&] {
            auto* filter =
                pw_filter_new(client.core(), name, pw_properties_new(PW_KEY_NODE_NAME, name, nullptr));
            pw_filter_add_listener(filter, &listener_, &callbacks, this);
            port_ = pw_filter_add_port(
                filter, direction, PW_FILTER_PORT_FLAG_MAP_BUFFERS, 0,
                pw_properties_new(PW_KEY_FORMAT_DSP, "32 bit raw UMP", PW_KEY_PORT_NAME, port, nullptr),
                nullptr, 0);
            return filter;
        });
    }

    ~UmpNode() = default;

    /// When the node is made: process() may be called from now on.
    void join()
    {
        client_.locked([this] { pw_filter_connect(filter_, PW_FILTER_FLAG_RT_PROCESS, nullptr, 0); });
    }
    /// Before anything of it goes.
    void leave()
    {
        client_.locked([this] { pw_filter_destroy(filter_); });
    }

public:
    UmpNode(const UmpNode&) = delete;
    UmpNode& operator=(const UmpNode&) = delete;

    /// Whether its links have agreed on what it has. PipeWire's ALSA bridge refuses all else.
    [[nodiscard]] bool has_ump() const { return types_ == 1 << SPA_CONTROL_UMP; }
};

/// A keyboard of MIDI 2.0: the node "ump" with the port "out".
class UmpKeyboard final : public UmpNode
{
    void process(spa_data& data) noexcept override
    {
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
    }

public:
    std::vector<UmpMessage> events; ///< of the next block; not to be changed while `send` is true
    std::atomic<bool> send = false;

    explicit UmpKeyboard(GraphClient& client) : UmpNode(client, "ump", "out", SPA_DIRECTION_OUTPUT)
    {
        join();
    }
    ~UmpKeyboard() { leave(); }

    /// The lifting of a key, on the first channel; see midi_passes().
    static UmpMessage probe(std::uint8_t, std::uint8_t key) { return {0x20800040u | key << 8u}; }
};

} // namespace decant::tests
