// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/screen.hpp"

#include "tests/support/wait-until.hpp"

#include <fmt/format.h>

#include <array>
#include <set>
#include <stdexcept>

#include <unistd.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>

namespace decant::tests
{
namespace
{

/// A window may be gone by the time that it is asked about.
int ignore_error(Display*, XErrorEvent*)
{
    return 0;
}

std::string text_property(Display* display, Window window, const char* name)
{
    Atom type = 0;
    int format = 0;
    unsigned long count = 0;
    unsigned long left = 0;
    unsigned char* bytes = nullptr;
    if (XGetWindowProperty(display, window, XInternAtom(display, name, False), 0, 1024, False,
                           AnyPropertyType, &type, &format, &count, &left, &bytes) != Success ||
        bytes == nullptr)
        return {};
    std::string text(reinterpret_cast<const char*>(bytes), format == 8 ? count : 0);
    if (format != 8 && count != 0)
        text = "?"; // there is something
    XFree(bytes);
    return text;
}

void collect(Display* display, Window window, std::vector<Window>& all)
{
    Window root = 0;
    Window parent = 0;
    Window* children = nullptr;
    unsigned count = 0;
    if (XQueryTree(display, window, &root, &parent, &children, &count) == 0)
        return;
    for (unsigned i = 0; i < count; ++i) {
        all.push_back(children[i]);
        collect(display, children[i], all);
    }
    if (children != nullptr)
        XFree(children);
}

std::string next_name()
{
    constexpr int names_of_process = 64;
    static int number = 100 + ::getpid() % 900 * names_of_process;
    return fmt::format(":{}", number++);
}

/// As a window manager does when it shows a window: Wine 10 waits for that before it heeds another place or
/// size.
void manage(Display* display, Window window)
{
    const Atom state = XInternAtom(display, "WM_STATE", False);
    const std::array<long, 2> normal{NormalState, None};
    XChangeProperty(display, window, state, state, 32, PropModeReplace,
                    reinterpret_cast<const unsigned char*>(normal.data()), static_cast<int>(normal.size()));
    XSync(display, False);
}

bool can_be_resized(Display* display, Window window)
{
    XSizeHints hints{};
    long given = 0;
    if (XGetWMNormalHints(display, window, &hints, &given) == 0 || (hints.flags & PMinSize) == 0 ||
        (hints.flags & PMaxSize) == 0)
        return true;
    return hints.min_width != hints.max_width || hints.min_height != hints.max_height;
}

} // namespace

std::uint32_t Picture::at(int x, int y) const
{
    return pixels.at(static_cast<std::size_t>(y * width + x));
}

std::size_t Picture::colours() const
{
    return std::set<std::uint32_t>(pixels.begin(), pixels.end()).size();
}

Screen::Screen()
{
    XSetErrorHandler(ignore_error);
    // Never a name that was in use a moment ago: Wine's programs on that screen may not have noticed yet that
    // it is gone.
    constexpr int attempts = 20;
    for (int i = 0; i < attempts && name_.empty(); ++i) {
        const auto name = next_name();
        server_ = std::make_unique<ChildProcess>(
            Arguments{"Xvfb", name, "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"},
            own_environment());
        // It says its number when it listens.
        if (!wait_until([this] { return server_->output().ends_with('\n') || !server_->running(); }))
            break;
        if (server_->running())
            name_ = name;
    }
    if (name_.empty())
        throw std::runtime_error("Xvfb does not come up: " + server_->errors());
    display_ = XOpenDisplay(name_.c_str());
    if (display_ == nullptr)
        throw std::runtime_error("cannot connect to Xvfb at " + name_);
}

Screen::~Screen()
{
    if (display_ != nullptr)
        XCloseDisplay(display_);
    server_->stop(); // so that it takes its socket with it
}

std::vector<ScreenWindow> Screen::windows() const
{
    std::vector<Window> all;
    collect(display_, DefaultRootWindow(display_), all);
    std::vector<ScreenWindow> seen;
    for (const Window window : all) {
        XWindowAttributes attributes{};
        if (XGetWindowAttributes(display_, window, &attributes) == 0 || attributes.map_state != IsViewable)
            continue;
        auto title = text_property(display_, window, "_NET_WM_NAME");
        if (title.empty())
            continue;
        Window child = 0;
        int x = 0;
        int y = 0;
        XTranslateCoordinates(display_, window, DefaultRootWindow(display_), 0, 0, &x, &y, &child);
        seen.push_back({window, std::move(title), x, y, attributes.width, attributes.height,
                        can_be_resized(display_, window),
                        !text_property(display_, window, "_NET_WM_ICON").empty()});
    }
    return seen;
}

std::optional<ScreenWindow> Screen::find(const std::string& title) const
{
    for (auto& window : windows())
        if (window.title == title)
            return std::move(window);
    return std::nullopt;
}

ScreenWindow Screen::wait_for(const std::string& title) const
{
    std::optional<ScreenWindow> found;
    if (wait_until([&] { return (found = find(title)).has_value(); }))
        return *found;
    std::string others;
    for (const auto& window : windows())
        others += fmt::format("\n  \"{}\"", window.title);
    throw std::runtime_error(fmt::format("no window \"{}\" appears; there are:{}", title, others));
}

bool Screen::wait_for_end_of(const std::string& title) const
{
    return wait_until([&] { return !find(title); });
}

Picture Screen::look_at(const ScreenWindow& window) const
{
    // Of the whole screen: what is in a window need not be drawn into that window itself.
    XImage* image = XGetImage(display_, DefaultRootWindow(display_), window.x, window.y,
                              static_cast<unsigned>(window.width), static_cast<unsigned>(window.height),
                              AllPlanes, ZPixmap);
    Picture picture{window.width, window.height, {}};
    if (image == nullptr)
        throw std::runtime_error(fmt::format("cannot look at the window \"{}\"", window.title));
    for (int y = 0; y < window.height; ++y)
        for (int x = 0; x < window.width; ++x)
            picture.pixels.push_back(static_cast<std::uint32_t>(XGetPixel(image, x, y)) & 0xffffff);
    XDestroyImage(image);
    return picture;
}

void Screen::click(const ScreenWindow& window, int x, int y, unsigned button) const
{
    XTestFakeMotionEvent(display_, -1, window.x + x, window.y + y, 0);
    XTestFakeButtonEvent(display_, button, True, 0);
    XTestFakeButtonEvent(display_, button, False, 0);
    XSync(display_, False);
}

void Screen::type(const ScreenWindow& window, char digit) const
{
    XSetInputFocus(display_, window.id, RevertToPointerRoot, CurrentTime); // as a window manager does
    const KeyCode key = XKeysymToKeycode(display_, static_cast<KeySym>(XK_0 + (digit - '0')));
    XTestFakeKeyEvent(display_, key, True, 0);
    XTestFakeKeyEvent(display_, key, False, 0);
    XSync(display_, False);
}

void Screen::move(const ScreenWindow& window, int x, int y) const
{
    manage(display_, window.id);
    XMoveWindow(display_, window.id, x, y);
    XSync(display_, False);
}

void Screen::resize(const ScreenWindow& window, int width, int height) const
{
    manage(display_, window.id);
    XResizeWindow(display_, window.id, static_cast<unsigned>(width), static_cast<unsigned>(height));
    XSync(display_, False);
}

void Screen::close(const ScreenWindow& window) const
{
    XEvent event{};
    event.xclient.type = ClientMessage;
    event.xclient.window = window.id;
    event.xclient.message_type = XInternAtom(display_, "WM_PROTOCOLS", False);
    event.xclient.format = 32;
    event.xclient.data.l[0] = static_cast<long>(XInternAtom(display_, "WM_DELETE_WINDOW", False));
    XSendEvent(display_, window.id, False, NoEventMask, &event);
    XSync(display_, False);
}

} // namespace decant::tests
