// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/spawner.hpp"

#include "service/hosts/execution.hpp"
#include "wine-host/protocol/wire.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

std::atomic<Spawner*> running = nullptr;

/// What is sent with a request: the words of the program in a file, as they may be long, and its output.
using Descriptors = std::array<int, 2>;

/// Space for a message with `Descriptors`.
struct Envelope {
    char byte = 0;
    iovec content{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(Descriptors))> control{};
    msghdr header{};

    Envelope() noexcept
    {
        header.msg_iov = &content;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
    }
};

bool send_request(int socket, const Descriptors& descriptors) noexcept
{
    Envelope envelope;
    cmsghdr* part = CMSG_FIRSTHDR(&envelope.header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof descriptors);
    std::memcpy(CMSG_DATA(part), &descriptors, sizeof descriptors);
    return sendmsg(socket, &envelope.header, MSG_NOSIGNAL) == 1;
}

std::optional<Descriptors> receive_request(int socket) noexcept
{
    Envelope envelope;
    ssize_t count = -1;
    while ((count = recvmsg(socket, &envelope.header, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    const cmsghdr* part = count == 1 ? CMSG_FIRSTHDR(&envelope.header) : nullptr;
    if (part == nullptr || part->cmsg_len != CMSG_LEN(sizeof(Descriptors)))
        return std::nullopt;
    Descriptors descriptors;
    std::memcpy(&descriptors, CMSG_DATA(part), sizeof descriptors);
    return descriptors;
}

/// A file with the arguments and the environment; negative if there can be none.
int make_words(const HostCommand& command)
{
    protocol::WireWriter out;
    for (const auto& list : {command.arguments, environment_with(command.environment)}) {
        out.put(static_cast<std::uint32_t>(list.size()));
        for (const auto& word : list)
            out.put_text(word);
    }
    const int file = memfd_create("decant-command", MFD_CLOEXEC);
    const auto bytes = out.bytes();
    if (file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()))
        return file;
    close(file);
    return -1;
}

std::vector<std::string> read_words(protocol::WireReader& in)
{
    std::vector<std::string> words(in.get<std::uint32_t>());
    for (auto& word : words)
        word = in.get_text();
    return words;
}

Spawner::Result start(int file, int output)
{
    std::vector<std::byte> bytes(static_cast<std::size_t>(lseek(file, 0, SEEK_END)));
    if (pread(file, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return {-1, EIO};
    protocol::WireReader in(bytes);
    auto arguments = read_words(in);
    const Execution execution(std::move(arguments), read_words(in));

    std::array<int, 2> report{};
    if (pipe2(report.data(), O_CLOEXEC) != 0)
        return {-1, errno};
    const pid_t parent = getppid();
    // The child's parent is ours. Everything else is as fork() does it, which cannot say that.
    const auto child = static_cast<pid_t>(syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
    if (child == 0) {
        execution.become(output, parent, report[1]);
        _exit(127);
    }
    int error = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0 && read(report[0], &error, sizeof error) != sizeof error)
        error = 0; // closed when the program came
    close(report[0]);
    return {child, error};
}

[[noreturn]] void serve(int socket) noexcept
{
    prctl(PR_SET_NAME, "decant-spawner");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid(); // away from the terminal's Ctrl-C: it is for the service, which has its reasons to go slowly
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        std::signal(signal, SIG_IGN);
    socket = dup2(socket, STDERR_FILENO + 1);
    close_range(static_cast<unsigned>(socket) + 1, ~0U, 0);
    while (const auto request = receive_request(socket)) {
        Spawner::Result result{-1, ENOMEM};
        try {
            result = start((*request)[0], (*request)[1]);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
            // ENOMEM it is.
        }
        for (const int descriptor : *request)
            close(descriptor);
        (void)send(socket, &result, sizeof result, MSG_NOSIGNAL);
    }
    _exit(0);
}

} // namespace

Spawner::Spawner()
{
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return;
    pid_ = fork();
    if (pid_ == 0)
        serve(ends[1]);
    close(ends[1]);
    socket_ = ends[0];
    if (pid_ > 0)
        running = this;
}

Spawner::~Spawner()
{
    running = nullptr;
    close(socket_);
    if (pid_ > 0)
        waitpid(pid_, nullptr, 0);
}

Spawner* Spawner::of_process() noexcept
{
    return running;
}

std::optional<Spawner::Result> Spawner::spawn(const HostCommand& command, int output)
{
    const int words = make_words(command);
    if (words < 0)
        return std::nullopt;
    const std::lock_guard lock(mutex_);
    const bool sent = send_request(socket_, {words, output});
    close(words);
    Result result{-1, 0};
    ssize_t count = -1;
    while (sent && (count = recv(socket_, &result, sizeof result, 0)) < 0 && errno == EINTR) {
    }
    return count == sizeof result ? std::optional(result) : std::nullopt;
}

} // namespace decant::service
