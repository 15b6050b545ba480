// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/file-finder.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace decant::sampler
{

/// What became of an #include.
struct IncludedText {
    std::optional<std::filesystem::path> file; ///< none: it is left out
    std::string text;                          ///< of the file
    std::string problem;                       ///< why it is left out; empty: that was said before
};

/// The files that an SFZ file includes, from the first one to that which is being read. Includes can multiply
/// a few small files without end, so there are limits to what comes of them; those on text and headers are
/// for files that were read before, as a large instrument of many files is no more than it seems. [main]
class SfzIncludes
{
    using Identity = std::pair<dev_t, ino_t>;

    struct OpenFile {
        std::filesystem::path path;
        std::optional<Identity> identity; ///< none: there is only its text
    };

    FileFinder& files_;
    std::vector<OpenFile> open_;
    std::set<Identity> read_;
    unsigned count_ = 0;
    std::size_t repeated_text_ = 0; ///< bytes
    std::size_t repeated_headers_ = 0;
    bool repeats_ended_ = false;

public:
    static constexpr unsigned deepest = 32;
    static constexpr unsigned most = 20'000;
    static constexpr std::size_t most_repeated_text = 16 << 20;
    static constexpr std::size_t most_repeated_headers = 200'000;

    SfzIncludes(const std::filesystem::path& first, FileFinder& files);

    /// Whether any further #include would be left out without a word.
    [[nodiscard]] bool ended() const noexcept { return count_ > most; }

    /// Reads the file of at most `limit` bytes that `name` means, seen from the first file's directory, else
    /// from that of the file that is being read. It is that one from now on, until close().
    [[nodiscard]] IncludedText open(const std::string& name, std::size_t limit);
    void close() { open_.pop_back(); }

private:
    [[nodiscard]] bool has_room_for_repeated(std::string_view text) noexcept;
};

} // namespace decant::sampler
