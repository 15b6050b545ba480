// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wire.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What service and host tell each other about the windows of a plugin's editors.
namespace decant::protocol
{

/// Where an editor's window is: the corner of its outside and the size of its inside, in pixels.
struct EditorPlace {
    std::int32_t x = 0;
    std::int32_t y = 0;
    std::uint32_t width = 0; ///< zero, as the height: the plugin's own
    std::uint32_t height = 0;

    bool operator==(const EditorPlace&) const = default;
};

/// Of one of the windows that a plugin has: in a chain `part` is the plugin's name, else it is empty.
struct PartPlace {
    std::string part;
    EditorPlace place;
};

/// Editors are to be opened.
struct EditorRequest {
    std::string part;              ///< in a chain only this one; empty: all there are
    std::string title;             ///< for people; the plugin's name is added
    double scale = 0;              ///< as Editor::set_scale(); zero: what Windows says
    std::vector<PartPlace> places; ///< where windows were the last time
};

/// What has become of an editor's window.
struct EditorReport {
    std::string part;
    bool open = false;
    EditorPlace place;
};

inline void put(WireWriter& out, const EditorPlace& place)
{
    out.put(place.x).put(place.y).put(place.width).put(place.height);
}

/// Brought into the range that windows can have.
inline EditorPlace get_place(WireReader& in)
{
    constexpr std::int32_t farthest = 1 << 20;
    constexpr std::uint32_t largest = 16384;
    EditorPlace place;
    place.x = std::clamp(in.get<std::int32_t>(), -farthest, farthest);
    place.y = std::clamp(in.get<std::int32_t>(), -farthest, farthest);
    place.width = std::min(in.get<std::uint32_t>(), largest);
    place.height = std::min(in.get<std::uint32_t>(), largest);
    return place;
}

inline std::vector<std::byte> encode(const EditorRequest& request)
{
    WireWriter out;
    out.put_text(request.part).put_text(request.title).put(request.scale);
    out.put(static_cast<std::uint32_t>(request.places.size()));
    for (const auto& [part, place] : request.places) {
        out.put_text(part);
        put(out, place);
    }
    return {out.bytes().begin(), out.bytes().end()};
}

/// Nothing if the payload is damaged.
inline std::optional<EditorRequest> decode_editor_request(std::span<const std::byte> payload)
{
    constexpr double largest_scale = 8;
    WireReader in(payload);
    EditorRequest request;
    request.part = in.get_text();
    request.title = in.get_text();
    request.scale = in.get<double>();
    if (!(request.scale >= 0 && request.scale <= largest_scale))
        return std::nullopt;
    const auto count = in.get<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        auto& each = request.places.emplace_back();
        each.part = in.get_text();
        each.place = get_place(in);
    }
    return in.complete() ? std::optional(std::move(request)) : std::nullopt;
}

inline std::vector<std::byte> encode(const EditorReport& report)
{
    WireWriter out;
    out.put_text(report.part).put(report.open);
    put(out, report.place);
    return {out.bytes().begin(), out.bytes().end()};
}

/// Nothing if the payload is damaged.
inline std::optional<EditorReport> decode_editor_report(std::span<const std::byte> payload)
{
    WireReader in(payload);
    EditorReport report;
    report.part = in.get_text();
    report.open = in.get<std::uint8_t>() != 0; // a bool may only be read from 0 and 1
    report.place = get_place(in);
    return in.complete() ? std::optional(std::move(report)) : std::nullopt;
}

} // namespace decant::protocol
