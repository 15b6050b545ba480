// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::doctor
{

enum class State {
    ok,
    info,       ///< nothing to be done, but good to know
    bad,        ///< costs dropouts, or will
    unreadable, ///< not known: what would tell is missing or may not be read
};

/// When a fix takes effect.
enum class Effect { at_once, next_start, new_login, reboot };

[[nodiscard]] std::string_view to_text(State state) noexcept;
[[nodiscard]] std::string_view to_text(Effect effect) noexcept;

/// A file that nobody else has, so that removing it is the way back.
struct NewFile {
    std::string path;
    std::string content;
};

/// Lines of shell, and what takes them back.
struct Command {
    std::string apply;
    std::string undo; ///< empty: nothing lasts beyond a reboot
};

struct Fix {
    std::string text; ///< what to do, for people
    Effect effect = Effect::at_once;
    std::vector<NewFile> files = {};
    std::vector<Command> commands = {};
    std::string kernel_parameters = {}; ///< to be added to the command line of the kernel
};

/// What a check has seen.
struct Finding {
    State state = State::unreadable;
    std::string value;      ///< as seen, in a few words; why not, if unreadable
    std::string why;        ///< what it has to do with dropouts, at the quantum of this graph
    std::optional<Fix> fix; ///< if there is something to be done
};

} // namespace decant::doctor
