// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/editor.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/protocol/editor-messages.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct HWND__;

namespace decant::host
{

/// A plugin's editor in a window of its own on the desktop, not embedded in anybody's: embedding is what
/// breaks with new versions of Wine. Lives and works on the main thread, so that it costs the audio thread
/// nothing. All functions are [main].
class EditorWindow final : private EditorFrame
{
    HWND__* window_ = nullptr;
    std::unique_ptr<Editor> editor_;
    const double wanted_scale_;
    bool resizable_ = false;
    bool resizing_ = false; ///< as we or the plugin want it, and not as somebody drags it
    bool closing_ = false;
    std::uint64_t moved_at_ = 0; ///< in ms since Windows' start; 0: it is where the service knows

    // EditorFrame
    bool resize(EditorSize size) noexcept override;
    void show(bool shown) noexcept override;

    void make_window(const std::string& title, const std::optional<protocol::EditorPlace>& place);
    void fit();
    void set_resizable(bool resizable);
    [[nodiscard]] double scale() const;
    [[nodiscard]] EditorSize inside() const;

    static std::intptr_t __stdcall procedure(HWND__* window, unsigned message, std::uintptr_t first,
                                             std::intptr_t second) noexcept;
    std::intptr_t handle(unsigned message, std::uintptr_t first, std::intptr_t second);
    void constrain(void* position);
    void give_focus() const;

public:
    /// Opens the editor of `plugin`, at `place` if any of that is on a screen. `scale` as
    /// Editor::set_scale(), zero for what Windows says. Throws PluginError.
    EditorWindow(Plugin& plugin, const std::string& title, const std::optional<protocol::EditorPlace>& place,
                 double scale);

    /// Closes it. Not from inside its own procedure.
    ~EditorWindow() override;

    EditorWindow(const EditorWindow&) = delete;
    EditorWindow& operator=(const EditorWindow&) = delete;

    /// In front of the others, with the keyboard.
    void raise() const;

    /// Somebody has clicked it away, or the plugin wants to be closed.
    [[nodiscard]] bool closing() const noexcept { return closing_; }

    [[nodiscard]] protocol::EditorPlace place() const;

    /// Whether it has come to rest at another place, or with another size, since the last time.
    [[nodiscard]] bool take_moved();
};

} // namespace decant::host
