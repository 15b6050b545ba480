// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/sampler/random-events.hpp"

namespace decant::sampler::test
{

std::vector<At> random_events(std::mt19937& random, std::uint32_t frames)
{
    const auto number = [&](std::uint32_t below) {
        return static_cast<int>(random() % below);
    };
    std::vector<At> events;
    std::uint32_t frame = 0;
    for (int count = number(12); count > 0; --count) {
        frame += static_cast<std::uint32_t>(random() % (frames / 4 + 1));
        switch (number(9)) {
        case 0:
        case 1:
        case 2:
            events.push_back(note_on(frame, number(128), number(128)));
            break;
        case 3:
        case 4:
            events.push_back(note_off(frame, number(128)));
            break;
        case 5:
            events.push_back(control(frame, number(128), number(128)));
            break;
        case 6:
            events.push_back(bend(frame, number(16384) - 8192));
            break;
        case 7:
            events.push_back({.frame = frame,
                              .bytes = {},
                              .midi2 = {0x40000000 | static_cast<std::uint32_t>(random() & 0xffffff),
                                        static_cast<std::uint32_t>(random())}});
            break;
        default: { // what is no MIDI at all
            At garbage{.frame = static_cast<std::uint32_t>(random()), .bytes = {}};
            for (int length = number(6); length > 0; --length)
                garbage.bytes.push_back(static_cast<std::uint8_t>(random()));
            events.push_back(garbage);
        }
        }
    }
    return events;
}

} // namespace decant::sampler::test
