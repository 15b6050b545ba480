// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace decant::tests
{

/// A home directory in which `decant` runs, with nothing else of the user's and without PipeWire.
class CommandHome
{
    TemporaryDirectory directory_;
    Environment environment_ = own_environment();

public:
    CommandHome()
    {
        for (const char* name : {"PIPEWIRE_CONFIG_DIR", "PIPEWIRE_REMOTE", "WINEPREFIX"})
            environment_.erase(name);
        environment_["HOME"] = path().string();
        environment_["XDG_CONFIG_HOME"] = (path() / ".config").string();
        environment_["XDG_STATE_HOME"] = (path() / ".local/state").string();
        environment_["XDG_RUNTIME_DIR"] = path().string();
        environment_["DECANT_CONFIG_DIR"] = DECANT_TEST_CONFIG_DIR;
        std::filesystem::create_directories(drop_ins());
    }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return directory_.path(); }
    [[nodiscard]] std::filesystem::path drop_ins() const { return path() / ".config/pipewire/decant.conf.d"; }

    void write(const std::filesystem::path& file, const std::string& text) const
    {
        std::filesystem::create_directories((path() / file).parent_path());
        std::ofstream(path() / file) << text;
    }

    void set_environment(const std::string& name, const std::string& value) { environment_[name] = value; }

    [[nodiscard]] Result decant(Arguments arguments,
                                std::chrono::milliseconds limit = std::chrono::minutes(1)) const
    {
        arguments.insert(arguments.begin(), DECANT_PROGRAM);
        return run(arguments, environment_, limit);
    }

    /// In the home directory.
    [[nodiscard]] Result shell(const std::string& line) const
    {
        return run({"/bin/sh", "-c", "cd \"$HOME\" && " + line}, environment_, std::chrono::minutes(1));
    }
};

} // namespace decant::tests
