// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"
#include "tests/support/scratch-directory.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace decant::service
{

/// A home directory with some instruments in it.
class ConfigurationHome
{
    tests::ScratchDirectory directory_;

public:
    ConfigurationHome()
    {
        for (const char* file : {"Bass.dll", "Piano.sfz", "Organ.wav", "Thing.xyz", "conf/Local.sfz"})
            directory_.write(file, "x");
    }

    [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }

    void write(std::string_view file) const { directory_.write(file, "x"); }

    /// What comes of the text of one file, conf/a.conf.
    [[nodiscard]] Configuration parse(const std::string& text) const
    {
        return parse_configuration({file("a", text)}, path());
    }

    [[nodiscard]] ConfigurationText file(const std::string& name, const std::string& text) const
    {
        return {path() / "conf" / (name + ".conf"), text};
    }
};

} // namespace decant::service
