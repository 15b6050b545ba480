// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/version.hpp"

#include <cstddef>
#include <cstdint>
#include <getopt.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace decant::tests
{

/// What the fake host is told on its command line.
struct FakeHostOptions {
    std::string region; ///< its path
    std::uint32_t version = protocol::version;
    bool mute = false;
    std::vector<std::byte> padding; ///< makes the state as large as a test wants it
    bool save_hangs = false;
    bool tells_gain = false;
    std::string id; ///< of its plugins; empty: as they say
};

/// Throws std::invalid_argument.
inline FakeHostOptions parse_options(int argc, char** argv)
{
    const option known[] = {
        {"region", required_argument, nullptr, 'r'},      {"version-number", required_argument, nullptr, 'v'},
        {"state-bytes", required_argument, nullptr, 's'}, {"mute", no_argument, nullptr, 'm'},
        {"save-hangs", no_argument, nullptr, 'h'},        {"tells-gain", no_argument, nullptr, 't'},
        {"id", required_argument, nullptr, 'i'},          {},
    };
    FakeHostOptions options;
    for (int found; (found = getopt_long(argc, argv, "", known, nullptr)) != -1;)
        switch (found) {
        case 'r':
            options.region = optarg;
            break;
        case 'v':
            options.version = static_cast<std::uint32_t>(std::stoul(optarg));
            break;
        case 's':
            options.padding.resize(std::stoul(optarg), std::byte{42});
            break;
        case 'm':
            options.mute = true;
            break;
        case 'h':
            options.save_hangs = true;
            break;
        case 't':
            options.tells_gain = true;
            break;
        case 'i':
            options.id = optarg;
            break;
        default:
            throw std::invalid_argument(
                "usage: fake-host --region PATH [--version-number N] [--state-bytes N] [--mute] "
                "[--save-hangs] [--tells-gain] [--id ID]");
        }
    return options;
}

} // namespace decant::tests
