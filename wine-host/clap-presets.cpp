// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/clap-presets.hpp"

#include "wine-host/text.hpp"

#include <windows.h>

#include <algorithm>
#include <cwchar>
#include <utility>

namespace decant::host
{
namespace
{

// More than any plugin has: a directory that is declared by mistake must not keep the plugin from loading.
constexpr std::size_t most_presets = 16384;
constexpr std::size_t most_files = 4096;
constexpr std::size_t most_entries = 65536; ///< of directories, presets or not
constexpr int most_levels = 8;
constexpr std::uint32_t most_providers = 64;

std::string text_of(const char* text)
{
    return text != nullptr ? std::string(text) : std::string();
}

/// What a provider has declared.
struct Declared {
    struct Place {
        std::uint32_t flags;
        std::uint32_t kind;
        std::string path;
    };

    std::vector<std::wstring> extensions; ///< an empty one stands for all files
    std::vector<Place> places;

    [[nodiscard]] bool takes(const std::wstring& file) const
    {
        const auto dot = file.rfind(L'.');
        const std::wstring extension = dot == std::wstring::npos ? L"" : file.substr(dot + 1);
        return std::any_of(extensions.begin(), extensions.end(), [&](const std::wstring& each) {
            return each.empty() || lstrcmpiW(each.c_str(), extension.c_str()) == 0;
        });
    }
};

/// Finds the files of a directory and those below it, each directory's by name.
struct Search {
    const Declared& declared;
    std::vector<std::wstring> files;
    std::size_t seen = 0;

    void add(const std::wstring& directory, int levels = most_levels)
    {
        std::vector<std::pair<std::wstring, bool>> entries;
        WIN32_FIND_DATAW found{};
        const HANDLE search = FindFirstFileW((directory + L"\\*").c_str(), &found);
        if (search == INVALID_HANDLE_VALUE)
            return;
        do {
            const bool below = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
            if (std::wcscmp(found.cFileName, L".") != 0 && std::wcscmp(found.cFileName, L"..") != 0)
                entries.emplace_back(found.cFileName, below);
        } while (++seen < most_entries && FindNextFileW(search, &found) != 0);
        FindClose(search);
        std::sort(entries.begin(), entries.end());
        for (const auto& [name, below] : entries) {
            if (files.size() == most_files || seen >= most_entries)
                return;
            if (!below && declared.takes(name))
                files.push_back(directory + L'\\' + name);
            else if (below && levels > 0)
                add(directory + L'\\' + name, levels - 1);
        }
    }
};

/// All presets of a place that are for one plugin.
struct Harvest {
    struct Found {
        ClapPreset preset;
        bool named = false; ///< it says for which plugin it is
        bool fits = false;
    };

    const std::string& id;
    const bool only_one;
    std::vector<ClapPreset>& presets;
    clap::PlaceKind kind = clap::place_file;
    std::string path = {};
    std::vector<Found> found = {};

    void take(const clap::PresetProvider& provider, clap::PlaceKind where, const std::string& file)
    {
        kind = where;
        path = file;
        found.clear();
        const clap::MetadataReceiver receiver = make_receiver();
        // A file that the provider cannot read is one that the plugin could not load, either.
        if (!provider.get_metadata(&provider, kind, kind == clap::place_file ? path.c_str() : nullptr,
                                   &receiver))
            return;
        for (auto& each : found)
            if (presets.size() < most_presets && (each.named ? each.fits : only_one))
                presets.push_back(std::move(each.preset));
    }

private:
    static Harvest& of(const clap::MetadataReceiver* receiver)
    {
        return *static_cast<Harvest*>(receiver->data);
    }

    bool begin(const char* name, const char* key)
    {
        std::string shown = name != nullptr ? from_plugin(name) : std::string();
        if (shown.empty()) {
            const auto file = path.substr(path.find_last_of("\\/") + 1);
            shown = file.substr(0, file.rfind('.'));
        }
        found.push_back({{std::move(shown), kind, path, text_of(key)}});
        return found.size() < most_presets;
    }

