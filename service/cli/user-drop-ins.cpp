// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/user-drop-ins.hpp"

#include "service/cli/unfinished-file.hpp"
#include "service/configuration-files.hpp"
#include "service/spa-json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace decant::cli
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view mark = "# Made by 'decant add'";

constexpr const char* disabled_file = "decant-disabled.conf";

/// In quotes, as PipeWire reads it. Throws if it is no UTF-8, which PipeWire does not read at all.
std::string quoted(const std::string& text)
{
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
        throw std::runtime_error("its name is not UTF-8, which a configuration cannot hold; rename it");
    }
}

std::string quoted(const std::vector<std::string>& texts)
{
    std::string list = "[";
    for (const auto& text : texts)
        list += " " + quoted(text);
    return list + " ]";
}

void make_folder(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw std::runtime_error(
            fmt::format("cannot make {}: {}. Check that its parent is yours and has room", folder.string(),
                        error.message()));
}

std::string read(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

const service::JsonValue* member(const service::JsonValue& object, std::string_view key)
{
    for (const auto& each : object.members)
        if (each.key == key)
            return &each.value;
    return nullptr;
}

/// Keeps other commands from a folder until it is destroyed. Where that is impossible, as there is no such
/// folder and none can be made, or its file system knows no locks, it keeps nobody away.
class FolderLock
{
    int descriptor_;

public:
    explicit FolderLock(const fs::path& folder)
    {
        std::error_code ignored;
        fs::create_directories(folder, ignored);
        descriptor_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~FolderLock()
    {
        if (descriptor_ >= 0)
            close(descriptor_);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
};

} // namespace

UserDropIns::UserDropIns()
    : folder_(service::configuration_directories().directories.back() / "decant.conf.d")
{
}

bool UserDropIns::is_free(const std::string& name) const
{
    std::error_code error;
    return !fs::exists(fs::symlink_status(folder_ / (name + ".conf"), error));
}

fs::path UserDropIns::add(const NewNode& node) const
{
    std::string text =
        fmt::format("{}; yours to change. 'decant remove {}' deletes this file.\n", mark, node.name);
    text += "# The keys are explained in decant.conf(5).\n\ndecant.nodes = [\n    {\n";
    const auto line = [&text](std::string_view key, const std::string& value) {
        fmt::format_to(std::back_inserter(text), "        {} = {}\n", key, value);
    };
    line("name", node.name);
    line("type", node.type);
    line("path", quoted(node.path.string()));
    if (!node.plugin.empty())
        line("plugin", quoted(node.plugin));
    if (!node.prefix.empty())
        line("prefix", quoted(node.prefix.string()));
    if (!node.description.empty())
        line("description", quoted(node.description));
    if (!node.midi_from.empty())
        line("midi.from", quoted(node.midi_from));
    if (!node.output_to.empty())
        line("output.to", quoted(node.output_to));
    text += "    }\n]\n";

    make_folder(folder_);
    auto path = folder_ / (node.name + ".conf");
    UnfinishedFile file(path);
    file.write(text);
    file.finish_new();
    return path;
}

bool UserDropIns::is_added(const fs::path& path)
{
    const auto text = read(path);
    if (!text.starts_with(mark))
        return false;
    try {
        const auto content = service::parse_json_object(text);
        const auto* nodes = member(content, "decant.nodes");
        return content.members.size() == 1 && nodes != nullptr && nodes->items.size() == 1;
    } catch (const service::JsonError&) {
        return false;
    }
}

std::set<std::string> UserDropIns::disabled() const
{
    const auto path = folder_ / disabled_file;
    std::set<std::string> names;
    try {
        const auto content = service::parse_json_object(read(path));
        const auto* rules = member(content, "decant.rules");
        if (rules == nullptr || rules->items.empty())
            return names;
        const auto* matches = member(rules->items.front(), "matches");
        if (matches == nullptr)
            return names;
        for (const auto& match : matches->items)
            if (const auto* name = member(match, "name"))
                names.insert(name->text);
    } catch (const service::JsonError& error) {
        throw std::runtime_error(fmt::format("{}:{}: {}; correct it, or delete the file to enable all nodes",
                                             path.string(), error.position().line, error.what()));
    }
    return names;
}

void UserDropIns::set_disabled(const std::set<std::string>& names) const
{
    const auto path = folder_ / disabled_file;
    if (names.empty()) {
        std::error_code error;
        fs::remove(path, error);
        if (error)
            throw std::runtime_error(
                fmt::format("cannot delete {}: {}; check its permissions", path.string(), error.message()));
        return;
    }
    std::string text = "# Made by 'decant disable'; 'decant enable NAME' takes a node out.\n\n"
                       "decant.rules = [\n    {\n        matches = [\n";
    for (const auto& name : names)
        fmt::format_to(std::back_inserter(text), "            {{ name = {} }}\n", quoted(name));
    text += "        ]\n        actions = { update-props = { enabled = false } }\n    }\n]\n";
    make_folder(folder_);
    UnfinishedFile file(path);
    file.write(text);
    file.finish();
}

void UserDropIns::change_disabled(const std::function<void(std::set<std::string>& names)>& change) const
{
    const FolderLock lock(folder_);
    const auto before = disabled();
    auto names = before;
    change(names);
    if (names != before)
        set_disabled(names);
}

} // namespace decant::cli
