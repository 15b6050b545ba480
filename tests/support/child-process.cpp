// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/child-process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

// glibc 2.36 (Debian 12) forgot that C++ includes it too.
extern "C" {
#include <sys/pidfd.h>
}

namespace decant::tests
{
namespace
{

[[noreturn]] void throw_errno(const std::string& what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

std::vector<char*> pointers(const std::vector<std::string>& strings)
{
    std::vector<char*> result;
    for (const auto& string : strings)
        result.push_back(const_cast<char*>(string.c_str()));
    result.push_back(nullptr);
    return result;
}

struct Pipe {
    int read_end = -1;
    int write_end = -1;

    Pipe()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw_errno("pipe2");
        read_end = ends[0];
        write_end = ends[1];
    }
    ~Pipe()
    {
        ::close(read_end);
        close_write_end();
    }
    void close_write_end()
    {
        if (write_end >= 0)
            ::close(write_end);
        write_end = -1;
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
};

/// Between fork and exec: only what is async-signal-safe, because the test may have threads.
[[noreturn]] void become(char* const* arguments, char* const* environment, pid_t parent, int input,
                         int output, int errors, int failure)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) // it died before the line above
        ::_exit(127);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    if (::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
        ::dup2(errors, STDERR_FILENO) >= 0)
        ::execvpe(arguments[0], arguments, environment);
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(failure, &reason, sizeof(reason));
    ::_exit(127);
}

} // namespace

Environment own_environment()
{
    Environment result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string::npos)
            result[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return result;
}

Capture::Capture() : descriptor_(::memfd_create("decant-capture", MFD_CLOEXEC))
{
    if (descriptor_ < 0)
        throw_errno("memfd_create");
}

Capture::~Capture()
{
    ::close(descriptor_);
}

std::string Capture::text() const
{
    std::string result;
    std::array<char, 16384> chunk{};
    while (true) {
        // pread, because the offset belongs to the child that writes.
        const auto got = ::pread(descriptor_, chunk.data(), chunk.size(), static_cast<off_t>(result.size()));
        if (got <= 0)
            return result;
        result.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

ChildProcess::ChildProcess(const Arguments& arguments, const Environment& environment)
{
    if (arguments.empty())
        throw std::invalid_argument("a child process needs the name of a program");

    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment)
        assignments.push_back(name + "=" + value);
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(assignments);

    const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0)
        throw_errno("/dev/null");
    Pipe failure;
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ == 0)
        become(argument_pointers.data(), environment_pointers.data(), parent, input, output_.descriptor(),
               errors_.descriptor(), failure.write_end);
    ::close(input);
    if (id_ < 0)
        throw_errno("fork");

    ::setpgid(id_, id_); // also here, so that the group exists whoever of the two runs first
    failure.close_write_end();
    int reason = 0;
    ssize_t got = 0;
    do
        got = ::read(failure.read_end, &reason, sizeof(reason));
    while (got < 0 && errno == EINTR);
    if (got == sizeof(reason)) {
        ::waitpid(id_, nullptr, 0);
        throw std::system_error(reason, std::generic_category(), "cannot start " + arguments.front());
    }

    descriptor_ = ::pidfd_open(id_, 0);
    if (descriptor_ < 0) {
        const int failed = errno;
        ::kill(-id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
        throw std::system_error(failed, std::generic_category(), "pidfd_open");
    }
}

ChildProcess::~ChildProcess()
{
    kill();
    ::waitpid(id_, nullptr, 0);
    ::close(descriptor_);
}

bool ChildProcess::running() const
{
    return !wait(std::chrono::milliseconds(0));
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) const
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    pollfd ended{.fd = descriptor_, .events = POLLIN, .revents = 0};
    int ready = 0;
    do {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return std::nullopt;

    // The zombie stays until the destructor: as long as it is there nobody else gets its process and group
    // number.
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT) != 0)
        throw_errno("waitid");
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

void ChildProcess::signal(int number) noexcept
{
    ::pidfd_send_signal(descriptor_, number, nullptr, 0);
}

void ChildProcess::freeze()
{
    signal(SIGSTOP);
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(id_), &info, WSTOPPED) != 0)
        throw_errno("waitid");
}

void ChildProcess::stop(std::chrono::milliseconds grace)
{
    signal(SIGTERM);
    wait(grace);
    kill();
}

void ChildProcess::kill() noexcept
{
    ::kill(-id_, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT);
}

Result run(const Arguments& arguments, const Environment& environment, std::chrono::milliseconds limit)
{
    ChildProcess child(arguments, environment);
    const auto exit = child.wait(limit);
    if (!exit)
        throw std::runtime_error(fmt::format("`{}` did not end within {} ms\n{}{}", fmt::join(arguments, " "),
                                             limit.count(), child.output(), child.errors()));
    return {*exit, child.output(), child.errors()};
}

} // namespace decant::tests
