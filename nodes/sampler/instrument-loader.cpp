// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/instrument-builder.hpp"
#include "nodes/sampler/instrument.hpp"

#include <array>
#include <set>
#include <string>
#include <utility>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

LoadedInstrument load_sfz(const fs::path& file, SamplePool& pool)
{
    ProblemLog problems;
    InstrumentBuilder builder(file.parent_path(), pool, problems);
    parse_sfz(file, [&](const SfzHeader& header) { builder.visit(header); }, problems, builder.files());
    auto instrument = builder.finish(file);
    auto files = builder.files().found();
    files.insert(file);
    auto directories = builder.files().searched();
    directories.insert(file.parent_path());
    return {.instrument = std::move(instrument),
            .problems = problems.take(),
            .unsupported = builder.unsupported(),
            .files = std::move(files),
            .directories = std::move(directories)};
}

} // namespace

LoadedInstrument load_instrument(const fs::path& file, SamplePool& pool)
{
    std::string extension = file.extension().string();
    for (char& c : extension)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (extension == ".sfz")
        return load_sfz(file, pool);
    Region whole;
    whole.keycenter_from_sample = true;
    return load_regions(std::array{SampleRegion{.file = file, .region = whole}}, pool);
}

LoadedInstrument load_regions(std::span<const SampleRegion> regions, SamplePool& pool)
{
    ProblemLog problems;
    InstrumentBuilder builder({}, pool, problems);
    for (const SampleRegion& region : regions)
        builder.add(region);
    auto instrument = builder.finish(regions.empty() ? fs::path() : regions.front().file);
    std::set<fs::path> files;
    std::set<fs::path> directories;
    for (const SampleRegion& region : regions) {
        files.insert(region.file);
        directories.insert(region.file.parent_path());
    }
    return {.instrument = std::move(instrument),
            .problems = problems.take(),
            .unsupported = {},
            .files = std::move(files),
            .directories = std::move(directories)};
}

LoadedInstrument load_instrument(const fs::path& file)
{
    return load_instrument(file, SamplePool::shared());
}

} // namespace decant::sampler
