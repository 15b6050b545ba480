// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/wine-session.hpp"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>

namespace decant::bench
{

namespace fs = std::filesystem;

namespace
{

std::string content_of(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Whether NAME=VALUE stands in a block of zero-terminated variables.
bool has_variable(const std::string& environment, const std::string& assignment)
{
    return ('\0' + environment).find('\0' + assignment + '\0') != std::string::npos;
}

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
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        pid_t process = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), process).ec == std::errc() &&
            content_of(entry.path() / "comm").starts_with("wineserver") &&
            has_variable(content_of(entry.path() / "environ"), "WINEPREFIX=" + prefix_.string()))
            return process;
    }
    return std::nullopt;
}

WineSession::~WineSession()
{
    if (!temporary_)
        return;
    // It outlives its last client by some seconds, and then writes the registry into the prefix.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (const auto process = server()) {
        kill(*process, std::chrono::steady_clock::now() < give_up ? SIGTERM : SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::error_code ignored;
    fs::remove_all(prefix_.parent_path(), ignored);
}

} // namespace decant::bench
