// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/options.hpp"

#include "wine-host/text.hpp"

#include <stdexcept>
#include <string_view>

namespace decant::host
{

Options parse_options(int count, const wchar_t* const* arguments)
{
    const auto fail = [](const std::string& what) {
        return std::runtime_error(
            what +
            "\nusage: decant-host64.exe --region PATH | --group PATH [--rt-priority 1..99] [--title TEXT]"
            "\nHosts are started by decantd.");
    };
    Options options;
    for (int i = 1; i < count; i += 2) {
        const std::string name = to_utf8(arguments[i]);
        if (i + 1 == count)
            throw fail(name + " needs a value");
        const std::string value = to_utf8(arguments[i + 1]);
        if (name == "--region") {
            options.region = value;
        } else if (name == "--group") {
            options.group = value;
        } else if (name == "--title") {
            options.title = value;
        } else if (name == "--rt-priority") {
            if (value.empty() || value.size() > 2 ||
                value.find_first_not_of("0123456789") != std::string::npos)
                throw fail("--rt-priority is a number from 1 to 99, not \"" + value + "\"");
            options.rt_priority = std::stoi(value);
        } else {
            throw fail("unknown option " + name);
        }
    }
    if (options.region.empty() == options.group.empty())
        throw fail(options.region.empty() ? "--region is missing"
                                          : "--region and --group exclude each other");
    return options;
}

} // namespace decant::host
