// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sfz-includes.hpp"

#include "nodes/sampler/problem.hpp"
#include "nodes/sampler/sfz-words.hpp"
#include "nodes/sampler/text-file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/stat.h>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

std::optional<std::pair<dev_t, ino_t>> identity_of(const fs::path& file)
{
    struct stat status{};
    if (stat(file.c_str(), &status) != 0)
        return std::nullopt;
    return std::pair(status.st_dev, status.st_ino);
}

IncludedText left_out(std::string problem)
{
    return {.file = {}, .text = {}, .problem = std::move(problem)};
}

IncludedText left_out_silently()
{
    return {};
}

} // namespace

SfzIncludes::SfzIncludes(const fs::path& first, FileFinder& files)
    : files_(files), open_{{.path = first, .identity = identity_of(first)}}
{
}

IncludedText SfzIncludes::open(const std::string& name, std::size_t limit)
{
    if (ended())
        return left_out_silently();
    if (++count_ > most)
        return left_out(
            fmt::format("more than {} #include; this one and all behind it are left out; see which "
                        "files include others again and again",
                        most));
    if (open_.size() > deepest)
        return left_out(
            fmt::format("'{}' is nested more than {} files deep and is left out; include it from a "
                        "file further up",
                        shown(name), deepest));
    const fs::path root = open_.front().path.parent_path();
    const fs::path beside = open_.back().path.parent_path();
    auto file = files_.find(root, name);
    if (!file)
        file = files_.find(beside, name);
    if (!file) {
        for (const fs::path& directory : {root, beside})
            if (const std::string why = why_no_file(directory, name); !why.empty())
                return left_out(fmt::format("'{}' cannot be included: {}", shown(name), why));
        return left_out(
            fmt::format("the included file '{}' is not there (looked in {} and beside this file){}",
                        shown(name), root.empty() ? "." : root.string(), undefined_variable(name)));
    }
    const auto identity = identity_of(*file);
    if (std::any_of(open_.begin(), open_.end(),
                    [&](const OpenFile& open) { return open.identity && open.identity == identity; }))
        return left_out(fmt::format("'{}' includes itself; this #include is left out", shown(name)));
    const bool repeats = identity && read_.contains(*identity);
    if (repeats && repeats_ended_)
        return left_out_silently();
    std::string text;
    try {
        text = read_text_file(*file, limit);
    } catch (const std::runtime_error& unreadable) {
        return left_out(unreadable.what());
    }
    if (repeats && !has_room_for_repeated(text)) {
        repeats_ended_ = true;
        return left_out(fmt::format(
            "files that are included more than once have come to {} MiB of text or {} headers; this #include "
            "and all others of such files are left out; see which files include others again and again",
            most_repeated_text >> 20, most_repeated_headers));
    }
    if (identity)
        read_.insert(*identity);
    open_.push_back({.path = *file, .identity = identity});
    return {.file = std::move(file), .text = std::move(text), .problem = {}};
}

bool SfzIncludes::has_room_for_repeated(std::string_view text) noexcept
{
    repeated_text_ += text.size();
    repeated_headers_ += static_cast<std::size_t>(std::count(text.begin(), text.end(), '<'));
    return repeated_text_ <= most_repeated_text && repeated_headers_ <= most_repeated_headers;
}

} // namespace decant::sampler
