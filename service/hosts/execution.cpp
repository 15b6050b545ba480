// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/execution.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// When memory runs out, a host is to go before the service, which can start it again.
std::string oom_score_of_hosts()
{
    constexpr int above_ours = 100;
    constexpr int most = 1000;
    int own = 0;
    std::ifstream("/proc/self/oom_score_adj") >> own;
    return std::to_string(std::min(own + above_ours, most));
}

/// What the service may have done to itself, or PipeWire to it, and a host does not want.
void calm_down() noexcept
{
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal)
        sigaction(signal, &standard,
                  nullptr); // refused for SIGKILL, SIGSTOP and the C library's own, rightly

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
}

void set_oom_score(const std::string& score) noexcept
{
    const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)!write(file, score.data(), score.size());
    close(file);
}

/// Moves what is kept to the first descriptors, and closes all others.
bool keep_descriptors(int output, int& report) noexcept
{
    // Out of the way first, if we run without stdio ourselves.
    const int sink = fcntl(output, F_DUPFD, 4);
    const int nothing = fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD, 4);
    const int reported = fcntl(report, F_DUPFD, 4);
    if (dup2(nothing, 0) < 0 || dup2(sink, 1) < 0 || dup2(sink, 2) < 0)
        return false;
    report = reported >= 0 ? dup3(reported, 3, O_CLOEXEC) : -1;
    close_range(report == 3 ? 4 : 3, ~0U, 0);
    return true;
}

/// Returns if it failed, with errno set.
void attempt(char* const* arguments, char* const* environment, const std::string& oom_score, int output,
             pid_t parent, int& report) noexcept
{
    calm_down();
    set_oom_score(oom_score);
    setsid();
    if (!keep_descriptors(output, report) || chdir("/") != 0)
        return;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); // orphaned before it could ask for that

    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(arguments[0], arguments, environment);
}

} // namespace

Execution::Execution(std::vector<std::string> arguments, std::vector<std::string> environment)
    : arguments_(std::move(arguments)), environment_(std::move(environment)),
      oom_score_(oom_score_of_hosts()), argument_pointers_(pointers_to(arguments_)),
      environment_pointers_(pointers_to(environment_))
{
}

int Execution::become(int output, pid_t parent, int report) const noexcept
{
    attempt(argument_pointers_.data(), environment_pointers_.data(), oom_score_, output, parent, report);
    const int error = errno;
    if (report >= 0)
        (void)!write(report, &error, sizeof error);
    return error;
}

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

} // namespace decant::service
