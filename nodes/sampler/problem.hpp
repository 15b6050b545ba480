// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace decant::sampler
{

/// Something in an instrument's files that is not played as written; the rest plays.
struct Problem {
    std::string file;
    unsigned line; ///< from 1; 0 means the file as a whole
    std::string text;
    unsigned column = 0; ///< in characters from 1; 0 means the line as a whole
};

/// "file:line:column: text".
[[nodiscard]] std::string to_string(const Problem& problem);

/// The beginning of a text that comes from a file, as it is shown in a message: at most `longest` bytes.
[[nodiscard]] std::string shown(std::string_view text, std::size_t longest = 60);

/// Of names of files a person wants to see the end, too.
inline constexpr std::size_t longest_file_name = 1000;

/// A place in a file; see Problem.
struct Place {
    std::shared_ptr<const std::string> file;
    unsigned line;
    unsigned column = 0;
};

/// Collects problems. A file that is wrong from end to end gives as many messages as a person reads, and a
/// count of those that were left out. The texts may hold what the files do: they are made printable UTF-8.
class ProblemLog
{
    static constexpr std::size_t most_kept = 200;

    std::vector<Problem> problems_;
    std::size_t left_out_ = 0;
    std::string last_file_;

public:
    void add(const Place& place, std::string_view text) { add(*place.file, place.line, text, place.column); }
    void add(const std::string& file, unsigned line, std::string_view text, unsigned column = 0);

    /// Whether further problems would only be counted.
    [[nodiscard]] bool full() const noexcept { return problems_.size() >= most_kept; }

    /// Gives the problems away, in the order in which they were met.
    [[nodiscard]] std::vector<Problem> take();
};

} // namespace decant::sampler
