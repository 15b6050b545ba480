// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/file-finder.hpp"
#include "nodes/sampler/problem.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::sampler
{

struct SfzOpcode {
    std::string name;
    std::string value; ///< without the blanks around it; may be empty
    Place place;
};

struct SfzHeader {
    std::string name; ///< what stands between < and >
    Place place;
    std::vector<SfzOpcode> opcodes; ///< in the order of the text
};

using SfzVisitor = std::function<void(const SfzHeader&)>;

/// Reads the SFZ file `file` with all that it includes and calls `visit` with each header in turn, once its
/// opcodes are complete; so the memory needed does not grow with the number of regions.
///
/// Understands UTF-8 with or without a byte order mark, all line ends, // and /* */ comments, #include (seen
/// from the first file's directory as ARIA does, else from the including file's) and #define $NAME value.
/// Variables are replaced by the longest name that is defined. What it does not understand goes to `problems`
/// and is left out, as are includes that recur or nest too deep. `files` finds what is included.
///
/// Throws std::runtime_error if `file` itself cannot be read, and what `visit` throws. [main]
void parse_sfz(const std::filesystem::path& file, const SfzVisitor& visit, ProblemLog& problems,
               FileFinder& files);

/// The same for text that is already in memory and counts as the content of `file`.
void parse_sfz_text(std::string_view text, const std::filesystem::path& file, const SfzVisitor& visit,
                    ProblemLog& problems, FileFinder& files);

} // namespace decant::sampler
