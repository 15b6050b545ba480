// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/status-board.hpp"

#include "service/node-status.hpp"

#include <fmt/format.h>
#include <pipewire/extensions/metadata.h>
#include <spa/utils/string.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace decant::service
{

StatusBoard::StatusBoard(pw_context* context, pw_core* core, std::function<void(Request)> on_request)
    : on_request_(std::move(on_request)),
      metadata_(pw_context_create_metadata(context, metadata_name, nullptr, 0))
{
    static constexpr pw_impl_metadata_events events = [] {
        pw_impl_metadata_events table{};
        table.version = PW_VERSION_IMPL_METADATA_EVENTS;
        table.property = [](void* data, std::uint32_t subject, const char* key, const char*,
                            const char* text) {
            if (subject == 0 && key != nullptr && text != nullptr && spa_streq(key, request_key))
                if (auto request = parse_request(text))
                    static_cast<StatusBoard*>(data)->on_request_(std::move(*request));
            return 0;
        };
        return table;
    }();
    if (metadata_) {
        pw_impl_metadata_add_listener(metadata_.get(), listener_.hook(), &events, this);
        const auto* properties = pw_impl_metadata_get_properties(metadata_.get());
        exported_.reset(pw_core_export(core, PW_TYPE_INTERFACE_Metadata, &properties->dict,
                                       pw_impl_metadata_get_implementation(metadata_.get()), 0));
    }
    if (!exported_)
        throw std::runtime_error(fmt::format("cannot export the metadata object '{}': {}; is "
                                             "libpipewire-module-metadata in context.modules of decant.conf?",
                                             metadata_name, std::strerror(errno)));
}

void StatusBoard::set(const std::string& key, const std::string& json)
{
    pw_impl_metadata_set_property(metadata_.get(), 0, key.c_str(), metadata_type, json.c_str());
}

void StatusBoard::remove(const std::string& key)
{
    pw_impl_metadata_set_property(metadata_.get(), 0, key.c_str(), nullptr, nullptr);
}

} // namespace decant::service
