// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/log-output.hpp"
#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace decant;
using service::LogOutput;
using service::Severity;

namespace
{

using Fields = std::map<std::string, std::string>;

/// A socket that takes what journald would, whose path need not be there.
class FakeJournald
{
    tests::TemporaryDirectory directory_;
    int socket_ = -1;

public:
    FakeJournald() = default;
    ~FakeJournald() { stop(); }
    FakeJournald(const FakeJournald&) = delete;
    FakeJournald& operator=(const FakeJournald&) = delete;

    const std::string path = (directory_.path() / "socket").string();

    void start()
    {
        socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof address.sun_path);
        std::strcpy(address.sun_path, path.c_str());
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

    void stop()
    {
        if (socket_ >= 0)
            ::close(socket_);
        ::unlink(path.c_str());
        socket_ = -1;
    }

    /// The next entry, as journald reads it; nothing if there is none.
    std::optional<Fields> entry() const
    {
        std::array<char, 64 * 1024> datagram{};
        const auto size = ::recv(socket_, datagram.data(), datagram.size(), 0);
        if (size < 0)
            return std::nullopt;
        Fields fields;
        std::string rest(datagram.data(), static_cast<std::size_t>(size));
        while (!rest.empty()) {
            const auto name = rest.substr(0, rest.find('\n'));
            std::uint64_t length = 0;
            REQUIRE(rest.size() > name.size() + 1 + sizeof length);
            std::memcpy(&length, rest.data() + name.size() + 1, sizeof length);
            const auto start = name.size() + 1 + sizeof length;
            REQUIRE(rest.size() > start + length);
            CHECK(rest[start + length] == '\n');
            fields[name] = rest.substr(start, length);
            rest.erase(0, start + length + 1);
        }
        return fields;
    }
};

/// What systemd would say of a descriptor.
std::string stream_of(int descriptor)
{
    struct stat file{};
    REQUIRE(::fstat(descriptor, &file) == 0);
    return std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

} // namespace

TEST_CASE("a line of a node is in the journal with the node's name, its weight and all of its lines")
{
    FakeJournald journald;
    journald.start();
    const tests::Capture errors;
    LogOutput output(errors.descriptor(), stream_of(errors.descriptor()).c_str(), journald.path.c_str());
    output.write(Severity::warning, "node 'bass': it crashed\nand said why", "bass");
    output.write(Severity::error, "no PipeWire", {});
    output.write(Severity::info, "ready", {});

    CHECK(journald.entry() == Fields{{"PRIORITY", "4"},
                                     {"SYSLOG_IDENTIFIER", "decantd"},
                                     {"DECANT_NODE", "bass"},
                                     {"MESSAGE", "node 'bass': it crashed\nand said why"}});
    CHECK(journald.entry() ==
          Fields{{"PRIORITY", "3"}, {"SYSLOG_IDENTIFIER", "decantd"}, {"MESSAGE", "no PipeWire"}});
    CHECK(journald.entry().value_or(Fields{})["PRIORITY"] == "6");
    CHECK(errors.text().empty());
}

TEST_CASE("no line is lost while there is no journald, nor one that is too long for it")
{
    FakeJournald journald;
    const tests::Capture errors;
    LogOutput output(errors.descriptor(), stream_of(errors.descriptor()).c_str(), journald.path.c_str());
    output.write(Severity::error, "before", "bass");
    CHECK(errors.text() == "<3>before\n");

    journald.start();
    output.write(Severity::error, "with", "bass");
    CHECK(journald.entry().value_or(Fields{})["MESSAGE"] == "with");
    const std::string long_text(4 << 20, 'x');
    output.write(Severity::warning, long_text, "bass");
    CHECK(errors.text() == "<3>before\n<4>" + long_text + "\n");
    CHECK_FALSE(journald.entry());

    journald.stop();
    output.write(Severity::info, "after", "bass");
    CHECK(errors.text().ends_with("<6>after\n"));
}

TEST_CASE("nothing goes to the journal if stderr does not, whatever the variable says")
{
    FakeJournald journald;
    journald.start();
    const tests::Capture errors;
    const tests::Capture other;
    const auto redirected = stream_of(other.descriptor());
    for (const char* stream : {static_cast<const char*>(nullptr), "", "8:x", redirected.c_str()}) {
        LogOutput output(errors.descriptor(), stream, journald.path.c_str());
        output.write(Severity::warning, "for people", "bass");
    }
    CHECK_FALSE(journald.entry());
    std::string expected;
    for (int i = 0; i < 4; ++i)
        expected += "warning: for people\n";
    CHECK(errors.text() == expected);
}
