// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/setting-values.hpp"

#include "nodes/nearest-word.hpp"
#include "service/special-file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <regex.h>
#include <system_error>

namespace decant::service
{

namespace fs = std::filesystem;

namespace
{

std::string shown(const JsonValue& value)
{
    switch (value.kind) {
    case JsonValue::Kind::array:
        return "an array";
    case JsonValue::Kind::object:
        return "an object";
    default:
        return "'" + value.text + "'";
    }
}

std::optional<double> to_number(const JsonValue& value)
{
    double number = 0;
    const char* end = value.text.data() + value.text.size();
    if (!value.is_text() || value.text.empty())
        return std::nullopt;
    const auto [rest, error] = std::from_chars(value.text.data(), end, number);
    return error == std::errc() && rest == end && std::isfinite(number) ? std::optional(number)
                                                                        : std::nullopt;
}

/// A value, or an array of values.
std::vector<NodeSetting> elements_of(const NodeSetting& setting)
{
    if (setting.value.kind != JsonValue::Kind::array)
        return {setting};
    std::vector<NodeSetting> elements;
    for (const auto& item : setting.value.items)
        elements.push_back(part_of(setting, item));
    return elements;
}

std::string name_of_element(std::string_view key, const NodeSetting& setting)
{
    return setting.value.kind == JsonValue::Kind::array ? fmt::format("each element of {}", key)
                                                        : std::string(key);
}

} // namespace

void refuse(std::string_view key, const NodeSetting& setting, std::string_view expected)
{
    throw SettingError(fmt::format("{} must be {}, not {}", key, expected, shown(setting.value)),
                       setting.where);
}

std::string read_text(std::string_view key, const NodeSetting& setting)
{
    if (!setting.value.is_text() || setting.value.text.empty())
        refuse(key, setting, "a text");
    return setting.value.text;
}

std::size_t read_word(std::string_view key, const NodeSetting& setting,
                      std::span<const std::string_view> words)
{
    const auto text = read_text(key, setting);
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end())
        throw SettingError(fmt::format("{} must be {}, not '{}'{}", key, fmt::join(words, " or "), text,
                                       suggestion(text, words)),
                           setting.where);
    return static_cast<std::size_t>(found - words.begin());
}

std::optional<bool> to_bool(const JsonValue& value)
{
    if (value.is_text() && value.text == "true")
        return true;
    if (value.is_text() && value.text == "false")
        return false;
    return std::nullopt;
}

double read_number(std::string_view key, const NodeSetting& setting, double least, double most)
{
    const auto number = to_number(setting.value);
    if (!number || *number < least || *number > most)
        refuse(key, setting, fmt::format("a number from {} to {}", least, most));
    return *number;
}

std::uint32_t read_count(std::string_view key, const NodeSetting& setting, std::uint32_t least,
                         std::uint32_t most)
{
    const auto number = to_number(setting.value);
    if (!number || *number < least || *number > most || *number != std::floor(*number))
        refuse(key, setting, fmt::format("a whole number from {} to {}", least, most));
    return static_cast<std::uint32_t>(*number);
}

void check_name_or_expression(const std::string& name)
{
    if (name.empty())
        throw std::runtime_error("an empty name means nobody; leave it out");
    if (name.front() != '~')
        return;
    regex_t expression;
    const int error =
        name.size() == 1 ? REG_BADPAT : regcomp(&expression, name.c_str() + 1, REG_EXTENDED | REG_NOSUB);
    if (error == 0)
        return regfree(&expression);
    std::array<char, 128> reason{};
    regerror(error, nullptr, reason.data(), reason.size());
    throw std::runtime_error(
        fmt::format("'{}' is no regular expression: {}; correct it, or leave the ~ out if "
                    "it is a name",
                    name, reason.data()));
}

std::vector<std::string> read_names(std::string_view key, const NodeSetting& setting, NodeProblems& problems)
{
    if (setting.value.kind == JsonValue::Kind::object)
        refuse(key, setting, "a text or an array of texts");
    std::vector<std::string> names;
    for (const auto& element : elements_of(setting))
        problems.attempt([&] {
            names.push_back(read_text(name_of_element(key, setting), element));
            try {
                check_name_or_expression(names.back());
            } catch (const std::runtime_error& error) {
                throw SettingError(fmt::format("{}: {}", key, error.what()), element.where);
            }
        });
    return names;
}

std::uint16_t read_channels(std::string_view key, const NodeSetting& setting, NodeProblems& problems)
{
    std::uint16_t channels = 0;
    for (const auto& element : elements_of(setting))
        problems.attempt([&] {
            const auto channel = read_count(name_of_element(key, setting), element, 1, 16);
            channels = static_cast<std::uint16_t>(channels | (1u << (channel - 1)));
        });
    return channels;
}

std::map<std::string, double> read_params(std::string_view key, const NodeSetting& setting,
                                          NodeProblems& problems)
{
    if (setting.value.kind != JsonValue::Kind::object)
        refuse(key, setting, "an object of names and values, as in params = { Cutoff = 0.4 }");
    std::map<std::string, double> params;
    for (const auto& [name, position, value] : setting.value.members) {
        const auto flag = to_bool(value);
        const auto number = flag ? std::optional(*flag ? 1.0 : 0.0) : to_number(value);
        if (number)
            params[name] = *number;
        else
            problems.attempt([&, &name = name, &value = value] {
                refuse(fmt::format("{}.{}", key, name), part_of(setting, value), "a number, true or false");
            });
    }
    return params;
}

fs::path read_path(std::string_view key, const NodeSetting& setting, const fs::path& home)
{
    std::string text = read_text(key, setting);
    for (const std::string_view start : {"~/", "$HOME/", "${HOME}/"})
        if (text.starts_with(start))
            return (home / text.substr(start.size())).lexically_normal();
    return (setting.where.file.parent_path() / text).lexically_normal();
}

void require_file(std::string_view key, const NodeSetting& setting, const fs::path& path, FileKind kind)
{
    std::error_code error;
    const auto type = fs::status(path, error).type();
    if (type == fs::file_type::regular ||
        (type == fs::file_type::directory && kind == FileKind::file_or_folder))
        return;
    if (const auto other = special_file(path); !other.empty())
        throw SettingError(fmt::format("{} '{}' is {}, and no file that can be loaded; correct it", key,
                                       path.string(), other),
                           setting.where);
    if (type == fs::file_type::not_found)
        error.clear();
    if (error)
        throw SettingError(fmt::format("{} '{}' cannot be reached: {}; look at the rights of its directories",
                                       key, path.string(), error.message()),
                           setting.where);
    // The first directory that is missing tells a slip in the path from a file that was moved.
    throw SettingError(
        fmt::format("{} '{}' does not exist ('{}' does); correct it, or put the file there: as "
                    "soon as it is complete it is played",
                    key, path.string(), first_missing(path).parent_path().string()),
        setting.where, path);
}

fs::path first_missing(const fs::path& path)
{
    std::error_code error;
    auto missing = path;
    while (!fs::exists(missing.parent_path(), error) && missing.parent_path().has_relative_path())
        missing = missing.parent_path();
    return missing;
}

} // namespace decant::service
