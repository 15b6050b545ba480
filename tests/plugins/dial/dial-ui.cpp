// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include <DistrhoUI.hpp>

#include <windows.h>

#include <cstdio>

namespace
{

constexpr unsigned first_width = 320;
constexpr unsigned first_height = 180;
constexpr float most = 2;

/// As large as the host wants it to be drawn. Only while the UI is being made.
unsigned scaled(unsigned size)
{
    const double scale = DISTRHO::UI::getNextScaleFactor();
    return scale > 0 ? static_cast<unsigned>(size * scale + 0.5) : size;
}

constexpr COLORREF ground = RGB(38, 36, 42);
constexpr COLORREF groove = RGB(70, 66, 76);
constexpr COLORREF filling = RGB(140, 15, 41);
constexpr COLORREF text = RGB(226, 222, 214);

constexpr const wchar_t* class_name = L"DecantTestDial";

} // namespace

/// A bar as wide as the window: it is filled up to the gain, and a click or a digit sets it. The right button
/// makes it crash.
class DialUI final : public DISTRHO::UI
{
    HWND window_ = nullptr;
    float gain_ = 1;

    void set(float gain)
    {
        gain_ = gain < 0 ? 0 : (gain > most ? most : gain);
        editParameter(0, true);
        setParameterValue(0, gain_);
        editParameter(0, false);
        InvalidateRect(window_, nullptr, FALSE);
    }

    void set_by(LPARAM place)
    {
        RECT inside{};
        GetClientRect(window_, &inside);
        set(most * static_cast<float>(static_cast<short>(LOWORD(place))) / static_cast<float>(inside.right));
    }

    static void fill(HDC context, const RECT& area, COLORREF colour)
    {
        const HBRUSH brush = CreateSolidBrush(colour);
        FillRect(context, &area, brush);
        DeleteObject(brush);
    }

    void paint() const
    {
        PAINTSTRUCT painting{};
        const HDC context = BeginPaint(window_, &painting);
        RECT inside{};
        GetClientRect(window_, &inside);
        fill(context, inside, ground);
        RECT bar = inside;
        bar.top = inside.bottom / 2;
        bar.bottom = inside.bottom * 3 / 4;
        fill(context, bar, groove);
        bar.right = static_cast<LONG>(static_cast<float>(inside.right) * gain_ / most);
        fill(context, bar, filling);
        char shown[64];
        std::snprintf(shown, sizeof shown, "Gain %.2f", static_cast<double>(gain_));
        SetBkMode(context, TRANSPARENT);
        SetTextColor(context, text);
        RECT line = inside;
        line.bottom = inside.bottom / 2;
        DrawTextA(context, shown, -1, &line, DT_CENTER | DT_VCENTER | DT_SINGLELINE);
        EndPaint(window_, &painting);
    }

    LRESULT handle(UINT message, WPARAM first, LPARAM second)
    {
        switch (message) {
        case WM_PAINT:
            paint();
            return 0;
        case WM_LBUTTONDOWN:
            SetFocus(window_);
            set_by(second);
            return 0;
        case WM_MOUSEMOVE:
            if ((first & MK_LBUTTON) != 0)
                set_by(second);
            return 0;
        case WM_RBUTTONDOWN:
            *static_cast<volatile int*>(nullptr) = 1;
            return 0;
        case WM_CHAR:
            if (first >= '0' && first <= '9')
                set(static_cast<float>(first - '0') / 5);
            return 0;
        default:
            return DefWindowProcW(window_, message, first, second);
        }
    }

    static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM first, LPARAM second)
    {
        auto* self = reinterpret_cast<DialUI*>(GetWindowLongPtrW(window, GWLP_USERDATA));
        return self != nullptr ? self->handle(message, first, second)
                               : DefWindowProcW(window, message, first, second);
    }

public:
    DialUI() : UI(scaled(first_width), scaled(first_height))
    {
        WNDCLASSW dial{};
        dial.lpfnWndProc = procedure;
        dial.hInstance = GetModuleHandleW(nullptr);
        dial.hCursor = LoadCursorW(nullptr, reinterpret_cast<LPCWSTR>(IDC_HAND));
        dial.lpszClassName = class_name;
        RegisterClassW(&dial);
        // Some formats make the UI once to ask for its size.
        const HWND parent = reinterpret_cast<HWND>(getParentWindowHandle());
        if (parent == nullptr)
            return;
        window_ =
            CreateWindowExW(0, class_name, L"", WS_CHILD | WS_VISIBLE, 0, 0, static_cast<int>(getWidth()),
                            static_cast<int>(getHeight()), parent, nullptr, dial.hInstance, nullptr);
        SetWindowLongPtrW(window_, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
    }

    ~DialUI() override
    {
        if (window_ == nullptr)
            return;
        SetWindowLongPtrW(window_, GWLP_USERDATA, 0);
        DestroyWindow(window_);
    }

    void parameterChanged(uint32_t, float value) override
    {
        gain_ = value;
        InvalidateRect(window_, nullptr, FALSE);
    }

    void sizeChanged(uint width, uint height) override
    {
        if (window_ != nullptr)
            SetWindowPos(window_, nullptr, 0, 0, static_cast<int>(width), static_cast<int>(height),
                         SWP_NOMOVE | SWP_NOZORDER | SWP_NOACTIVATE);
    }
};

DISTRHO::UI* DISTRHO::createUI()
{
    return new DialUI;
}
