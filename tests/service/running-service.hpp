// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/private-session.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace decant::service
{

/// decantd in a session of its own without WirePlumber, with its configuration in the test's hand.
class RunningService
{
    tests::PrivateSession session_{{.session_manager = false}};
    std::unique_ptr<tests::ChildProcess> process_;

public:
    RunningService();

    [[nodiscard]] tests::PrivateSession& session() noexcept { return session_; }
    [[nodiscard]] const tests::PrivateSession& session() const noexcept { return session_; }
    [[nodiscard]] tests::ChildProcess& process() noexcept { return *process_; }

    void start(const tests::Arguments& options = {});

    /// As the last arguments of another program, which may change what it is allowed to do.
    void start_by(tests::Arguments program);

    /// Makes a sound file in the home of the session. Throws std::runtime_error.
    void write_tone(const std::string& name) const;

    /// Replaces the drop-in of the test, as an editor does.
    void configure(const std::string& text, const std::string& directory = "decant.conf.d") const;

    /// Runs the command `decant` in the session.
    [[nodiscard]] tests::Result decant(tests::Arguments arguments) const;

    /// What `decant list --json` says of a node, or null.
    [[nodiscard]] nlohmann::json listed(const std::string& name) const;

    [[nodiscard]] bool wait_for_state(const std::string& name, const std::string& state) const;

    /// Of the node in the graph, or null; another one whenever a node is made anew.
    [[nodiscard]] nlohmann::json serial(const std::string& name) const;

    [[nodiscard]] nlohmann::json property(const std::string& name, const char* key) const;

    /// The list of names and values in the node's Props, or null.
    [[nodiscard]] nlohmann::json parameters(const std::string& name) const;
};

} // namespace decant::service
