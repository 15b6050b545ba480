// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pipewire/extensions/metadata.h>
#include <pipewire/pipewire.h>

#include <memory>

/// Owners for the objects of libpipewire. The library wants a context destroyed before its loop and a proxy
/// before its core: declare them in this order.
namespace decant::service
{

/// Calls `destroy`, whatever it returns.
template <auto destroy>
struct PipeWireDeleter {
    template <class T>
    void operator()(T* object) const noexcept
    {
        destroy(object);
    }
};

using MainLoop = std::unique_ptr<pw_main_loop, PipeWireDeleter<pw_main_loop_destroy>>;
using Context = std::unique_ptr<pw_context, PipeWireDeleter<pw_context_destroy>>;
using Core = std::unique_ptr<pw_core, PipeWireDeleter<pw_core_disconnect>>;
using Properties = std::unique_ptr<pw_properties, PipeWireDeleter<pw_properties_free>>;

struct ProxyDeleter {
    template <class T>
    void operator()(T* proxy) const noexcept
    {
        pw_proxy_destroy(reinterpret_cast<pw_proxy*>(proxy));
    }
};

using Registry = std::unique_ptr<pw_registry, ProxyDeleter>;
using Node = std::unique_ptr<pw_node, ProxyDeleter>;
using Metadata = std::unique_ptr<pw_metadata, ProxyDeleter>;

/// A listener that leaves its list when it goes; made before the object that it listens to is used, gone
/// before it.
class Listener
{
    spa_hook hook_{};

public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() { remove(); }

    [[nodiscard]] spa_hook* hook() noexcept { return &hook_; }

    void remove() noexcept
    {
        if (hook_.link.next != nullptr)
            spa_hook_remove(&hook_);
        hook_ = {};
    }
};

/// pw_init and pw_deinit.
class PipeWireLibrary
{
public:
    PipeWireLibrary(int* argc, char*** argv) { pw_init(argc, argv); }
    PipeWireLibrary() { pw_init(nullptr, nullptr); }
    PipeWireLibrary(const PipeWireLibrary&) = delete;
    PipeWireLibrary& operator=(const PipeWireLibrary&) = delete;
    ~PipeWireLibrary() { pw_deinit(); }
};

} // namespace decant::service
