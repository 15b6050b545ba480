// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-host.hpp"
#include "wine-host/clap-interface.hpp"
#include "wine-host/editor.hpp"

namespace decant::host
{

/// The editor of a CLAP plugin, in a window of ours.
class ClapEditor final : public Editor
{
    const clap_plugin_t* const plugin_;
    const clap_plugin_gui_t& gui_;
    ClapHost& host_;

public:
    /// Throws PluginError if the plugin makes none.
    ClapEditor(const clap_plugin_t* plugin, const clap_plugin_gui_t& gui, ClapHost& host, EditorFrame& frame);
    ~ClapEditor() override;

    ClapEditor(const ClapEditor&) = delete;
    ClapEditor& operator=(const ClapEditor&) = delete;

    void set_scale(double scale) override;
    [[nodiscard]] EditorSize size() override;
    void attach(void* window) override;
    [[nodiscard]] bool can_resize() override;
    [[nodiscard]] EditorSize nearest(EditorSize wanted) override;
    void resized(EditorSize size) override;
};

} // namespace decant::host
