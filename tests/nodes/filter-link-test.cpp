// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/filter-process.hpp"

#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/private-session.hpp"

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <pipewire/filter.h>

namespace decant::nodes
{
namespace
{

using tests::GraphClient;
using tests::NoiseListener;
using tests::NoiseSource;
using tests::PrivateSession;
using tests::TestNode;
using tests::wait_until;

/// A stereo source of noise. When its right port is linked, the main thread stands still, as on a busy
/// machine, where the port has its buffers and pw_filter does not know yet where to leave a block.
class HeldUpSource
{
    GraphClient& client_;
    NoiseSource noise_;
    FilterCounters counters_;
    FilterProcess process_{noise_, counters_, {}};
    pw_filter* filter_ = nullptr;
    spa_hook listener_{};
    std::array<void*, 2> ports_{};

    void* add_port(const char* name)
    {
        auto* properties =
            pw_properties_new(PW_KEY_FORMAT_DSP, "32 bit float mono audio", PW_KEY_PORT_NAME, name, nullptr);
        return pw_filter_add_port(filter_, SPA_DIRECTION_OUTPUT, PW_FILTER_PORT_FLAG_MAP_BUFFERS, 1,
                                  properties, nullptr, 0);
    }

    static void on_add_buffer(void* data, void* port, pw_buffer*)
    {
        auto& self = *static_cast<HeldUpSource*>(data);
        const auto before = self.counters_.cycles.load();
        if (port == self.ports_[1])
            self.held_up = wait_until([&] { return self.counters_.cycles > before + 2; });
    }

    static void on_io_changed(void* data, void* port, std::uint32_t id, void* area, std::uint32_t)
    {
        if (port != nullptr && id == SPA_IO_Buffers)
            static_cast<HeldUpSource*>(data)->process_.set_exchange(port, static_cast<spa_io_buffers*>(area));
    }

    static void on_process(void* data, spa_io_position* position)
    {
        static_cast<HeldUpSource*>(data)->process_.run(position);
    }

    static constexpr pw_filter_events events = [] {
        pw_filter_events table{};
        table.version = PW_VERSION_FILTER_EVENTS;
        table.add_buffer = on_add_buffer;
        table.io_changed = on_io_changed;
        table.process = on_process;
        return table;
    }();

public:
    std::atomic<bool> held_up = false; ///< for some cycles

    explicit HeldUpSource(GraphClient& client) : client_(client)
    {
        client_.locked([&] {
            filter_ = pw_filter_new(
                client.core(), "source",
                pw_properties_new(PW_KEY_NODE_NAME, "source", PW_KEY_NODE_ALWAYS_PROCESS, "true", nullptr));
            REQUIRE(filter_ != nullptr);
            pw_filter_add_listener(filter_, &listener_, &events, this);
            ports_ = {add_port("FL"), add_port("FR")};
            for (void* port : ports_)
                process_.add_output(port);
            REQUIRE(pw_filter_connect(filter_, PW_FILTER_FLAG_RT_PROCESS, nullptr, 0) >= 0);
        });
    }

    ~HeldUpSource()
    {
        client_.locked([&] { pw_filter_destroy(filter_); });
    }

    HeldUpSource(const HeldUpSource&) = delete;
    HeldUpSource& operator=(const HeldUpSource&) = delete;

    [[nodiscard]] const FilterCounters& counters() const noexcept { return counters_; }
};

} // namespace

TEST_CASE("a port is in step with the others also if cycles pass while it is linked")
{
    const PrivateSession session({.session_manager = false});
    GraphClient client(session);
    HeldUpSource source(client);
    NoiseListener listener;
    TestNode sink(client, "sink", {.inputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}, .outputs = {}}, listener);
    REQUIRE(wait_until([&] { return source.counters().cycles > 0; }));

    session.link("source:FL", "sink:FL");
    session.link("source:FR", "sink:FR");

    REQUIRE(wait_until([&] { return source.held_up && sink->counters().frames > 0; }));
    listener.listen(sink->counters().frames, sink->counters().rate);
    CHECK(wait_until([&] { return listener.exact >= 20; }));
}

} // namespace decant::nodes
