// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/child-process.hpp"

#include "service/hosts/line-splitter.hpp"
#include "service/hosts/spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <future>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

std::string describe(const siginfo_t& end)
{
    if (end.si_code == CLD_EXITED)
        return "ended with status " + std::to_string(end.si_status);
    const char* name = sigdescr_np(end.si_status);
    return "was killed by signal " + std::to_string(end.si_status) + " (" +
           (name != nullptr ? name : "unknown") + ")";
}

} // namespace

ChildProcess::Descriptor::~Descriptor()
{
    close();
}

void ChildProcess::Descriptor::adopt(int fd) noexcept
{
    close();
    fd_ = fd;
}

void ChildProcess::Descriptor::close() noexcept
{
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

ChildProcess::ChildProcess(const HostCommand& command, LineListener on_line, ExitListener on_exit)
    : on_line_(std::move(on_line)), on_exit_(std::move(on_exit))
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw PluginError(std::string("no pipe for a host: ") + std::strerror(errno) + ".",
                          PluginError::Kind::passing);
    output_.adopt(ends[0]);
    Descriptor writing_end;
    writing_end.adopt(ends[1]);
    // Only our end: the child's must block like any other stderr.
    fcntl(output_.get(), F_SETFL, O_NONBLOCK);

    std::promise<void> started;
    auto start = started.get_future();
    watcher_ = std::thread([&, this] {
        try {
            begin(command, writing_end);
        } catch (...) {
            started.set_exception(std::current_exception());
            return;
        }
        started.set_value(); // the constructor's variables are gone from here on
        watch();
    });
    try {
        start.get();
    } catch (...) {
        watcher_.join();
        throw;
    }
}

ChildProcess::~ChildProcess()
{
    kill();
    watcher_.join();
}

void ChildProcess::begin(const HostCommand& command, Descriptor& output)
{
    pid_ = spawn(command, output.get());
    output.close();
    handle_.adopt(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    if (handle_.get() >= 0)
        return;
    const std::string error = std::strerror(errno);
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    throw PluginError("cannot watch a host: " + error + ".", PluginError::Kind::passing);
}

void ChildProcess::kill() noexcept
{
    signal(pid_);
}

void ChildProcess::kill_group() noexcept
{
    signal(-pid_);
}

void ChildProcess::signal(pid_t receiver) noexcept
{
    // Until it is reaped its number cannot belong to anybody else, neither as a process nor as a group.
    const std::lock_guard lock(mutex_);
    if (!reaped_)
        ::kill(receiver, SIGKILL);
}

std::optional<std::string> ChildProcess::wait(std::chrono::milliseconds patience)
{
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, patience, [this] { return reason_.has_value(); });
    return reason_;
}

bool ChildProcess::succeeded() const
{
    const std::lock_guard lock(mutex_);
    return succeeded_;
}

void ChildProcess::follow_output() noexcept
{
    LineSplitter lines(on_line_);
    std::array<char, 16 * 1024> buffer{};
    // The end of the pipe says nothing about the child: Wine's services are started by the first program of a
    // prefix, inherit its stderr and live on.
    std::array<pollfd, 2> events{pollfd{handle_.get(), POLLIN, 0}, pollfd{output_.get(), POLLIN, 0}};
    for (bool running = true; running;) {
        if (poll(events.data(), events.size(), -1) < 0)
            continue;
        running = (events[0].revents & POLLIN) == 0;
        // What it wrote last is worth most; but a grandchild that never stops writing must not hold us.
        ssize_t count = -1;
        for (int rounds = 0; rounds < 64 && (count = read(output_.get(), buffer.data(), buffer.size())) > 0;
             ++rounds)
            lines.feed({buffer.data(), static_cast<std::size_t>(count)});
        if (count == 0)
            events[1].fd = -1; // closed by everybody
    }
    lines.finish();
}

std::string ChildProcess::reap()
{
    const std::lock_guard lock(mutex_);
    siginfo_t end{};
    while (waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED) != 0 && errno == EINTR) {
    }
    reaped_ = true;
    succeeded_ = end.si_code == CLD_EXITED && end.si_status == 0;
    return describe(end);
}

void ChildProcess::watch() noexcept
{
    follow_output();
    std::string reason = reap();
    if (on_exit_)
        on_exit_(reason);
    const std::lock_guard lock(mutex_);
    reason_ = std::move(reason);
    ended_.notify_all();
}

} // namespace decant::service
