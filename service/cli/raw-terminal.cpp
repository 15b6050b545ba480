// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/raw-terminal.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace decant::cli
{

RawTerminal::RawTerminal()
{
    if (::isatty(STDOUT_FILENO) == 0 || ::tcgetattr(STDIN_FILENO, &before_) != 0)
        throw std::runtime_error("this is no terminal; --once or --json prints the rack once, for scripts");
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG); // Ctrl-C is a key
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fmt::print("\x1b[?1049h\x1b[?25l"); // another screen, no cursor
    std::fflush(stdout);
}

RawTerminal::~RawTerminal()
{
    fmt::print("\x1b[?25h\x1b[?1049l");
    std::fflush(stdout);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

std::pair<std::size_t, std::size_t> RawTerminal::size() const
{
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {80, 24};
    return {size.ws_col, size.ws_row};
}

void RawTerminal::show(const std::vector<std::string>& lines, std::size_t highlighted) const
{
    std::string text = "\x1b[H";
    for (std::size_t i = 0; i < lines.size(); ++i)
        text += fmt::format("{}{}{}{}\x1b[K", i == 0 ? "" : "\r\n", i == highlighted ? "\x1b[7m" : "",
                            lines[i], i == highlighted ? "\x1b[0m" : "");
    fmt::print("{}\x1b[J", text);
    std::fflush(stdout);
}

std::vector<std::string> RawTerminal::keys() const
{
    std::array<char, 256> bytes{};
    const auto size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    std::string_view text(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    std::vector<std::string> keys;
    while (!text.empty()) {
        std::size_t length = 1;
        if (text.starts_with("\x1b[A") || text.starts_with("\x1bOA")) {
            keys.emplace_back("up");
            length = 3;
        } else if (text.starts_with("\x1b[B") || text.starts_with("\x1bOB")) {
            keys.emplace_back("down");
            length = 3;
        } else {
            keys.emplace_back(text.substr(0, 1));
        }
        text.remove_prefix(length);
    }
    return keys;
}

} // namespace decant::cli
