// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/unix-watch.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace decant::host
{
namespace
{

/// Of the process at the other end of a socket; 0 if it is none, or of another kind.
pid_t peer_of(int descriptor) noexcept
{
    ucred peer{};
    socklen_t size = sizeof peer;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

/// A descriptor that becomes readable when wineserver ends, or -1. Every Windows process is connected to it;
/// where its socket lies differs between distributions.
int open_wineserver()
{
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        const pid_t peer = peer_of(descriptor);
        std::string command;
        if (peer > 0 && std::getline(std::ifstream("/proc/" + std::to_string(peer) + "/comm"), command) &&
            command.starts_with("wineserver"))
            return open_process(peer);
    }
    return -1;
}

} // namespace

int open_process(pid_t process) noexcept
{
    return static_cast<int>(syscall(SYS_pidfd_open, process, 0));
}

// A death signal of the parent would not do: it is sent when the *thread* that started us ends.
void watch(int service, int parent)
{
    const int wineserver = open_wineserver();
    // Wine's signal handlers expect a Windows thread: a signal meant for the process must not be delivered
    // here.
    sigset_t all;
    sigset_t previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    std::thread([service, parent, wineserver] {
        std::array<pollfd, 3> watched{pollfd{service, POLLIN, 0}, pollfd{parent, POLLIN, 0},
                                      pollfd{wineserver, POLLIN, 0}};
        while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
        }
        if (watched[2].revents != 0) {
            constexpr char words[] = "wineserver, without which no Windows program runs, is gone\n";
            (void)!write(STDERR_FILENO, words, sizeof words - 1);
        }
        _exit(0);
    }).detach();
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

} // namespace decant::host
