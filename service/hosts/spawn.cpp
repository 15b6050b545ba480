// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/spawn.hpp"

#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

/// argv or envp: pointers into strings that outlive it, and the null behind them.
class PointerList
{
    std::vector<char*> pointers_;

public:
    explicit PointerList(std::vector<std::string>& texts)
    {
        for (auto& text : texts)
            pointers_.push_back(text.data());
        pointers_.push_back(nullptr);
    }

    [[nodiscard]] char* const* get() const noexcept { return pointers_.data(); }
};

/// Our environment with `changes` on top.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes)
{
    std::vector<std::string> result;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (!changes.contains(std::string(text.substr(0, text.find('=')))))
            result.emplace_back(text);
    }
    for (const auto& [name, value] : changes)
        result.push_back(name + "=" + value);
    return result;
}

/// Blocks every signal of the calling thread, so that no handler of ours can run in the child on our memory.
class SignalsBlocked
{
    sigset_t before_{};

public:
    SignalsBlocked() noexcept
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
};

/// What the child does between vfork() and execve(): system calls only. It returns only if it failed, with
/// errno set.
void become(const char* program, char* const* arguments, char* const* environment, int output,
            pid_t parent) noexcept
{
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal)
        sigaction(signal, &standard,
                  nullptr); // refused for SIGKILL, SIGSTOP and the C library's own, rightly

    setsid();

    // The calling thread may have been niced or made real-time together with PipeWire's; a plugin's host is
    // neither until its audio thread asks. A soft RTTIME would kill that thread for one long block.
    const sched_param ordinary{};
    sched_setscheduler(0, SCHED_OTHER, &ordinary);
    setpriority(PRIO_PROCESS, 0, 0);
    rlimit time{};
    if (getrlimit(RLIMIT_RTTIME, &time) == 0) {
        time.rlim_cur = time.rlim_max;
        setrlimit(RLIMIT_RTTIME, &time);
    }

    const int sink = fcntl(output, F_DUPFD, 3); // out of the way, if we run without stdio ourselves
    const int nothing = open("/dev/null", O_RDONLY);
    if (sink < 0 || nothing < 0 || dup2(nothing, 0) < 0 || dup2(sink, 1) < 0 || dup2(sink, 2) < 0)
        return;
    close_range(3, ~0U, 0);
    if (chdir("/") != 0)
        return;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); // orphaned before it could ask for that

    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(program, arguments, environment);
}

} // namespace

pid_t spawn(const HostCommand& command, int output)
{
    std::vector<std::string> argument_texts = command.arguments;
    std::vector<std::string> environment_texts = environment_with(command.environment);
    const PointerList arguments(argument_texts);
    const PointerList environment(environment_texts);

    pid_t child = -1;
    volatile int error = 0; // written by the child, which runs on our memory until it executes
    {
        const SignalsBlocked blocked;
        const pid_t parent = getpid();
        // Not fork(): that write-protects every page of the service, and the audio threads would then take a
        // fault for each one they touch. The calling thread alone waits until the child has executed.
        child = vfork(); // NOLINT(bugprone-unsafe-functions)
        if (child == 0) {
            become(arguments.get()[0], arguments.get(), environment.get(), output, parent);
            error = errno;
            _exit(127);
        }
        if (child < 0)
            error = errno;
    }
    if (error == 0)
        return child;

    if (child > 0)
        waitpid(child, nullptr, 0);
    throw PluginError(
        "cannot start " + command.arguments.front() + ": " + std::generic_category().message(error) + ".",
        error == EAGAIN || error == ENOMEM ? PluginError::Kind::passing : PluginError::Kind::lasting);
}

} // namespace decant::service
