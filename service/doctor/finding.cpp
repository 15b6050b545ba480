// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/finding.hpp"

namespace decant::doctor
{

std::string_view to_text(State state) noexcept
{
    switch (state) {
    case State::ok:
        return "ok";
    case State::info:
        return "info";
    case State::bad:
        return "bad";
    case State::unreadable:
        break;
    }
    return "unreadable";
}

std::string_view to_text(Effect effect) noexcept
{
    switch (effect) {
    case Effect::next_start:
        return "restart of the service";
    case Effect::new_login:
        return "new login";
    case Effect::reboot:
        return "reboot";
    case Effect::at_once:
        break;
    }
    return "at once";
}

} // namespace decant::doctor
