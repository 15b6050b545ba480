// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/state-lock.hpp"

#include "service/hosts/host-command.hpp"
#include "service/hosts/state-file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace decant::service
{

namespace
{

/// Empty if there is no place for states.
std::filesystem::path state_directory()
{
    try {
        return state_file_of("any").parent_path();
    } catch (const PluginError&) {
        return {};
    }
}

} // namespace

StateLock::StateLock()
{
    const auto directory = state_directory();
    if (directory.empty())
        return;
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    descriptor_ = open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0)
        return;
    // Of the process, so that no child keeps it when the service is killed.
    struct flock lock{};
    lock.l_type = F_WRLCK;
    if (fcntl(descriptor_, F_SETLK, &lock) == 0)
        return;
    fcntl(descriptor_, F_GETLK, &lock);
    close(descriptor_);
    throw std::runtime_error(fmt::format(
        "another decantd (process {}) plays already and keeps its states in {}: end it with "
        "'systemctl --user stop decant', or set XDG_STATE_HOME, and PIPEWIRE_REMOTE to another daemon, for a "
        "second rack",
        lock.l_pid, directory.string()));
}

StateLock::~StateLock()
{
    if (descriptor_ >= 0)
        close(descriptor_);
}

} // namespace decant::service
