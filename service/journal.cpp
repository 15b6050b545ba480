// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/journal.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <string>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace decant::service
{

namespace
{

char priority_of(Severity severity) noexcept
{
    const char* prefix = severity == Severity::error     ? SD_ERR
                         : severity == Severity::warning ? SD_WARNING
                                                         : SD_INFO;
    return prefix[1]; // "<3>"
}

/// As https://systemd.io/JOURNAL_NATIVE_PROTOCOL has it for values that may hold line breaks.
void add_field(std::string& datagram, std::string_view name, std::string_view value)
{
    datagram.append(name).push_back('\n');
    for (std::uint64_t size = value.size(), byte = 0; byte < sizeof size; ++byte)
        datagram.push_back(static_cast<char>(size >> (8 * byte)));
    datagram.append(value).push_back('\n');
}

} // namespace

Journal::Journal(const char* path) noexcept
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)), path_(path)
{
}

Journal::~Journal()
{
    if (socket_ >= 0)
        ::close(socket_);
}

bool Journal::send(Severity severity, std::string_view text, std::string_view node) noexcept
try {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_ < 0 || std::strlen(path_) >= sizeof address.sun_path)
        return false;
    std::strcpy(address.sun_path, path_);

    std::string datagram;
    const char priority = priority_of(severity);
    add_field(datagram, "PRIORITY", {&priority, 1});
    add_field(datagram, "SYSLOG_IDENTIFIER", "decantd");
    if (!node.empty())
        add_field(datagram, "DECANT_NODE", node);
    add_field(datagram, "MESSAGE", text);
    // Not connected: journald may have been restarted since the last line.
    return ::sendto(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                    reinterpret_cast<const sockaddr*>(&address),
                    sizeof address) == static_cast<ssize_t>(datagram.size());
} catch (const std::exception&) {
    return false;
}

bool leads_to_journal(int descriptor, const char* stream) noexcept
try {
    struct stat file{};
    return stream != nullptr && ::fstat(descriptor, &file) == 0 &&
           fmt::format("{}:{}", file.st_dev, file.st_ino) == stream;
} catch (const std::exception&) {
    return false;
}

} // namespace decant::service
