// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/status-board.hpp"

#include "service/node-status.hpp"

#include <fmt/format.h>
#include <pipewire/extensions/metadata.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace decant::service
{

StatusBoard::StatusBoard(pw_context* context, pw_core* core)
    : metadata_(pw_context_create_metadata(context, metadata_name, nullptr, 0))
{
    if (metadata_) {
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
