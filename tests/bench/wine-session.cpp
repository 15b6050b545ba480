// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/wine-session.hpp"

#include "service/wine-processes.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

namespace decant::bench
{

namespace fs = std::filesystem;

namespace
{

fs::path temporary_prefix()
{
    std::string name = fs::temp_directory_path() / "decant-bench-XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "no directory for a Wine prefix, " + name);
    return fs::path(name) / "prefix";
}

} // namespace

WineSession::WineSession(const fs::path& prefix)
    : prefix_(prefix.empty() ? temporary_prefix() : fs::absolute(prefix)), temporary_(prefix.empty())
{
}

std::optional<pid_t> WineSession::server() const
{
    return service::wineserver_of(prefix_);
}

WineSession::~WineSession()
{
    if (!temporary_)
        return;
    // With SIGINT the server ends all programs first. Those of a server that is just gone would wait for its
    // answer for ever, and whatever comes late would start another server in what is left of the prefix.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::optional<pid_t> last;
    for (;;) {
        if (const auto found = server())
            last = found;
        // While it saves the registry it works in the prefix, where server() does not look for it.
        const bool serves = last && service::prefix_of(*last) == prefix_;
        const auto programs = service::programs_in(prefix_);
        if (!serves && programs.empty())
            break;
        const bool patient = std::chrono::steady_clock::now() < give_up;
        if (serves)
            kill(*last, patient ? SIGINT : SIGKILL);
        for (const pid_t program : programs)
            if (!patient)
                kill(program, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::error_code ignored;
    fs::remove_all(prefix_.parent_path(), ignored);
}

} // namespace decant::bench
