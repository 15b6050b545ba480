// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/mounts.hpp"

#include "service/doctor/words.hpp"

#include <algorithm>

namespace decant::doctor
{

namespace
{

/// mountinfo writes blanks and backslashes as three octal digits.
std::string unescaped(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digits = text.substr(i + 1, 3);
        if (text[i] == '\\' && digits.size() == 3 &&
            digits.find_first_not_of("01234567") == std::string_view::npos) {
            result += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

bool lies_in(std::string_view path, std::string_view place)
{
    return place == "/" || path == place ||
           (path.starts_with(place) && path.substr(place.size()).starts_with("/"));
}

} // namespace

std::optional<Mount> mount_of(const Machine& machine, std::string_view path)
{
    const auto table = machine.text("/proc/self/mountinfo");
    if (!table)
        return std::nullopt;
    std::optional<Mount> best;
    for (const auto line : lines_of(*table)) {
        // The fields behind the sixth are of any number, up to a dash.
        constexpr std::size_t place_field = 4;
        const auto fields = words_of(line);
        const auto dash = std::find(fields.begin(), fields.end(), "-");
        if (fields.size() <= place_field || dash == fields.end() || dash + 1 == fields.end())
            continue;
        const auto place = unescaped(fields[place_field]);
        // A later mount on the same place hides the earlier one.
        if (lies_in(path, place) && (!best || place.size() >= best->place.size()))
            best = Mount{place, std::string(*(dash + 1))};
    }
    return best;
}

} // namespace decant::doctor
