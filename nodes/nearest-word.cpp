// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/nearest-word.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace decant
{

namespace
{

char lower(char letter) noexcept
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

/// The fewest letters to insert, remove, replace or swap with their neighbour that make `one` of `other`.
std::size_t edit_distance(std::string_view one, std::string_view other)
{
    std::vector<std::size_t> before(other.size() + 1), above(other.size() + 1), row(other.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= one.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const bool same = lower(one[i - 1]) == lower(other[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && lower(one[i - 1]) == lower(other[j - 2]) &&
                lower(one[i - 2]) == lower(other[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[other.size()];
}

} // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> words)
{
    constexpr std::size_t longest = 64; // what is longer is no slip of the finger
    if (word.size() > longest)
        return {};
    std::string_view nearest;
    std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const auto candidate : words) {
        const auto distance = edit_distance(word, candidate);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> words)
{
    const auto nearest = nearest_word(word, words);
    return nearest.empty() ? std::string() : "; did you mean '" + std::string(nearest) + "'?";
}

} // namespace decant
