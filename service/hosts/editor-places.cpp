// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/editor-places.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace decant::service
{
namespace fs = std::filesystem;

namespace
{

using Json = nlohmann::json;

constexpr const char* windows_key = "windows";

/// An object, whatever is in the file.
Json contents(const fs::path& file)
{
    Json object = Json::parse(std::ifstream(file), nullptr, false);
    if (!object.is_object())
        object = Json::object();
    if (Json& windows = object[windows_key]; !windows.is_object())
        windows = Json::object();
    return object;
}

/// Nothing if it is not one: anybody can edit the file.
std::optional<protocol::EditorPlace> place_of(const Json& window)
{
    for (const char* key : {"x", "y", "width", "height"})
        if (!window.is_object() || !window.contains(key) || !window[key].is_number_integer())
            return std::nullopt;
    return protocol::EditorPlace{window["x"].get<std::int32_t>(), window["y"].get<std::int32_t>(),
                                 window["width"].get<std::uint32_t>(), window["height"].get<std::uint32_t>()};
}

} // namespace

EditorPlaces::EditorPlaces(const fs::path& state_file) : file_(state_file)
{
    if (!file_.empty())
        file_.replace_extension(".editor");
}

std::vector<protocol::PartPlace> EditorPlaces::read() const
{
    std::vector<protocol::PartPlace> places;
    if (file_.empty())
        return places;
    const Json object = contents(file_);
    for (const auto& [part, window] : object.at(windows_key).items())
        if (const auto place = place_of(window))
            places.push_back({part, *place});
    return places;
}

void EditorPlaces::keep(std::string_view part, const protocol::EditorPlace& place) const
{
    if (file_.empty())
        return;
    Json object = contents(file_);
    Json& window = object[windows_key][std::string(part)];
    if (place_of(window) == place)
        return;
    if (!window.is_object())
        window = Json::object();
    window.update({{"x", place.x}, {"y", place.y}, {"width", place.width}, {"height", place.height}});

    std::error_code ignored;
    fs::create_directories(file_.parent_path(), ignored);
    const fs::path fresh = file_.string() + ".new";
    std::ofstream out(fresh);
    out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    out.close();
    if (!out || std::rename(fresh.c_str(), file_.c_str()) != 0)
        throw std::runtime_error("the place of the editor's window is not kept: cannot write " +
                                 file_.string() + ": " + std::strerror(errno) +
                                 "; check its permissions and the room on its disk");
}

} // namespace decant::service
