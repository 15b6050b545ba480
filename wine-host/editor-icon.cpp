// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/editor-icon.hpp"

#include <windows.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace decant::host
{
namespace
{

constexpr std::uint32_t glass = 0xdbe5ef;
constexpr std::uint32_t wine = 0x8c0f29;

constexpr int samples = 4; ///< of each pixel, in each direction

/// Half of the carafe's width at a height from 0, its mouth, to 1, its foot; negative outside.
double half_width(double y)
{
    constexpr double mouth = 0.06;
    constexpr double neck_end = 0.40;
    constexpr double foot = 0.94;
    if (y < mouth || y > foot)
        return -1;
    if (y < neck_end)
        return 0.09 + 0.10 * std::pow((neck_end - y) / (neck_end - mouth), 4);
    const double belly = (y - neck_end) / (foot - neck_end);
    return 0.09 + 0.33 * std::sqrt(std::sin(std::min(belly * 1.15, 1.0) * 3.14159265 / 2));
}

/// Whether a point is of the carafe, and of what is in it; both coordinates from 0 to 1.
struct Hit {
    bool carafe;
    bool wine;
};
Hit look_at(double x, double y)
{
    constexpr double wall = 0.045;
    constexpr double level = 0.60;
    constexpr double bottom = 0.94 - wall;
    const double from_middle = std::abs(x - 0.5);
    const double half = half_width(y);
    return {from_middle <= half, y > level && y < bottom && from_middle < half - wall};
}

/// Of a pixel, with its opacity in the highest byte.
std::uint32_t colour_at(int column, int row, int size)
{
    std::uint32_t covered = 0;
    std::uint32_t filled = 0;
    for (int i = 0; i < samples * samples; ++i) {
        const Hit hit = look_at((column + (i % samples + 0.5) / samples) / size,
                                (row + (static_cast<double>(i / samples) + 0.5) / samples) / size);
        covered += hit.carafe ? 1 : 0;
        filled += hit.wine ? 1 : 0;
    }
    if (covered == 0)
        return 0;
    std::uint32_t colour = covered * 255 / (samples * samples) << 24;
    for (const int shift : {0, 8, 16}) {
        const auto mixed =
            ((wine >> shift & 255) * filled + (glass >> shift & 255) * (covered - filled)) / covered;
        colour |= mixed << shift;
    }
    return colour;
}

} // namespace

HICON editor_icon(int size)
{
    std::vector<std::uint32_t> pixels;
    for (int row = 0; row < size; ++row)
        for (int column = 0; column < size; ++column)
            pixels.push_back(colour_at(column, row, size));
    ICONINFO icon{};
    icon.fIcon = TRUE;
    icon.hbmColor = CreateBitmap(size, size, 1, 32, pixels.data());
    const std::vector<std::uint8_t> mask(pixels.size()); // more than enough: all is as the colours say
    icon.hbmMask = CreateBitmap(size, size, 1, 1, mask.data());
    const HICON made = CreateIconIndirect(&icon);
    DeleteObject(icon.hbmColor);
    DeleteObject(icon.hbmMask);
    return made;
}

} // namespace decant::host
