// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Windows 10's functions for screens of many dots; Wine 8 has them.
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00

#include "wine-host/editor-window.hpp"

#include "wine-host/display-desktop.hpp"
#include "wine-host/editor-icon.hpp"
#include "wine-host/text.hpp"

#include <windows.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace decant::host
{
namespace
{

using protocol::FailureCode;

constexpr const wchar_t* class_name = L"DecantEditor";

constexpr UINT_PTR idle_timer = 1;
constexpr UINT idle_milliseconds = 30;
constexpr std::uint64_t rest_milliseconds = 300;

constexpr DWORD fixed_style = WS_OVERLAPPED | WS_CAPTION | WS_SYSMENU | WS_MINIMIZEBOX | WS_CLIPCHILDREN;
constexpr DWORD resizable_style = fixed_style | WS_THICKFRAME | WS_MAXIMIZEBOX;

/// Until the plugin knows its size.
constexpr EditorSize first_size{640, 400};

void register_class(WNDPROC procedure)
{
    static bool done = false;
    if (std::exchange(done, true))
        return;
    // Plugins know best how large a dot is; those that do not are drawn as they are.
    SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
    WNDCLASSEXW window{};
    window.cbSize = sizeof window;
    window.style = CS_DBLCLKS;
    window.lpfnWndProc = procedure;
    window.hInstance = GetModuleHandleW(nullptr);
    window.hIcon = editor_icon(GetSystemMetrics(SM_CXICON));
    window.hIconSm = editor_icon(GetSystemMetrics(SM_CXSMICON));
    window.hCursor = LoadCursorW(nullptr, reinterpret_cast<LPCWSTR>(IDC_ARROW));
    window.hbrBackground = static_cast<HBRUSH>(GetStockObject(BLACK_BRUSH));
    window.lpszClassName = class_name;
    RegisterClassExW(&window);
}

DWORD style_of(HWND window)
{
    return static_cast<DWORD>(GetWindowLongPtrW(window, GWL_STYLE));
}

/// By how much the outside is larger than the inside.
SIZE border_of(HWND window)
{
    RECT rect{};
    AdjustWindowRectExForDpi(&rect, style_of(window), FALSE, 0, GetDpiForWindow(window));
    return {rect.right - rect.left, rect.bottom - rect.top};
}

EditorSize limited(EditorSize size)
{
    const auto limit = [](std::uint32_t extent) {
        return std::clamp<std::uint32_t>(extent, 1, EditorSize::most);
    };
    return {limit(size.width), limit(size.height)};
}

} // namespace

EditorWindow::EditorWindow(Plugin& plugin, const std::string& title,
                           const std::optional<protocol::EditorPlace>& place, double wanted_scale)
    : wanted_scale_(wanted_scale)
{
    try {
        make_window(title, place);
        editor_ = plugin.make_editor(*this);
        if (editor_ == nullptr)
            throw PluginError(FailureCode::refused,
                              "the plugin has no editor; its parameters are in the graph");
        editor_->set_scale(scale());
        fit();
        editor_->attach(window_);
        fit();
        set_resizable(editor_->can_resize());
        if (resizable_ && place && place->width != 0 && place->height != 0) {
            const EditorSize last = limited(editor_->nearest({place->width, place->height}));
            if (last != inside() && resize(last))
                editor_->resized(last);
        }
    } catch (...) {
        editor_.reset();
        if (window_ != nullptr)
            DestroyWindow(window_);
        throw;
    }
    SetTimer(window_, idle_timer, idle_milliseconds, nullptr);
    raise();
    moved_at_ = 0;
}

EditorWindow::~EditorWindow()
{
    KillTimer(window_, idle_timer);
    ShowWindow(window_, SW_HIDE);
    editor_.reset();
    DestroyWindow(window_);
}

void EditorWindow::make_window(const std::string& title, const std::optional<protocol::EditorPlace>& place)
{
    const auto no_display = [](const std::string& what) {
        return PluginError(FailureCode::no_display, what);
    };
    // Newer Wines open windows that nobody sees.
    if (!has_display())
        throw no_display("there is no display for the editor");
    register_class(reinterpret_cast<WNDPROC>(reinterpret_cast<void*>(&procedure)));
    int x = CW_USEDEFAULT;
    int y = CW_USEDEFAULT;
    if (place) {
        constexpr LONG grip = 32; // so much of it can be taken hold of
        const RECT corner{place->x, place->y, place->x + grip, place->y + grip};
        if (MonitorFromRect(&corner, MONITOR_DEFAULTTONULL) != nullptr) {
            x = place->x;
            y = place->y;
        }
    }
    window_ = CreateWindowExW(0, class_name, to_wide(title).c_str(), fixed_style, x, y,
                              static_cast<int>(first_size.width), static_cast<int>(first_size.height),
                              nullptr, nullptr, GetModuleHandleW(nullptr), this);
    if (window_ == nullptr)
        throw no_display("Wine opens no window on the display: " + windows_error(GetLastError()));
}

/// Gives the window the size that the plugin wants.
void EditorWindow::fit()
{
    if (const EditorSize size = editor_->size(); size.width != 0 && size.height != 0)
        resize(limited(size));
}

double EditorWindow::scale() const
{
    return wanted_scale_ > 0 ? wanted_scale_
                             : static_cast<double>(GetDpiForWindow(window_)) / USER_DEFAULT_SCREEN_DPI;
}

void EditorWindow::set_resizable(bool resizable)
{
    if (std::exchange(resizable_, resizable) == resizable)
        return;
    const EditorSize size = inside();
    SetWindowLongPtrW(window_, GWL_STYLE,
                      static_cast<LONG_PTR>((style_of(window_) & ~(resizable_style | fixed_style)) |
                                            (resizable ? resizable_style : fixed_style)));
    resize(size); // the border is another one
}

EditorSize EditorWindow::inside() const
{
    RECT rect{};
    GetClientRect(window_, &rect);
    return {static_cast<std::uint32_t>(rect.right), static_cast<std::uint32_t>(rect.bottom)};
}

bool EditorWindow::resize(EditorSize size) noexcept
{
    if (window_ == nullptr)
        return false;
    const SIZE border = border_of(window_);
    const bool before = std::exchange(resizing_, true);
    const EditorSize wanted = limited(size);
    const BOOL done = SetWindowPos(window_, nullptr, 0, 0, static_cast<int>(wanted.width) + border.cx,
                                   static_cast<int>(wanted.height) + border.cy,
                                   SWP_NOMOVE | SWP_NOZORDER | SWP_NOACTIVATE | SWP_FRAMECHANGED);
    resizing_ = before;
    return done != 0;
}

void EditorWindow::show(bool shown) noexcept
{
    closing_ = !shown;
    if (shown)
        raise();
}

void EditorWindow::raise() const
{
    ShowWindow(window_, IsIconic(window_) != 0 ? SW_RESTORE : SW_SHOWNORMAL);
    SetForegroundWindow(window_);
    give_focus();
}

void EditorWindow::give_focus() const
{
    const HWND child = GetWindow(window_, GW_CHILD);
    SetFocus(child != nullptr ? child : window_);
}

protocol::EditorPlace EditorWindow::place() const
{
    WINDOWPLACEMENT placement{};
    placement.length = sizeof placement;
    RECT rect{};
    // Minimized it is somewhere else, and maximized everywhere.
    if ((IsIconic(window_) == 0 && IsZoomed(window_) == 0) || GetWindowPlacement(window_, &placement) == 0)
        GetWindowRect(window_, &rect);
    else
        rect = placement.rcNormalPosition;
    const SIZE border = border_of(window_);
    return {rect.left, rect.top, static_cast<std::uint32_t>(std::max(rect.right - rect.left - border.cx, 0L)),
            static_cast<std::uint32_t>(std::max(rect.bottom - rect.top - border.cy, 0L))};
}

bool EditorWindow::take_moved()
{
    if (moved_at_ == 0 || GetTickCount64() - moved_at_ < rest_milliseconds)
        return false;
    moved_at_ = 0;
    return true;
}

/// What somebody drags it to becomes what the plugin takes.
void EditorWindow::constrain(void* position)
{
    auto& wanted = *static_cast<WINDOWPOS*>(position);
    if (!resizable_ || resizing_ || (wanted.flags & SWP_NOSIZE) != 0 || IsIconic(window_) != 0 ||
        IsZoomed(window_) != 0)
        return;
    const SIZE border = border_of(window_);
    const auto extent = [](LONG outside, LONG beyond) {
        return static_cast<std::uint32_t>(std::max(outside - beyond, 1L));
    };
    const EditorSize size =
        limited(editor_->nearest(limited({extent(wanted.cx, border.cx), extent(wanted.cy, border.cy)})));
    wanted.cx = static_cast<int>(size.width) + border.cx;
    wanted.cy = static_cast<int>(size.height) + border.cy;
}

std::intptr_t EditorWindow::handle(unsigned message, std::uintptr_t first, std::intptr_t second)
{
    switch (message) {
    case WM_CLOSE:
        // The rest later, as this may have come while a menu of the plugin is open.
        closing_ = true;
        ShowWindow(window_, SW_HIDE);
        return 0;
    case WM_TIMER:
        if (first == idle_timer && editor_)
            editor_->idle();
        return 0;
    case WM_SETFOCUS:
        give_focus();
        return 0;
    case WM_WINDOWPOSCHANGING:
        if (editor_)
            constrain(reinterpret_cast<void*>(second));
        break;
    case WM_MOVE:
        moved_at_ = GetTickCount64();
        break;
    case WM_SIZE:
        moved_at_ = GetTickCount64();
        if (editor_ && resizable_ && !resizing_ && first != SIZE_MINIMIZED)
            editor_->resized(inside());
        break;
    case WM_DPICHANGED:
        if (editor_ && wanted_scale_ <= 0) {
            editor_->set_scale(scale());
            fit();
        }
        return 0;
    default:
        break;
    }
    return DefWindowProcW(window_, message, first, second);
}

std::intptr_t __stdcall EditorWindow::procedure(HWND window, unsigned message, std::uintptr_t first,
                                                std::intptr_t second) noexcept
{
    if (message == WM_NCCREATE) {
        auto* self =
            static_cast<EditorWindow*>(reinterpret_cast<const CREATESTRUCTW*>(second)->lpCreateParams);
        self->window_ = window;
        SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(self));
    }
    auto* self = reinterpret_cast<EditorWindow*>(GetWindowLongPtrW(window, GWLP_USERDATA));
    if (self == nullptr)
        return DefWindowProcW(window, message, first, second);
    try {
        return self->handle(message, first, second);
    } catch (const std::exception& error) {
        print_error("in the editor's window: " + std::string(error.what()));
        return 0;
    }
}

} // namespace decant::host