    void add_plugin(const clap::UniversalPluginId* plugin)
    {
        if (found.empty() || plugin == nullptr)
            return;
        found.back().named = true;
        found.back().fits |= text_of(plugin->abi) == "clap" && text_of(plugin->id) == id;
    }

    clap::MetadataReceiver make_receiver()
    {
        using Receiver = const clap::MetadataReceiver*;
        return {
            this,
            [](Receiver, std::int32_t, const char*) {},
            [](Receiver receiver, const char* name, const char* key) {
                return of(receiver).begin(name, key);
            },
            [](Receiver receiver, const clap::UniversalPluginId* plugin) { of(receiver).add_plugin(plugin); },
            [](Receiver, const char*) {},
            [](Receiver, std::uint32_t) {},
            [](Receiver, const char*) {},
            [](Receiver, const char*) {},
            [](Receiver, std::uint64_t, std::uint64_t) {},
            [](Receiver, const char*) {},
            [](Receiver, const char*, const char*) {},
        };
    }
};

clap::PresetIndexer indexer_for(Declared& declared)
{
    return {
        CLAP_VERSION_INIT,
        "Decant",
        "The Decant authors",
        "",
        "",
        &declared,
        [](const clap::PresetIndexer* indexer, const clap::PresetFiletype* type) {
            if (type == nullptr)
                return false;
            static_cast<Declared*>(indexer->data)->extensions.push_back(to_wide(text_of(type->extension)));
            return true;
        },
        [](const clap::PresetIndexer* indexer, const clap::PresetPlace* place) {
            if (place == nullptr || place->kind > clap::place_plugin)
                return false;
            static_cast<Declared*>(indexer->data)
                ->places.push_back({place->flags, place->kind, text_of(place->path)});
            return true;
        },
        [](const clap::PresetIndexer*, const void*) { return true; },
        [](const clap::PresetIndexer*, const char*) -> const void* { return nullptr; },
    };
}

void harvest(const clap::PresetProvider& provider, const Declared& declared, Harvest& into)
{
    for (const auto& place : declared.places) {
        if (place.kind == clap::place_plugin) {
            into.take(provider, clap::place_plugin, {});
            continue;
        }
        if ((place.flags & clap::factory_content) == 0)
            continue;
        const std::wstring path = to_wide(place.path);
        const DWORD attributes = GetFileAttributesW(path.c_str());
        if (attributes == INVALID_FILE_ATTRIBUTES)
            continue;
        Search search{declared, {}};
        if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
            search.add(path);
        else
            search.files.push_back(path);
        for (const auto& file : search.files)
            into.take(provider, clap::place_file, to_utf8(file));
    }
}

} // namespace

std::vector<ClapPreset> find_clap_presets(const clap_plugin_entry_t& entry, const std::string& id,
                                          bool only_one)
{
    std::vector<ClapPreset> presets;
    const void* found = entry.get_factory(clap::preset_discovery);
    if (found == nullptr)
        found = entry.get_factory(clap::preset_discovery_draft);
    if (found == nullptr)
        return presets;
    const auto& factory = *static_cast<const clap::PresetDiscoveryFactory*>(found);
    const std::uint32_t count = std::min(factory.count(&factory), most_providers);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto* description = factory.get_descriptor(&factory, i);
        if (description == nullptr || description->id == nullptr)
            continue;
        Declared declared;
        const clap::PresetIndexer indexer = indexer_for(declared);
        const auto* provider = factory.create(&factory, &indexer, description->id);
        if (provider == nullptr)
            continue;
        Harvest all{id, only_one, presets};
        if (provider->init(provider))
            harvest(*provider, declared, all);
        provider->destroy(provider);
    }
    return presets;
}

} // namespace decant::host
