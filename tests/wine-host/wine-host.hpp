// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/exchange-process.hpp"
#include "nodes/bridge/host-link.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "tests/support/child-process.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace decant::tests
{

/// The width of the hosts and plugins that are tested, 32 or 64. [any]
int bits_under_test();

/// The command that starts a host of that width, without its options. [any]
Arguments wine_host_command();

/// With the build tree's host and the tests' prefix.
Environment wine_host_environment();

/// A file that tests/plugins has built.
std::filesystem::path test_plugin(const std::string& name);

/// A format of the test plugins that exist in all of them.
struct FormatUnderTest {
    protocol::PluginFormat format;
    std::string suffix; ///< of the file
    double gain_range;  ///< largest value of the parameter "Gain", which is a gain of two

    [[nodiscard]] std::string file(const std::string& plugin) const { return plugin + suffix; }
};

/// All of them, for GENERATE_REF(from_range(…)).
const std::vector<FormatUnderTest>& formats_under_test();

/// A process for several plugins, without any at first. All functions: [main].
class WineGroup
{
    std::shared_ptr<bridge::SharedRegion> region_ = std::make_shared<bridge::SharedRegion>();
    bridge::HostLink link_{region_};
    ChildProcess process_;

public:
    explicit WineGroup(const Arguments& options = {});

    [[nodiscard]] ChildProcess& process() { return process_; }
    [[nodiscard]] bridge::HostLink& link() { return link_; }
};

/// A real host under the real Wine, with the service's end of the link. All functions: [main].
class WineHost
{
    std::shared_ptr<bridge::SharedRegion> region_ = std::make_shared<bridge::SharedRegion>();
    std::optional<ChildProcess> process_; ///< nothing for a member of a group
    WineGroup* group_ = nullptr;
    std::vector<bridge::Notification> heard_;
    bridge::HostLink link_;
    std::optional<bridge::BlockExchange> exchange_;

public:
    /// Starts it for the service with the process number `service`, zero for this process.
    /// `more` is for its environment.
    explicit WineHost(const Arguments& options = {}, pid_t service = 0, const Environment& more = {});

    /// Joins a group, which lives longer.
    explicit WineHost(WineGroup& group);
    ~WineHost();

    [[nodiscard]] ChildProcess& process() { return group_ != nullptr ? group_->process() : *process_; }
    [[nodiscard]] bridge::HostLink& link() { return link_; }
    [[nodiscard]] protocol::Region& region() { return region_->memory(); }
    [[nodiscard]] std::shared_ptr<bridge::SharedRegion> shared_region() { return region_; }

    /// Waits for hello and loads plugins of tests/plugins, named by `parts` without a path, in series.
    protocol::PluginDescription load_chain(std::vector<protocol::LoadedPart> parts);

    /// What the host has said unasked so far.
    [[nodiscard]] const std::vector<bridge::Notification>& heard();

    /// Whether the host says within some seconds that the parameter has this value.
    [[nodiscard]] bool hears_value(std::uint32_t id, double value);

    /// Waits for hello and loads a plugin of tests/plugins.
    protocol::PluginDescription load(const std::string& name, const std::string& plugin_class = "");

    /// Fills in the next block: `events` writes to the event area, the inputs are what the region has.
    template <class Events>
    protocol::BlockReply run_block(std::uint32_t frames, std::uint32_t rate, Events events)
    {
        protocol::EventWriter writer(region().events_in);
        events(writer);
        region().block = {};
        region().block.frames = frames;
        region().block.rate = rate;
        region().block.event_bytes = writer.size();
        return run_block();
    }

    protocol::BlockReply run_block(std::uint32_t frames, std::uint32_t rate)
    {
        return run_block(frames, rate, [](protocol::EventWriter&) {});
    }

    /// Runs what is in the region's `block` and event area as the next block. Throws std::runtime_error if
    /// there is no reply within half a minute or the host dies.
    protocol::BlockReply run_block();

    /// The failure with which the host answers `load`; throws if it loads.
    bridge::HostError failure_of(const std::string& path, const std::string& plugin_class = "");
};

} // namespace decant::tests
