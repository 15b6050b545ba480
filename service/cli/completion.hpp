// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

namespace CLI
{
class App;
}

namespace decant::cli
{

/// What a shell can offer in place of a word that is being typed.
struct Completion {
    struct Candidate {
        std::string text; ///< with "=" at its end if a value follows without a blank
        std::string description{};
    };
    std::vector<Candidate> candidates; ///< that begin with what is typed
    bool files = false;                ///< nothing but the name of a file can be meant
};

/// What the application takes in place of the last of `words`, which is what is typed behind its name so far.
[[nodiscard]] Completion completion_of(const CLI::App& application, std::span<char* const> words);

/// Prints them for the shells, with a tab before each description. False if a file is meant.
bool print_completion(const CLI::App& application, std::span<char* const> words);

} // namespace decant::cli
