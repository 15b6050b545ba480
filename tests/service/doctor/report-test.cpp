// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is made of the findings.

#include "service/doctor/fix-script.hpp"
#include "service/doctor/text-report.hpp"
#include "tests/service/doctor/fake-machine.hpp"
#include "tests/support/child-process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>
#include <iterator>
#include <set>

namespace decant::doctor
{

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace
{

Finding no_look(const Machine&)
{
    return {};
}

const Check check{"test.check", "a check", ours, no_look};

Result bad_with(Fix fix)
{
    return {&check, {State::bad, "as seen", "because", std::move(fix)}};
}

std::string content_of(const fs::path& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs a fix script on files below a directory.
tests::Result run_script(const std::string& script, const fs::path& root,
                         const std::string& argument = "apply")
{
    const auto file = root / "fix.sh";
    std::ofstream(file) << script;
    auto environment = tests::own_environment();
    environment["DECANT_FIX_ROOT"] = root;
    environment["WITNESS"] = root / "witness";
    return tests::run({"sh", file, argument}, environment, std::chrono::seconds(20));
}

} // namespace

TEST_CASE("of a machine without any file everything can be asked, and nothing is claimed to be bad")
{
    const FakeMachine fake;
    Machine machine(fake.root());
    machine.facts = fake.facts;
    const auto results = examine(machine);
    CHECK(results.size() == all_checks().size());
    for (const auto& [check, finding] : results) {
        INFO(check->id << ": " << finding.value);
        CHECK(finding.state != State::bad);
        CHECK_FALSE(finding.value.empty());
        CHECK_FALSE(finding.why.empty());
    }
}

TEST_CASE("of a machine whose files are nonsense nothing is believed, and nothing breaks")
{
    FakeMachine fake;
    const std::string nonsense = "\xff\x00[(]) = : , -9999999999999999999 \n\n@ - \n[";
    for (const auto* path : {"/proc/cmdline",
                             "/proc/swaps",
                             "/proc/interrupts",
                             "/proc/cpuinfo",
                             "/proc/self/limits",
                             "/proc/self/status",
                             "/proc/self/mountinfo",
                             "/proc/sys/kernel/sched_rt_runtime_us",
                             "/proc/sys/kernel/sched_rt_period_us",
                             "/proc/sys/vm/max_map_count",
                             "/proc/sys/vm/swappiness",
                             "/proc/config.gz",
                             "/proc/1/comm",
                             "/proc/1/status",
                             "/proc/1/task/1/stat",
                             "/proc/sys/kernel/version",
                             "/etc/group",
                             "/etc/security/limits.conf",
                             "/sys/devices/system/cpu/isolated",
                             "/sys/devices/system/cpu/cpu0/cpuidle/state0/latency",
                             "/sys/kernel/debug/sched/preempt",
                             "/sys/module/pcie_aspm/parameters/policy"})
        fake.file(path, nonsense);
    Machine machine(fake.root());
    machine.facts = fake.facts;
    CHECK(examine(machine).size() == all_checks().size());
}

TEST_CASE("every check has an id and a guide of its own kind")
{
    std::set<std::string_view> ids;
    for (const auto& one : all_checks()) {
        INFO(one.id);
        CHECK(ids.insert(one.id).second);
        CHECK_FALSE(one.title.empty());
        CHECK_FALSE(names_of_guides(one.guides).empty());
    }
}

TEST_CASE("the table explains what is bad, and has colours where they are wanted only")
{
    const FakeMachine fake;
    const Machine machine(fake.root());
    const std::vector results{bad_with({.text = "do this", .effect = Effect::reboot}),
                              Result{&check, {State::ok, "fine\x1b[2J", "is not told", {}}}};
    const auto plain = to_text(results, machine, {});
    CHECK_THAT(plain, ContainsSubstring("because") && ContainsSubstring("do this [reboot]") &&
                          ContainsSubstring("1 bad, 0 to know, 1 ok") && !ContainsSubstring("\x1b") &&
                          !ContainsSubstring("is not told"));
    CHECK_THAT(to_text(results, machine, {.colours = true, .verbose = true}),
               ContainsSubstring("\x1b[1;31mbad") && ContainsSubstring("is not told") &&
                   !ContainsSubstring("\x1b[2J"));
}

TEST_CASE("a fix script does what it says, and undoing it leaves nothing behind")
{
    const tests::TemporaryDirectory root;
    const auto script = fix_script(
        std::vector{bad_with({.text = "do it",
                              .files = {{"/etc/decant-test.d/x.conf", "one $HOME `id`\n"}},
                              .commands = {{"echo done >>\"$WITNESS\"", "echo undone >>\"$WITNESS\""}}})});
    const auto file = root.path() / "etc/decant-test.d/x.conf";

    CHECK(run_script(script, root.path()).exit == 0);
    CHECK_THAT(content_of(file), ContainsSubstring("\none $HOME `id`\n"));
    CHECK(run_script(script, root.path()).exit == 0); // again: the same
    CHECK(run_script(script, root.path(), "undo").exit == 0);
    CHECK_FALSE(fs::exists(file));
    CHECK(content_of(root.path() / "witness") == "done\ndone\nundone\n");
    CHECK(run_script(script, root.path(), "nonsense").exit == 2);
}

TEST_CASE("a fix script leaves a file of somebody else alone, both ways")
{
    const tests::TemporaryDirectory root;
    const auto script =
        fix_script(std::vector{bad_with({.text = "do it", .files = {{"/x.conf", "ours\n"}}})});
    std::ofstream(root.path() / "x.conf") << "theirs\n";
    CHECK_THAT(run_script(script, root.path()).errors, ContainsSubstring("somebody else's"));
    CHECK(run_script(script, root.path(), "undo").exit == 0);
    CHECK(content_of(root.path() / "x.conf") == "theirs\n");
}

TEST_CASE("parameters of the kernel come together, and what is only to be considered is a comment")
{
    auto considered =
        bad_with({.text = "perhaps", .effect = Effect::reboot, .commands = {{"touch never", "rm never"}}});
    considered.finding.state = State::info;
    considered.finding.value = "two\nlines";
    const auto script = fix_script(std::vector{
        bad_with({.text = "a", .effect = Effect::reboot, .kernel_parameters = "preempt=full"}),
        bad_with({.text = "b", .effect = Effect::reboot, .kernel_parameters = "threadirqs"}), considered});
    CHECK_THAT(script, ContainsSubstring("add_kernel_parameters 'preempt=full threadirqs'") &&
                           ContainsSubstring("#     touch never") && ContainsSubstring("Reboot now.") &&
                           !ContainsSubstring("\nlines"));
}

TEST_CASE("the script for a whole machine is a script")
{
    FakeMachine fake;
    fake.limit("self", "Max realtime priority", "0")
        .file("/proc/cmdline", "quiet\n")
        .file("/proc/swaps", "/dev/sda2 partition 8 0 -2\n");
    fake.file("/proc/sys/vm/swappiness", "60\n")
        .file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    Machine machine(fake.root());
    machine.facts = fake.facts;
    const auto script = fix_script(examine(machine));
    std::ofstream(fake.root() / "fix.sh") << script;
    const auto result =
        tests::run({"sh", "-n", fake.root() / "fix.sh"}, tests::own_environment(), std::chrono::seconds(20));
    INFO(result.errors);
    CHECK(result.exit == 0);
    CHECK_THAT(script, ContainsSubstring("sysctl -w vm.swappiness=60"));
}

} // namespace decant::doctor
