// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/cli/addition-finder.hpp"
#include "service/cli/user-drop-ins.hpp"
#include "service/configuration.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace decant::cli
{

/// What became of a file that was to be added.
struct Addition {
    enum class Outcome {
        added,
        would_be, ///< nothing is written in a rehearsal
        present,  ///< a node of the rack plays it already
        skipped,  ///< it cannot be played; `text` says why
    };

    FoundFile file;
    std::string plugin{}; ///< which one of a file with several, if somebody asked for one
    Outcome outcome = Outcome::skipped;
    std::string node{};              ///< its name in the rack
    std::filesystem::path drop_in{}; ///< that was written
    std::string text{};              ///< why not, or what it is: "VST2, 64 bits, instrument"
    std::size_t more = 0;            ///< plugins that the file has besides
};

[[nodiscard]] std::string_view to_text(Addition::Outcome outcome) noexcept;

struct AddSettings {
    std::string name;             ///< for a single file; made from the plugin's own name if empty
    std::filesystem::path prefix; ///< for all; found from each path if empty
    std::vector<std::string> midi_from;
    std::vector<std::string> output_to;
    std::chrono::milliseconds timeout{30'000}; ///< for the start of a host, and for the loading
    unsigned jobs = 2;                         ///< hosts at the same time
    bool rehearsal = false;                    ///< write nothing
};

/// Puts files into the rack: looks at each, loads plugins in hosts that are thrown away, some at a time and
/// of several copies in a folder one, and writes a drop-in for each that can be played.
class Adder
{
    AddSettings settings_;
    UserDropIns drop_ins_;
    const service::Configuration& rack_;
    std::set<std::string> names_; ///< that are taken

    struct Probed;

    [[nodiscard]] std::string node_of(const Addition& addition) const;
    [[nodiscard]] Probed probe(const Addition& addition) const;
    [[nodiscard]] std::string free_name(const std::string& wanted) const;
    [[nodiscard]] std::filesystem::path prefix_of(const std::filesystem::path& plugin) const;
    void write(Addition& addition, Probed probed);
    void finish(Addition& addition, Probed probed);

public:
    /// `rack` outlives it.
    Adder(AddSettings settings, const service::Configuration& rack);

    /// Does it. `progress` hears after each file how many are done, on one thread at a time.
    void run(std::vector<Addition>& additions,
             const std::function<void(std::size_t done, const Addition& last)>& progress);
};

} // namespace decant::cli
