// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/finding.hpp"
#include "service/doctor/machine.hpp"

/// Every check, by the file that has it. They look and change nothing. [main]
namespace decant::doctor
{

// limits.cpp
[[nodiscard]] Finding check_rtprio(const Machine& machine);
[[nodiscard]] Finding check_memlock(const Machine& machine);
[[nodiscard]] Finding check_nice(const Machine& machine);
[[nodiscard]] Finding check_groups(const Machine& machine);
[[nodiscard]] Finding check_rttime(const Machine& machine);
[[nodiscard]] Finding check_nofile(const Machine& machine);

// scheduling.cpp
[[nodiscard]] Finding check_grant(const Machine& machine);
[[nodiscard]] Finding check_pipewire_threads(const Machine& machine);
[[nodiscard]] Finding check_decant_threads(const Machine& machine);
[[nodiscard]] Finding check_host_threads(const Machine& machine);
[[nodiscard]] Finding check_wineserver_thread(const Machine& machine);
[[nodiscard]] Finding check_rivals(const Machine& machine);
[[nodiscard]] Finding check_throttling(const Machine& machine);
[[nodiscard]] Finding check_rt_group(const Machine& machine);

// permission.cpp
[[nodiscard]] Finding check_rtkit(const Machine& machine);
[[nodiscard]] Finding check_portal(const Machine& machine);
[[nodiscard]] Finding check_session(const Machine& machine);
[[nodiscard]] Finding check_namespace(const Machine& machine);

// kernel.cpp
[[nodiscard]] Finding check_preemption(const Machine& machine);
[[nodiscard]] Finding check_threadirqs(const Machine& machine);
[[nodiscard]] Finding check_timers(const Machine& machine);
[[nodiscard]] Finding check_clock(const Machine& machine);
[[nodiscard]] Finding check_scheduler(const Machine& machine);
[[nodiscard]] Finding check_mitigations(const Machine& machine);
[[nodiscard]] Finding check_virtual_machine(const Machine& machine);

// interrupts.cpp
[[nodiscard]] Finding check_irq_priority(const Machine& machine);
[[nodiscard]] Finding check_irq_sharing(const Machine& machine);
[[nodiscard]] Finding check_irq_affinity(const Machine& machine);
[[nodiscard]] Finding check_irqbalance(const Machine& machine);
[[nodiscard]] Finding check_isolation(const Machine& machine);
[[nodiscard]] Finding check_smt(const Machine& machine);

// power.cpp
[[nodiscard]] Finding check_governor(const Machine& machine);
[[nodiscard]] Finding check_profile(const Machine& machine);
[[nodiscard]] Finding check_idle_states(const Machine& machine);
[[nodiscard]] Finding check_dma_latency(const Machine& machine);
[[nodiscard]] Finding check_turbo(const Machine& machine);
[[nodiscard]] Finding check_card_power(const Machine& machine);
[[nodiscard]] Finding check_aspm(const Machine& machine);

// memory.cpp
[[nodiscard]] Finding check_swap(const Machine& machine);
[[nodiscard]] Finding check_tmp(const Machine& machine);
[[nodiscard]] Finding check_map_count(const Machine& machine);
[[nodiscard]] Finding check_huge_pages(const Machine& machine);
[[nodiscard]] Finding check_inotify(const Machine& machine);

// wine.cpp
[[nodiscard]] Finding check_wine_version(const Machine& machine);
[[nodiscard]] Finding check_wine_sync(const Machine& machine);
[[nodiscard]] Finding check_wine_variables(const Machine& machine);
[[nodiscard]] Finding check_wine_debug(const Machine& machine);
[[nodiscard]] Finding check_wine_capability(const Machine& machine);

// prefix.cpp
[[nodiscard]] Finding check_prefix_owner(const Machine& machine);
[[nodiscard]] Finding check_prefix_architecture(const Machine& machine);
[[nodiscard]] Finding check_prefix_version(const Machine& machine);
[[nodiscard]] Finding check_prefix_files(const Machine& machine);

// unit.cpp
[[nodiscard]] Finding check_hardening(const Machine& machine);
[[nodiscard]] Finding check_unit_start(const Machine& machine);
[[nodiscard]] Finding check_rtportal(const Machine& machine);

// graph-checks.cpp
[[nodiscard]] Finding check_quantum(const Machine& machine);
[[nodiscard]] Finding check_xruns(const Machine& machine);
[[nodiscard]] Finding check_clocks(const Machine& machine);
[[nodiscard]] Finding check_late(const Machine& machine);
[[nodiscard]] Finding check_load(const Machine& machine);

} // namespace decant::doctor
