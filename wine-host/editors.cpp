// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/editors.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace decant::host
{
namespace
{

using protocol::FailureCode;

std::optional<protocol::EditorPlace> place_of(const protocol::EditorRequest& request, const std::string& part)
{
    const auto found = std::find_if(request.places.begin(), request.places.end(),
                                    [&part](const auto& each) { return each.part == part; });
    return found != request.places.end() ? std::optional(found->place) : std::nullopt;
}

} // namespace

void Editors::open(Plugin& plugin, const protocol::EditorRequest& request)
{
    bool known = false;
    bool opened = false;
    for (const auto& [name, part] : plugin.parts()) {
        if (!request.part.empty() && request.part != name)
            continue;
        known = true;
        const auto description = part.describe();
        if (!description.has_editor)
            continue;
        opened = true;
        if (const auto there = windows_.find(name); there != windows_.end()) {
            there->second->raise();
            continue;
        }
        const std::string title = request.title + " \xe2\x80\x93 " + description.name;
        auto window = std::make_unique<EditorWindow>(part, title, place_of(request, name), request.scale);
        reports_.push_back({name, true, window->place()});
        windows_[name] = std::move(window);
    }
    if (!known)
        throw PluginError(FailureCode::other, "there is no plugin '" + request.part +
                                                  "' in the node; leave the name out to open what there is");
    if (!opened)
        throw PluginError(FailureCode::refused, "the plugin has no editor; its parameters are in the graph");
}

void Editors::close(const std::string& part)
{
    for (auto each = windows_.begin(); each != windows_.end();) {
        if (!part.empty() && each->first != part) {
            ++each;
            continue;
        }
        reports_.push_back({each->first, false, each->second->place()});
        each = windows_.erase(each);
    }
}

std::vector<protocol::EditorReport> Editors::work()
{
    for (auto each = windows_.begin(); each != windows_.end();) {
        const auto here = each++;
        if (here->second->closing()) {
            reports_.push_back({here->first, false, here->second->place()});
            windows_.erase(here);
        } else if (here->second->take_moved()) {
            reports_.push_back({here->first, true, here->second->place()});
        }
    }
    return std::exchange(reports_, {});
}

} // namespace decant::host
