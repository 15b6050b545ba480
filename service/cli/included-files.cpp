// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/included-files.hpp"

#include "nodes/sampler/sfz-parser.hpp"

#include <exception>
#include <string>
#include <system_error>

namespace decant::cli
{

std::set<std::filesystem::path> included_files(const std::filesystem::path& sfz)
{
    std::set<std::string> names;
    sampler::ProblemLog ignored; // whoever loads it is told
    sampler::FileFinder files;
    try {
        sampler::parse_sfz(
            sfz,
            [&names](const sampler::SfzHeader& header) {
                names.insert(*header.place.file);
                for (const auto& opcode : header.opcodes)
                    names.insert(*opcode.place.file);
            },
            ignored, files);
    } catch (const std::exception&) {
        return {};
    }
    names.erase(sfz.string());
    std::set<std::filesystem::path> result;
    std::error_code error;
    for (const auto& name : names)
        if (auto file = std::filesystem::canonical(name, error); !error)
            result.insert(std::move(file));
    return result;
}

} // namespace decant::cli
