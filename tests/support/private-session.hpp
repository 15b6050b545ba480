// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/child-process.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/wait-until.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace decant::tests
{

/// A directory in $TMPDIR with a name of its own, removed with all its content.
class TemporaryDirectory
{
public:
    TemporaryDirectory(); ///< Throws std::system_error
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// A real PipeWire daemon, and if wanted a real WirePlumber with the scripts of this tree, in a world of
/// their own: home, runtime directory, configuration and state are in a temporary directory, D-Bus and
/// devices are out of reach, and nothing of it outlives the object. config/private-session/ says what runs in
/// it; "test-sink" stands for the speakers.
///
/// Where a test failed, the destructor prints what the daemons said.
/// Functions throw std::runtime_error if the session does not do what they ask within `patience`. All of
/// them: [main].
class PrivateSession
{
public:
    struct Options {
        bool session_manager = true;    ///< WirePlumber too; without it the test makes its links itself
        std::uint32_t quantum = 256;    ///< in frames
        std::uint32_t rate = 48000;     ///< in Hz
        std::string pipewire_drop_in{}; ///< more configuration, as a file in pipewire.conf.d/ would have it
        std::string wireplumber_drop_in{}; ///< the same for WirePlumber
    };

    PrivateSession();
    explicit PrivateSession(const Options& options);
    ~PrivateSession();
    PrivateSession(const PrivateSession&) = delete;
    PrivateSession& operator=(const PrivateSession&) = delete;

    /// What a program must have in its environment, and nothing else, to live in this session.
    [[nodiscard]] const Environment& environment() const noexcept { return environment_; }
    void set_environment(const std::string& name, const std::string& value) { environment_[name] = value; }

    [[nodiscard]] const std::filesystem::path& home() const noexcept { return directory_.path(); }
    /// $XDG_CONFIG_HOME: decant.conf belongs in its folder `pipewire`.
    [[nodiscard]] std::filesystem::path config_home() const { return home() / "config"; }
    [[nodiscard]] std::filesystem::path state_home() const { return home() / "state"; }

    [[nodiscard]] std::unique_ptr<ChildProcess> spawn(const Arguments& arguments) const;
    [[nodiscard]] Result run(const Arguments& arguments, std::chrono::milliseconds limit = patience) const;

    /// What is in the session now.
    [[nodiscard]] Graph graph() const;

    /// "node:port" to "node:port"; waits for both ports, and until what is sent arrives.
    void link(const std::string& output, const std::string& input) const;
    void unlink(const std::string& output, const std::string& input) const;

    /// For all nodes from now on; 0 gives the default back.
    void set_quantum(std::uint32_t frames) const;
    void set_rate(std::uint32_t hertz) const;
    /// As `pw-metadata -n object 0 key value type` does it.
    void set_metadata(const std::string& object, const std::string& key, const std::string& value,
                      const std::string& type = {}) const;

    /// Cycles that the driver has counted as overrun so far.
    [[nodiscard]] std::uint64_t driver_xruns() const;

    [[nodiscard]] ChildProcess& pipewire() noexcept { return *pipewire_; }
    [[nodiscard]] ChildProcess& wireplumber() noexcept { return *wireplumber_; }

    /// SIGKILL, as a crash would do it. WirePlumber leaves when it loses PipeWire.
    void kill_pipewire();
    void kill_wireplumber();
    /// Starts what does not run and waits until it is ready.
    void start_pipewire();
    void start_wireplumber();

private:
    [[nodiscard]] std::string logs() const;
    [[nodiscard]] bool pipewire_ready() const;
    [[nodiscard]] bool wireplumber_ready() const;
    void kill_strays() const noexcept;

    TemporaryDirectory directory_;
    Environment environment_;
    std::unique_ptr<ChildProcess> pipewire_;
    std::unique_ptr<ChildProcess> wireplumber_;
};

} // namespace decant::tests
