// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-process.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace decant::service;

namespace
{

struct Bystander : HostProcess::Member {
    void take_line(std::string_view) override {}
    void process_ended() override {}
    [[nodiscard]] bool crashed() const override { return false; }
    [[nodiscard]] std::string name() const override { return "Bystander.dll"; }
};

/// Two plugins in one process, which stays until it is ended.
struct Pair {
    Bystander one;
    Bystander other;
    std::shared_ptr<HostProcess> process = join(one);

    Pair() { REQUIRE(join(other) == process); }
    ~Pair()
    {
        process->leave(one, std::chrono::milliseconds(0));
        process->leave(other, std::chrono::milliseconds(0));
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    static std::shared_ptr<HostProcess> join(Bystander& member)
    {
        // What is added for a host is the shell's $0 and so on.
        return HostProcess::join("keys", {{"/bin/sh", "-c", "exec tail -f /dev/null"}, {}}, member);
    }
};

} // namespace

TEST_CASE("the others know by name who has ended the process, also when that has left")
{
    Pair pair;
    const auto& process = *pair.process;
    CHECK_FALSE(process.other_to_blame(pair.other));

    pair.process->kill(pair.one);
    pair.process->leave(pair.one, std::chrono::milliseconds(0));

    CHECK(process.other_to_blame(pair.other) == "Bystander.dll");
    CHECK_FALSE(process.other_to_blame(pair.one));
}

TEST_CASE("who gives up a group twice does not end it for the others")
{
    Pair pair;

    pair.process->abandon(pair.one);
    pair.process->abandon(pair.one);
    CHECK(pair.process->running());
    pair.process->abandon(pair.other);
    CHECK_FALSE(pair.process->running());
    CHECK(pair.process->wait(decant::tests::patience));
}
