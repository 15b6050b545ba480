// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/printable.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace decant::cli;

TEST_CASE("what commands a terminal is shown as what it is, and letters of all kinds as they are")
{
    CHECK(printable("Fl\xc3\xbcgel \xe3\x83\x94 \xf0\x9f\x8e\xb9") ==
          "Fl\xc3\xbcgel \xe3\x83\x94 \xf0\x9f\x8e\xb9");
    CHECK(printable("a\x1b[31m\n\tb\x7f") == "a\\x1b[31m\\n\\tb\\x7f");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\xc2\\x9b"
                              "31m");             // the same in one letter
    CHECK(printable("\xe3\x83") == "\\xe3\\x83"); // half a letter
    CHECK(printable("\xff\xc0\x80") == "\\xff\\xc0\\x80");
    CHECK(printable("").empty());
    CHECK(printable_lines("a\nb\x07") == "a\nb\\x07");
    CHECK(in_one_line("a \n\n b\x07") == "a b\\x07");
}
