// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/editor.hpp"
#include "wine-host/vst2-effect.hpp"

namespace decant::host
{

/// The editor of a VST2 plugin, which chooses its size itself.
class Vst2Editor final : public Editor
{
    const Vst2Effect& effect_;
    EditorFrame*& frame_;
    bool open_ = false;
    bool idling_ = false;

public:
    /// `place` is where the plugin finds its frame while the editor is there.
    Vst2Editor(const Vst2Effect& effect, EditorFrame*& place, EditorFrame& frame);
    ~Vst2Editor() override;

    Vst2Editor(const Vst2Editor&) = delete;
    Vst2Editor& operator=(const Vst2Editor&) = delete;

    void set_scale(double scale) override;
    [[nodiscard]] EditorSize size() override;
    void attach(void* window) override;
    void idle() override;
};

} // namespace decant::host
