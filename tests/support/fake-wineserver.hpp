// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/scratch-directory.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace decant::tests
{

/// A process that looks like the wineserver of a prefix, and does nothing.
class FakeWineserver
{
    pid_t id_;

public:
    explicit FakeWineserver(const std::filesystem::path& workplace) : id_(fork())
    {
        if (id_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            prctl(PR_SET_NAME, "wineserver64");
            if (chdir(workplace.c_str()) == 0)
                for (;;)
                    pause();
            _exit(1);
        }
    }
    ~FakeWineserver()
    {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    FakeWineserver(const FakeWineserver&) = delete;
    FakeWineserver& operator=(const FakeWineserver&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return id_; }
};

/// A program that looks as if Wine ran it, made of one of Linux.
inline std::filesystem::path fake_wine_program(const std::filesystem::path& directory,
                                               const std::string& program)
{
    const auto made = directory / ("wine-" + program);
    std::filesystem::copy_file(std::filesystem::canonical("/bin/" + program), made,
                               std::filesystem::copy_options::skip_existing);
    return made;
}

/// A prefix, and the directory in which its server works.
struct FakePrefix {
    ScratchDirectory directory;
    std::filesystem::path path = directory.path() / "prefix";
    std::filesystem::path workplace;

    FakePrefix()
    {
        std::filesystem::create_directories(path);
        struct stat file{};
        if (stat(path.c_str(), &file) != 0)
            throw std::system_error(errno, std::generic_category(), path.string());
        workplace = directory.path() / fmt::format("server-{:x}-{:x}", file.st_dev, file.st_ino);
        std::filesystem::create_directories(workplace);
    }
};

} // namespace decant::tests
