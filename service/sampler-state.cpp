// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/sampler-state.hpp"

#include "service/hosts/state-file.hpp"
#include "service/log.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <exception>
#include <utility>
#include <vector>

namespace decant::service
{

namespace
{

constexpr const char* values_key = "values";
constexpr const char* configured_key = "configured";

std::vector<std::byte> encode(const ParameterValues& values, const ParameterValues& configured)
{
    const std::string text = nlohmann::json{{values_key, values}, {configured_key, configured}}.dump(
        1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

ParameterValues numbers_of(const nlohmann::json& state, const char* key)
{
    ParameterValues numbers;
    if (const auto found = state.find(key); found != state.end() && found->is_object())
        for (const auto& [name, value] : found->items())
            if (value.is_number())
                numbers.emplace(name, value.get<double>());
    return numbers;
}

nlohmann::json decode(const std::vector<std::byte>& bytes)
{
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    auto state = nlohmann::json::parse(text, nullptr, false);
    return state.is_object() ? state : nlohmann::json::object();
}

} // namespace

SamplerState::SamplerState(const std::string& node, const std::filesystem::path& instrument)
    : identity_("sampler:" + instrument.string())
{
    try {
        file_ = state_file_of(node);
    } catch (const std::exception& error) {
        log_of_node(node, Severity::warning, error.what());
    }
}

ParameterValues SamplerState::read(const std::string& node, const ParameterValues& configured)
try {
    if (file_.empty())
        return {};
    StateReading reading = read_state_file_of(file_, identity_);
    complaints_ = std::move(reading.problems);
    for (const auto& complaint : complaints_)
        log_of_node(node, Severity::warning, complaint);
    file_ = reading.file;
    if (!reading.state)
        return {};
    const auto state = decode(reading.state->bytes);
    written_ = numbers_of(state, values_key);
    configured_ = numbers_of(state, configured_key);
    auto values = written_;
    for (const auto& [name, before] : configured_)
        if (const auto now = configured.find(name); now != configured.end() && now->second != before)
            values.erase(name);
    return values;
} catch (const std::exception& error) {
    // Whatever it is, it is not to be overwritten.
    unkept_ = fmt::format("{} Until then, and a restart of decantd, the state is not saved.", error.what());
    log_of_node(node, Severity::error, unkept_);
    file_.clear();
    return {};
}

std::string SamplerState::write_locked(const ParameterValues& values, const ParameterValues& configured)
try {
    if (file_.empty())
        return unkept_;
    if (values == written_ && (configured == configured_ || values.empty()))
        return {};
    write_state_file(file_, {identity_, encode(values, configured)});
    written_ = values;
    configured_ = configured;
    return {};
} catch (const std::exception& error) {
    return error.what();
}

std::string SamplerState::write(const ParameterValues& values, const ParameterValues& configured)
{
    const std::scoped_lock lock(mutex_);
    return finished_ ? std::string() : write_locked(values, configured);
}

std::string SamplerState::finish(const ParameterValues& values, const ParameterValues& configured)
{
    const std::scoped_lock lock(mutex_);
    finished_ = true;
    return write_locked(values, configured);
}

} // namespace decant::service
