// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst2-editor.hpp"

#include "wine-host/plugin.hpp"

#include <algorithm>

namespace decant::host
{

Vst2Editor::Vst2Editor(const Vst2Effect& effect, EditorFrame*& place, EditorFrame& frame)
    : effect_(effect), frame_(place)
{
    frame_ = &frame;
}

Vst2Editor::~Vst2Editor()
{
    if (open_)
        effect_.dispatch(effEditClose);
    frame_ = nullptr;
}

void Vst2Editor::set_scale(double scale)
{
    // An extension by PreSonus, which JUCE and DPF know.
    effect_.dispatch(effVendorSpecific, CCONST('P', 'r', 'e', 'S'), CCONST('A', 'e', 'C', 's'), nullptr,
                     static_cast<float>(scale));
}

EditorSize Vst2Editor::size()
{
    ERect* rect = nullptr;
    effect_.dispatch(effEditGetRect, 0, 0, &rect);
    if (rect == nullptr)
        return {};
    const auto extent = [](int from, int to) {
        return static_cast<std::uint32_t>(std::max(to - from, 0));
    };
    return {extent(rect->left, rect->right), extent(rect->top, rect->bottom)};
}

void Vst2Editor::attach(void* window)
{
    // What it returns is no answer: many plugins that open return nothing.
    open_ = true;
    effect_.dispatch(effEditOpen, 0, 0, window);
}

void Vst2Editor::idle()
{
    // Some plugins run a loop of messages in here, in which the timer comes again.
    if (!open_ || idling_)
        return;
    idling_ = true;
    effect_.dispatch(effEditIdle);
    idling_ = false;
}

} // namespace decant::host
