// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/players.hpp"

#include "tests/support/wait-until.hpp"

#include <algorithm>
#include <cmath>

namespace decant::tests
{

void Keyboard::process(const nodes::Cycle& cycle) noexcept
{
    const std::uint32_t message = next_.exchange(0);
    if (message == 0)
        return;
    const std::array<std::uint8_t, 3> bytes{static_cast<std::uint8_t>(message),
                                            static_cast<std::uint8_t>(message >> 8),
                                            static_cast<std::uint8_t>(message >> 16)};
    cycle.midi_out->push(0, bytes);
}

bool Keyboard::play(std::array<std::uint8_t, 3> message)
{
    if (!wait_until([&] { return next_ == 0; }))
        return false;
    next_ = message[0] | static_cast<std::uint32_t>(message[1]) << 8 |
            static_cast<std::uint32_t>(message[2]) << 16;
    return wait_until([&] { return next_ == 0; });
}

void Recorder::process(const nodes::Cycle& cycle) noexcept
{
    rate_ = cycle.rate;
    const std::size_t start = recorded_;
    if (start == tape_.size()) // and start() may set it to zero meanwhile
        return;
    const std::size_t count = std::min<std::size_t>(cycle.frames, tape_.size() - start);
    std::copy_n(cycle.inputs[0], count, tape_.begin() + static_cast<std::ptrdiff_t>(start));
    recorded_ = start + count;
}

bool record(Recorder& recorder)
{
    recorder.start();
    return wait_until([&] { return recorder.full(); });
}

bool play_until_heard(Keyboard& keyboard, std::array<std::uint8_t, 3> message, Recorder& recorder)
{
    return wait_until([&] {
        if (!keyboard.play(message))
            return false;
        for (int tape = 0; tape < 2; ++tape) // the sound may begin in the middle of the first
            if (record(recorder) && recorder.tape().front() != 0)
                return true;
        return false;
    });
}

double frequency_of(const std::vector<float>& sound, double rate)
{
    std::vector<double> periods;
    double last = -1;
    for (std::size_t i = 1; i < sound.size(); ++i) {
        const double before = sound[i - 1];
        const double after = sound[i];
        if (before >= 0 || after < 0)
            continue;
        const double now = static_cast<double>(i) - after / (after - before);
        if (last >= 0)
            periods.push_back(now - last);
        last = now;
    }
    if (periods.empty())
        return 0;
    const auto median = periods.begin() + std::ssize(periods) / 2;
    std::nth_element(periods.begin(), median, periods.end());
    return rate / *median;
}

float peak_of(const std::vector<float>& sound)
{
    float peak = 0;
    for (const float sample : sound)
        peak = std::max(peak, std::abs(sample));
    return peak;
}

} // namespace decant::tests
