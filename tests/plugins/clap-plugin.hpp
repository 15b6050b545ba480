// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-interface.hpp"

/// What the CLAP plugins of the tests have in common.
namespace decant::tests
{

/// Of an audio effect.
inline clap_plugin_descriptor_t describe_effect(const char* id, const char* name)
{
    static const char* features[] = {"audio-effect", nullptr};
    return {CLAP_VERSION_INIT, id, name, "The Decant authors", "", "", "", "1.0.0", "", features};
}

/// A plugin that plays and has extensions; what is `own` is deleted with it. Its other calls do nothing, and
/// may be replaced.
template <class Own>
clap_plugin_t make_plugin(const clap_plugin_descriptor_t& descriptor, Own* own,
                          decltype(clap_plugin_t::process) process,
                          decltype(clap_plugin_t::get_extension) extension)
{
    return {&descriptor,
            own,
            [](const clap_plugin_t*) { return true; },
            [](const clap_plugin_t* plugin) { delete static_cast<Own*>(plugin->plugin_data); },
            [](const clap_plugin_t*, double, std::uint32_t, std::uint32_t) { return true; },
            [](const clap_plugin_t*) {},
            [](const clap_plugin_t*) { return true; },
            [](const clap_plugin_t*) {},
            [](const clap_plugin_t*) {},
            process,
            extension,
            [](const clap_plugin_t*) {
            }};
}

} // namespace decant::tests
