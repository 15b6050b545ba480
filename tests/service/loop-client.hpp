// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/pipewire-handles.hpp"
#include "service/usable-cpus.hpp"

#include <catch2/catch_test_macros.hpp>
#include <pipewire/pipewire.h>
#include <vector>

namespace decant::tests
{

/// A client of PipeWire that never connects, with as many data loops as wanted.
struct LoopClient {
    service::PipeWireLibrary library;
    service::MainLoop main_loop{pw_main_loop_new(nullptr)};
    service::Context context;

    explicit LoopClient(const char* loops)
        : context(pw_context_new(
              pw_main_loop_get_loop(main_loop.get()),
              pw_properties_new(PW_KEY_CONFIG_NAME, "null", "context.num-data-loops", loops, nullptr), 0))
    {
        REQUIRE(context);
    }
};

inline std::vector<unsigned> two_cpus()
{
    auto cpus = service::allowed_cpus();
    if (cpus.size() < 2)
        SKIP("needs two CPUs");
    cpus.resize(2);
    return cpus;
}

} // namespace decant::tests
