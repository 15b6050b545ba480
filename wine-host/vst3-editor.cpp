// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst3-editor.hpp"

#include "wine-host/plugin.hpp"

#include <algorithm>
#include <utility>

namespace decant::host::vst3
{
namespace
{

using protocol::FailureCode;

EditorSize size_of(const ViewRect& rect)
{
    return {static_cast<std::uint32_t>(std::max(rect.getWidth(), 0)),
            static_cast<std::uint32_t>(std::max(rect.getHeight(), 0))};
}

ViewRect rect_of(EditorSize size)
{
    return {0, 0, static_cast<int32>(size.width), static_cast<int32>(size.height)};
}

} // namespace

ViewEditor::ViewEditor(IEditController& controller, EditorFrame& frame, std::function<void()> idle)
    : frame_(frame), idle_(std::move(idle)), view_(controller.createView(ViewType::kEditor))
{
    if (!view_ || view_->isPlatformTypeSupported(kPlatformTypeHWND) != kResultTrue)
        throw PluginError(FailureCode::refused, "the plugin has no editor for Windows; its parameters are "
                                                "in the graph");
    view_->setFrame(&plug_frame_);
}

ViewEditor::~ViewEditor()
{
    if (attached_)
        view_->removed();
    view_->setFrame(nullptr);
}

void ViewEditor::set_scale(double scale)
{
    if (const auto support = query<IPlugViewContentScaleSupport>(view_.get()))
        support->setContentScaleFactor(static_cast<float>(scale));
}

EditorSize ViewEditor::size()
{
    ViewRect rect;
    return view_->getSize(&rect) == kResultOk ? size_of(rect) : EditorSize();
}

void ViewEditor::attach(void* window)
{
    if (view_->attached(window, kPlatformTypeHWND) != kResultOk)
        throw PluginError(FailureCode::refused, "the plugin does not open its editor");
    attached_ = true;
}

bool ViewEditor::can_resize()
{
    return view_->canResize() == kResultTrue;
}

EditorSize ViewEditor::nearest(EditorSize wanted)
{
    // Its answer is not to be relied on: some say no and give the size all the same.
    ViewRect rect = rect_of(wanted);
    view_->checkSizeConstraint(&rect);
    return size_of(rect);
}

void ViewEditor::tell_size(EditorSize size)
{
    ViewRect rect = rect_of(size);
    view_->onSize(&rect);
}

void ViewEditor::resized(EditorSize size)
{
    if (attached_)
        tell_size(size);
}

tresult PLUGIN_API ViewEditor::PlugFrame::resizeView(IPlugView* view, ViewRect* size)
{
    if (size == nullptr || view != editor_.view_.get())
        return kInvalidArgument;
    const EditorSize wanted = size_of(*size);
    if (!editor_.frame_.resize(wanted))
        return kResultFalse;
    editor_.tell_size(wanted);
    return kResultTrue;
}

} // namespace decant::host::vst3
