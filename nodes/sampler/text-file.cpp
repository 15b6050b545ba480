// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/text-file.hpp"

#include "nodes/sampler/file-finder.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>

namespace decant::sampler
{

std::string read_text_file(const std::filesystem::path& path, std::size_t limit)
{
    if (const std::string why = why_no_file(path); !why.empty())
        throw std::runtime_error(fmt::format("{}: {}", path.string(), why));

    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        throw std::runtime_error(fmt::format("{}: cannot be opened ({}); check its permissions",
                                             path.string(), std::strerror(errno)));
    std::string text;
    std::string piece(64 * 1024, '\0');
    while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) || stream.gcount() > 0) {
        text.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
        if (text.size() > limit)
            throw std::runtime_error(
                fmt::format("{}: longer than {} MiB, which is no text that a person wrote; "
                            "check that it is the right file",
                            path.string(), limit >> 20));
    }
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        throw std::runtime_error(fmt::format("{}: is in UTF-16; save it as UTF-8", path.string()));
    return text;
}

} // namespace decant::sampler
