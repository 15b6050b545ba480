// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-process.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
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

} // namespace

TEST_CASE("the others know by name who has ended the process, also when that has left")
{
    const HostCommand command{{"/bin/sh", "-c", "exec sleep 600"}, {}};
    Bystander culprit;
    Bystander other;
    const auto process = HostProcess::join("keys", command, culprit);
    REQUIRE(HostProcess::join("keys", command, other) == process);
    CHECK_FALSE(process->other_to_blame(other));

    process->kill(culprit);
    process->leave(culprit, std::chrono::milliseconds(0));

    CHECK(process->other_to_blame(other) == "Bystander.dll");
    CHECK_FALSE(process->other_to_blame(culprit));
    process->leave(other, std::chrono::milliseconds(0));
}

TEST_CASE("who gives up a group twice does not end it for the others")
{
    const HostCommand command{{"/bin/sh", "-c", "exec sleep 600"}, {}};
    Bystander hasty;
    Bystander other;
    const auto process = HostProcess::join("keys", command, hasty);
    REQUIRE(HostProcess::join("keys", command, other) == process);

    process->abandon(hasty);
    process->abandon(hasty);
    CHECK(process->running());
    process->abandon(other);
    CHECK_FALSE(process->running());
    CHECK(process->wait(decant::tests::patience));
    process->leave(hasty, std::chrono::milliseconds(0));
    process->leave(other, std::chrono::milliseconds(0));
}
