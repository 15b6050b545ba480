// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/service/cli/command-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <sndfile.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

namespace decant::tests
{

/// A home directory with a sound, Organ.wav, that can be added to the rack.
class OrganHome : public CommandHome
{
public:
    OrganHome()
    {
        SF_INFO info{};
        info.samplerate = 48000;
        info.channels = 1;
        info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
        SNDFILE* file = sf_open((path() / "Organ.wav").c_str(), SFM_WRITE, &info);
        const std::vector<float> samples(4800, 0.25F);
        sf_write_float(file, samples.data(), 4800);
        sf_close(file);
    }

    std::string text_of(const std::filesystem::path& file) const
    {
        std::ifstream stream(path() / file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    nlohmann::json added(Arguments arguments) const
    {
        arguments.insert(arguments.begin(), {"add", "--json"});
        const auto result = decant(arguments);
        INFO(result.errors);
        return nlohmann::json::parse(result.output);
    }

    /// What `decant config show` has of a node.
    nlohmann::json node(const std::string& name) const
    {
        const auto shown = nlohmann::json::parse(decant({"config", "show", "--json"}).output);
        for (const auto& each : shown.at("nodes"))
            if (each.at("name") == name)
                return each;
        return nullptr;
    }

    /// Runs `decant` in the home directory without the rights of root, if that is who tests.
    Result as_anybody(const std::string& arguments) const
    {
        const std::string drop = ::geteuid() == 0 ? "setpriv --bounding-set=-all --inh-caps=-all " : "";
        return shell(drop + DECANT_PROGRAM " " + arguments);
    }

    std::string organ() const { return (path() / "Organ.wav").string(); }
};

} // namespace decant::tests
