// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>

namespace decant::service
{

/// Tells apart what plugins call by the same name: "Gain", "Gain 2", "Gain 3".
class UniqueNames
{
    std::set<std::string> taken_;

public:
    /// `name`, or with a number behind it if it was given out before.
    std::string add(const std::string& name)
    {
        std::string unique = name;
        for (unsigned number = 2; !taken_.insert(unique).second; ++number)
            unique = name + " " + std::to_string(number);
        return unique;
    }
};

} // namespace decant::service
