// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/editor.hpp"
#include "wine-host/vst3-interface.hpp"

#include <functional>

namespace decant::host::vst3
{

/// The view of a VST3 controller.
class ViewEditor final : public Editor
{
    /// What the view asks of its window.
    class PlugFrame final : public HostObject<false, IPlugFrame>
    {
        ViewEditor& editor_;

    public:
        explicit PlugFrame(ViewEditor& editor) : editor_(editor) {}
        tresult PLUGIN_API resizeView(IPlugView* view, ViewRect* size) override;
    };

    EditorFrame& frame_;
    const std::function<void()> idle_;
    PlugFrame plug_frame_{*this};
    Ref<IPlugView> view_;
    bool attached_ = false;

    void tell_size(EditorSize size);

public:
    /// `idle` brings the controller up to date. Throws PluginError if there is no view for Windows.
    ViewEditor(IEditController& controller, EditorFrame& frame, std::function<void()> idle);
    ~ViewEditor() override;

    ViewEditor(const ViewEditor&) = delete;
    ViewEditor& operator=(const ViewEditor&) = delete;

    void set_scale(double scale) override;
    [[nodiscard]] EditorSize size() override;
    void attach(void* window) override;
    [[nodiscard]] bool can_resize() override;
    [[nodiscard]] EditorSize nearest(EditorSize wanted) override;
    void resized(EditorSize size) override;
    void idle() override { idle_(); }
};

} // namespace decant::host::vst3
