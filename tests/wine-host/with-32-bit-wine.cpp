// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// with-32-bit-wine PROGRAM [ARGUMENT...]: runs a test in whose environment a 32-bit plugin can be loaded.
// Where Wine runs no 32-bit programs, or Decant was built without a host for them, it says so and the test is
// skipped.

#include "service/hosts/prefix-setup.hpp"
#include "service/hosts/wine.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <unistd.h>

namespace
{

int skip(const std::string& why)
{
    constexpr int skipped = 77; // to Meson
    std::printf("skipped: %s\n", why.c_str());
    return skipped;
}

int run(char** command)
{
    using namespace decant::service;
    if (std::getenv("DECANT_TEST_PLUGINS") == nullptr)
        return skip(
            "Decant was built without i686-w64-mingw32-g++ (Debian: g++-mingw-w64-i686), so there is no "
            "host for 32-bit plugins");
    const Wine wine = find_wine();
    if (!wine.runs_32_bit)
        return skip(
            wine.loader.string() +
            " runs no 32-bit programs; install 32-bit Wine (Debian: sudo dpkg --add-architecture i386 && "
            "sudo apt update && sudo apt install wine32:i386)");
    ensure_wine_prefix(wine, std::getenv("DECANT_TEST_PREFIX"), 32, {});
    execv(command[0], command);
    std::perror(command[0]);
    return 1;
}

} // namespace

int main(int count, char** arguments)
{
    try {
        return count > 1 ? run(arguments + 1) : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
