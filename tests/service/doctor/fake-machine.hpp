// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/check.hpp"
#include "tests/support/private-session.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sched.h>

namespace decant::doctor
{

/// A machine of a few files, each written by the test. Its user is 1000, "musician".
class FakeMachine
{
    tests::TemporaryDirectory directory_;
    std::map<std::string, std::map<std::string, std::string>> limits_; ///< by process and row: the hard one

public:
    Facts facts;

    FakeMachine();

    [[nodiscard]] const std::filesystem::path& root() const noexcept { return directory_.path(); }

    FakeMachine& file(std::string_view path, std::string_view text);
    FakeMachine& link(std::string_view path, std::string_view target);

    /// A process of the musician with one thread, its main one. Without arguments it is the kernel's.
    FakeMachine& process(int id, std::string_view name, const std::vector<std::string>& arguments);
    FakeMachine& thread(int process, int id, std::string_view name, int policy, int priority, int nice = 0);
    /// Of /proc/PROCESS/limits; rows add up.
    FakeMachine& limit(const std::string& process, const std::string& row, const std::string& hard);
    /// Replaces a line of /proc/PROCESS/status, or adds one.
    FakeMachine& status(const std::string& process, std::string_view field, std::string_view value);

    /// What the check of that id finds.
    [[nodiscard]] Finding look(std::string_view id) const;
    [[nodiscard]] State state(std::string_view id) const { return look(id).state; }

    /// What each check has found on any machine so far.
    [[nodiscard]] static const std::map<std::string, std::set<State>, std::less<>>& seen();
};

} // namespace decant::doctor
