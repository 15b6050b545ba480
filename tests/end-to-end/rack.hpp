// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/noise.hpp"
#include "tests/support/private-session.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace decant::tests
{

/// The real decantd in a private session, with plugins under the real Wine.
class Rack
{
    PrivateSession& session_;
    std::unique_ptr<ChildProcess> service_;

public:
    /// Starts the service with `configuration` as its only drop-in.
    Rack(PrivateSession& session, const std::string& configuration);
    ~Rack();
    Rack(const Rack&) = delete;
    Rack& operator=(const Rack&) = delete;

    /// Replaces the drop-in; the service is told by SIGHUP.
    void configure(const std::string& configuration);

    /// As `decant list --json` gives it, by name; empty while the service does not answer.
    [[nodiscard]] std::map<std::string, nlohmann::json> nodes() const;

    /// True as soon as the node is in this state ("running", "failed"); Wine gets its time.
    [[nodiscard]] bool wait_for(const std::string& node, const std::string& state) const;

    /// "node:port" of every audio port of one direction, in order.
    [[nodiscard]] std::vector<std::string> ports(const std::string& node, Direction direction) const;

    /// The Wine process that runs the plugin of `node`; nothing if there is none.
    [[nodiscard]] std::optional<pid_t> host_of(const std::string& node) const;

    [[nodiscard]] ChildProcess& service() noexcept { return *service_; }

    /// Runs `decant` with these arguments.
    [[nodiscard]] Result decant(Arguments arguments) const;

    /// Sets a parameter as everybody can, and reads it back; values from 0 to 1.
    void set_parameter(const std::string& node, const std::string& name, double value) const;
    [[nodiscard]] double parameter(const std::string& node, const std::string& name) const;
};

/// Whether so many blocks come through exactly; if not, the test says what came instead.
[[nodiscard]] bool hears(const NoiseListener& listener, std::uint64_t blocks);

/// Where a plugin of tests/plugins is.
[[nodiscard]] std::filesystem::path test_plugin(const std::string& file);

} // namespace decant::tests
