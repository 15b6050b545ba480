// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/clap-editor.hpp"

#include "wine-host/plugin.hpp"

namespace decant::host
{

using protocol::FailureCode;

ClapEditor::ClapEditor(const clap_plugin_t* plugin, const clap_plugin_gui_t& gui, ClapHost& host,
                       EditorFrame& frame)
    : plugin_(plugin), gui_(gui), host_(host)
{
    if (!gui_.is_api_supported(plugin_, CLAP_WINDOW_API_WIN32, false))
        throw PluginError(FailureCode::refused,
                          "the plugin's editor does not fit into a window of its host; its "
                          "parameters are in the graph");
    if (!gui_.create(plugin_, CLAP_WINDOW_API_WIN32, false))
        throw PluginError(FailureCode::refused, "the plugin does not open its editor");
    host_.set_frame(&frame);
}

ClapEditor::~ClapEditor()
{
    host_.set_frame(nullptr);
    gui_.hide(plugin_);
    gui_.destroy(plugin_);
}

void ClapEditor::set_scale(double scale)
{
    gui_.set_scale(plugin_, scale);
}

EditorSize ClapEditor::size()
{
    EditorSize size;
    return gui_.get_size(plugin_, &size.width, &size.height) ? size : EditorSize();
}

void ClapEditor::attach(void* window)
{
    clap_window_t parent{};
    parent.api = CLAP_WINDOW_API_WIN32;
    parent.win32 = window;
    if (!gui_.set_parent(plugin_, &parent))
        throw PluginError(FailureCode::refused, "the plugin does not open its editor");
    gui_.show(plugin_); // some have nothing to do there, and say no
}

bool ClapEditor::can_resize()
{
    return gui_.can_resize(plugin_);
}

EditorSize ClapEditor::nearest(EditorSize wanted)
{
    EditorSize size = wanted;
    return gui_.adjust_size(plugin_, &size.width, &size.height) ? size : this->size();
}

void ClapEditor::resized(EditorSize size)
{
    gui_.set_size(plugin_, size.width, size.height);
}

} // namespace decant::host
