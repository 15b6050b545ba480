// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/pipewire-handles.hpp"
#include "service/request.hpp"

#include <pipewire/impl.h>

#include <functional>
#include <memory>
#include <string>

namespace decant::service
{

/// The metadata object `decant`, in which everybody can read how the rack is, and leave a request. Whatever
/// else others write there is not read. All functions: [main].
class StatusBoard
{
    struct MetadataDeleter {
        void operator()(pw_impl_metadata* metadata) const noexcept { pw_impl_metadata_destroy(metadata); }
    };

    std::function<void(Request)> on_request_;
    std::unique_ptr<pw_impl_metadata, MetadataDeleter> metadata_;
    Listener listener_;
    std::unique_ptr<pw_proxy, ProxyDeleter> exported_; // gone before what it exports

public:
    /// The context must have loaded libpipewire-module-metadata. `on_request` is called from inside an event
    /// of the object, and must not use the board. Throws std::runtime_error.
    StatusBoard(pw_context* context, pw_core* core, std::function<void(Request)> on_request);

    /// Sets `key` of the subject 0 to a JSON text.
    void set(const std::string& key, const std::string& json);

    void remove(const std::string& key);
};

} // namespace decant::service
