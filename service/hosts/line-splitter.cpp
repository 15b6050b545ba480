// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/line-splitter.hpp"

#include "nodes/bridge/sanitize.hpp"

#include <utility>

namespace decant::service
{

void LineSplitter::feed(std::string_view bytes, Clock::time_point now)
{
    for (const char byte : bytes) {
        if (byte == '\n')
            emit(now);
        else if (line_.size() < longest_line && byte != '\r')
            line_.push_back(byte);
    }
}

void LineSplitter::finish(Clock::time_point now)
{
    emit(now);
    tell_left_out();
}

void LineSplitter::emit(Clock::time_point now)
{
    const std::string line = std::exchange(line_, {});
    if (line.empty() || !on_line_)
        return;
    if (now - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = now;
        lines_in_second_ = 0;
        tell_left_out();
    }
    if (lines_in_second_ < lines_per_second) {
        ++lines_in_second_;
        on_line_(bridge::clean_text(line, longest_line));
    } else {
        ++left_out_;
    }
}

void LineSplitter::tell_left_out()
{
    if (left_out_ != 0)
        on_line_("(" + std::to_string(std::exchange(left_out_, 0)) + " more lines left out)");
}

} // namespace decant::service
