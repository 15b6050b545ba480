// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace decant::host
{

/// Pixels of the inside of a window.
struct EditorSize {
    static constexpr int most = 16384; ///< of each; no window is larger
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    bool operator==(const EditorSize&) const = default;
};

/// The window around an editor, as the plugin knows it. All functions are [main].
class EditorFrame
{
public:
    virtual ~EditorFrame() = default;

    /// The plugin wants to have another size; false if it does not get it. Editor::resized() is not called.
    virtual bool resize(EditorSize size) noexcept = 0;

    /// The plugin wants to be seen, or to be closed.
    virtual void show(bool shown) noexcept = 0;
};

/// A plugin's editor, from its making to its end. One class per format implements it. All functions are
/// [main], and whatever they call may call the frame.
class Editor
{
public:
    /// Takes it out of the window, which is still there.
    virtual ~Editor() = default;

    /// Pixels of the screen for one of a plain screen with 96 dots per inch. Before attach(), and whenever it
    /// changes.
    virtual void set_scale(double) {}

    /// Nothing if the plugin does not know yet.
    [[nodiscard]] virtual EditorSize size() = 0;

    /// Puts it into `window`, a HWND. Once. Throws PluginError.
    virtual void attach(void* window) = 0;

    /// Whether people may give it another size.
    [[nodiscard]] virtual bool can_resize() { return false; }

    /// The size nearest to `wanted` that it can have.
    [[nodiscard]] virtual EditorSize nearest(EditorSize wanted) { return wanted; }

    /// The window has another size now, which the plugin did not ask for.
    virtual void resized(EditorSize) {}

    /// Some thirty times a second.
    virtual void idle() {}
};

} // namespace decant::host
