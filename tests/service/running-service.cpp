// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/running-service.hpp"

#include <filesystem>
#include <fstream>
#include <sndfile.h>
#include <stdexcept>
#include <vector>

namespace decant::service
{

namespace fs = std::filesystem;

RunningService::RunningService()
{
    session_.set_environment("DECANT_CONFIG_DIR", DECANT_TEST_CONFIG_DIR);
}

void RunningService::start(const tests::Arguments& options)
{
    tests::Arguments arguments{DECANTD};
    arguments.insert(arguments.end(), options.begin(), options.end());
    process_ = session_.spawn(arguments);
}

void RunningService::start_by(tests::Arguments program)
{
    program.emplace_back(DECANTD);
    process_ = session_.spawn(program);
}

void RunningService::write_tone(const std::string& name) const
{
    SF_INFO info{};
    info.samplerate = 48000;
    info.channels = 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    SNDFILE* file = sf_open((session_.home() / name).c_str(), SFM_WRITE, &info);
    if (file == nullptr)
        throw std::runtime_error(sf_strerror(nullptr));
    const std::vector<float> samples(4800, 0.25F);
    sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
    sf_close(file);
}

void RunningService::configure(const std::string& text, const std::string& directory) const
{
    const auto folder = session_.config_home() / "pipewire" / directory;
    fs::create_directories(folder);
    std::ofstream(folder / "rack.conf.new") << text;
    fs::rename(folder / "rack.conf.new", folder / "rack.conf");
}

tests::Result RunningService::decant(tests::Arguments arguments) const
{
    arguments.insert(arguments.begin(), DECANT);
    return session_.run(arguments);
}

nlohmann::json RunningService::listed(const std::string& name) const
{
    const auto result = decant({"list", "--json"});
    const auto list = nlohmann::json::parse(result.output, nullptr, false);
    if (list.is_array())
        for (const auto& node : list)
            if (node.at("name") == name)
                return node;
    return nullptr;
}

bool RunningService::wait_for_state(const std::string& name, const std::string& state) const
{
    return tests::wait_until([&] {
        const auto node = listed(name);
        return !node.is_null() && node.at("state") == state &&
               (state != "running" || !node.at("id").is_null());
    });
}

nlohmann::json RunningService::serial(const std::string& name) const
{
    return property(name, "object.serial");
}

nlohmann::json RunningService::property(const std::string& name, const char* key) const
{
    const auto node = session_.graph().find_node("decant." + name);
    return node ? node->at("info").at("props").value(key, nlohmann::json()) : nlohmann::json();
}

nlohmann::json RunningService::parameters(const std::string& name) const
{
    const auto node = session_.graph().find_node("decant." + name);
    const auto props = node ? node->at("info").at("params").value("Props", nlohmann::json::array())
                            : nlohmann::json::array();
    return props.empty() ? nlohmann::json() : props.at(0).value("params", nlohmann::json());
}

} // namespace decant::service
