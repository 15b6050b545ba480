// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/process-table.hpp"
#include "tests/support/wait-until.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <linux/capability.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace decant::tests
{

/// While it lives, the calling thread and those that it starts have no right to real time but what their
/// limits say, and none to files but what their permissions say. Others of the process keep theirs.
class OrdinaryUser
{
    using Sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;
    Sets before_{};

    static void call(long number, Sets& sets)
    {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        if (syscall(number, &header, sets.data()) != 0)
            throw std::system_error(errno, std::generic_category(), "capabilities(7)");
    }

public:
    OrdinaryUser()
    {
        call(SYS_capget, before_);
        Sets sets = before_;
        for (const auto right : {CAP_SYS_NICE, CAP_SYS_RESOURCE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH})
            sets[0].effective &= ~(1U << right);
        call(SYS_capset, sets);
    }
    ~OrdinaryUser() { call(SYS_capset, before_); }
    OrdinaryUser(const OrdinaryUser&) = delete;
    OrdinaryUser& operator=(const OrdinaryUser&) = delete;
};

/// A process that sleeps, and whose limits allow no real time.
class Sleeper
{
    pid_t id_;

    [[noreturn]] static void sleep()
    {
        for (;;)
            pause();
    }

    /// ThreadSanitizer has threads, too, in a process that starts some.
    static constexpr const char* name = "sleeper";

    [[noreturn]] static void sleep_by_name()
    {
        prctl(PR_SET_NAME, name);
        sleep();
    }

public:
    /// With so many threads besides its first one.
    explicit Sleeper(unsigned threads = 0) : id_(fork())
    {
        if (id_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (const auto limit : {RLIMIT_RTPRIO, RLIMIT_NICE}) {
                constexpr rlimit nothing{0, 0};
                setrlimit(limit, &nothing);
            }
            for (unsigned i = 0; i < threads; ++i)
                std::thread(sleep_by_name).detach();
            sleep();
        }
        if (!wait_until([&] { return this->threads().size() == threads; }))
            throw std::runtime_error("a process does not make its threads");
    }
    ~Sleeper()
    {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return id_; }

    /// In order of their numbers, without its first one.
    [[nodiscard]] std::vector<pid_t> threads() const
    {
        std::vector<pid_t> found;
        for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(id_) + "/task"))
            if (const pid_t thread = std::stoi(task.path().filename().string()); name_of(thread) == name)
                found.push_back(thread);
        std::ranges::sort(found);
        return found;
    }
};

} // namespace decant::tests
