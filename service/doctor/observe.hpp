// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/machine.hpp"

namespace decant::doctor
{

/// Fills in who and where we are: user and environment. [main]
void observe_surroundings(Facts& facts);

/// Asks the running system for what no file tells, graph and rack aside: a real-time priority for a child,
/// D-Bus, Wine's version. What does not answer within a few seconds stays unknown. To be called before there
/// are other threads. [main]
void observe_system(Machine& machine);

} // namespace decant::doctor
