// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/findings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sched.h>

namespace decant::doctor
{

std::string period_of(const Machine& machine)
{
    const auto& quantum = machine.facts.quantum;
    return fmt::format("{} frames at {} Hz are {:.0f} µs", quantum.frames, quantum.rate,
                       quantum.period_usec());
}

std::string scheduling_of(const Thread& thread)
{
    switch (thread.policy) {
    case SCHED_FIFO:
        return fmt::format("FIFO {}", thread.priority);
    case SCHED_RR:
        return fmt::format("RR {}", thread.priority);
    case SCHED_DEADLINE:
        return "DEADLINE";
    default:
        return fmt::format("nice {}", thread.nice);
    }
}

Fix kernel_parameter_fix(std::string text, std::string parameters)
{
    return {.text = std::move(text), .effect = Effect::reboot, .kernel_parameters = std::move(parameters)};
}

Fix sysctl_fix(std::string text, const std::string& name, const std::string& value, const std::string& before)
{
    std::string file = name;
    std::replace(file.begin(), file.end(), '.', '-');
    return {.text = std::move(text),
            .files = {{fmt::format("/etc/sysctl.d/90-decant-{}.conf", file),
                       fmt::format("{} = {}\n", name, value)}},
            .commands = {
                {fmt::format("sysctl -w {}={}", name, value), fmt::format("sysctl -w {}={}", name, before)}}};
}

} // namespace decant::doctor
