// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

namespace decant::bench
{

struct Options {
    std::uint32_t block = 64;   ///< frames
    std::uint32_t rate = 48000; ///< Hz
    unsigned instances = 8;
    double seconds = 20; ///< of what is measured; the floors take half of it each, in addition
    bool paced = true;
    bool json = false;
    std::filesystem::path svg; ///< empty: no plot

    [[nodiscard]] std::uint64_t period_nsec() const noexcept
    {
        return std::uint64_t{1'000'000'000} * block / rate;
    }
};

/// Reads the command line; prints help or what is wrong with it and exits.
Options parse_options(int argc, char** argv);

} // namespace decant::bench
