// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/hang-report.hpp"

#include "tests/support/child-process.hpp"
#include "tests/support/fake-wineserver.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using decant::service::hang_report;
using namespace decant::tests;

namespace
{

/// A host that does nothing, and Wine's own service beside it.
struct Hang {
    FakePrefix prefix;
    ChildProcess host{{"sleep", "600"}, {{"WINEPREFIX", prefix.path.string()}}};

    [[nodiscard]] bool tells(const std::string& words) const
    {
        return wait_until([&] {
            const auto report = hang_report(host.id(), prefix.path);
            return std::ranges::any_of(report, [&](const auto& line) { return line.starts_with(words); });
        });
    }
};

} // namespace

TEST_CASE("of a host that hangs it is told what it does, and what its wineserver and Wine's programs do")
{
    const Hang hang;
    const FakeWineserver server(hang.prefix.workplace);
    const std::string tail = fake_wine_program(hang.prefix.directory.path(), "tail");
    const ChildProcess services({tail, "-f", "/dev/null"}, {{"WINEPREFIX", hang.prefix.path.string()}});
    CHECK(hang.tells("sleep sleeps in "));
    CHECK(hang.tells("wineserver64 sleeps in "));
    CHECK(hang.tells("wine-tail sleeps in "));
}

TEST_CASE("of a host that hangs it is told that there is no wineserver")
{
    const Hang hang;
    CHECK(hang.tells("no wineserver serves " + hang.prefix.path.string()));
}
