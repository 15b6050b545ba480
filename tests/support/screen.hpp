// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/child-process.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct _XDisplay;

namespace decant::tests
{

/// A window of a program, by X11's number.
struct ScreenWindow {
    unsigned long id;
    std::string title;
    int x; ///< on the screen
    int y;
    int width; ///< of what the program draws
    int height;
    bool resizable; ///< by people
    bool icon;
};

/// What is in a window.
struct Picture {
    int width = 0;
    int height = 0;
    std::vector<std::uint32_t> pixels; ///< 0xRRGGBB, row by row

    [[nodiscard]] std::uint32_t at(int x, int y) const;
    [[nodiscard]] std::size_t colours() const;
};

/// A screen that nobody sees (Xvfb), without a window manager, and a hand and an eye for it. All functions:
/// [main].
class Screen
{
    std::unique_ptr<ChildProcess> server_;
    std::string name_;
    _XDisplay* display_ = nullptr;

    [[nodiscard]] std::vector<ScreenWindow> windows() const;

public:
    /// Throws std::runtime_error if there is no Xvfb, or it does not come up.
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    /// What DISPLAY has to be.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The window of that title that can be seen now.
    [[nodiscard]] std::optional<ScreenWindow> find(const std::string& title) const;

    /// The same, and waits for it. Throws std::runtime_error.
    ScreenWindow wait_for(const std::string& title) const;
    [[nodiscard]] bool wait_for_end_of(const std::string& title) const;

    [[nodiscard]] Picture look_at(const ScreenWindow& window) const;

    /// With a mouse button at a place in the window: 1 is the left one, 3 the right one.
    void click(const ScreenWindow& window, int x, int y, unsigned button = 1) const;
    void type(const ScreenWindow& window, char digit) const;
    void move(const ScreenWindow& window, int x, int y) const;
    void resize(const ScreenWindow& window, int width, int height) const;

    /// As the cross in its corner does.
    void close(const ScreenWindow& window) const;
};

} // namespace decant::tests
