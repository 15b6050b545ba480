// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/spawn.hpp"

#include "service/hosts/execution.hpp"
#include "service/hosts/spawner.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

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

Spawner::Result spawn_ourselves(const HostCommand& command, int output)
{
    const Execution execution(command.arguments, environment_with(command.environment));
    const SignalsBlocked blocked;
    const pid_t parent = getpid();
    volatile int error = 0; // written by the child, which runs on our memory until it executes
    // Not fork(): that write-protects every page of the service, and the audio threads would then take a
    // fault for each one they touch. The calling thread alone waits until the child has executed.
    const pid_t child = vfork(); // NOLINT(bugprone-unsafe-functions)
    if (child == 0) {
        error = execution.become(output, parent);
        _exit(127);
    }
    return {child, child < 0 ? errno : error};
}

} // namespace

pid_t spawn(const HostCommand& command, int output)
{
    Spawner* const spawner = Spawner::of_process();
    auto result = spawner != nullptr ? spawner->spawn(command, output) : std::nullopt;
    if (!result)
        result = spawn_ourselves(command, output);
    if (result->error == 0)
        return result->child;

    if (result->child > 0)
        waitpid(result->child, nullptr, 0);
    throw PluginError("cannot start " + command.arguments.front() + ": " +
                          std::generic_category().message(result->error) + ".",
                      result->error == EAGAIN || result->error == ENOMEM ? PluginError::Kind::passing
                                                                         : PluginError::Kind::lasting);
}

} // namespace decant::service
