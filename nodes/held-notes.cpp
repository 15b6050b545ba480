// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/held-notes.hpp"

#include <algorithm>

namespace decant::nodes
{
namespace
{

constexpr std::uint8_t note_off = 0x80;
constexpr std::uint8_t note_on = 0x90;
constexpr std::uint8_t control_change = 0xb0;
constexpr std::uint8_t all_sound_off = 120;
constexpr std::uint8_t reset_controllers = 121;
constexpr std::uint8_t all_notes_off = 123; ///< and the modes above it, which have the same effect
constexpr std::uint8_t pedal_down = 64;

} // namespace

void HeldNotes::watch(std::span<const MidiEvent> events, std::uint64_t now) noexcept DECANT_REALTIME
{
    for (const auto& event : events) {
        if (event.bytes.size() != 3 || event.bytes[1] >= keys)
            continue;
        const std::uint8_t kind = event.bytes[0] & 0xf0;
        const std::uint8_t first = event.bytes[1];
        const std::size_t channel = event.bytes[0] & 0x0f;
        auto& held = keys_[channel];
        auto& pressed = pedals_[channel];
        if (kind == note_on || kind == note_off) {
            held[first] = kind == note_on && event.bytes[2] != 0;
            key_times_[channel][first] = now;
        } else if (kind == control_change) {
            const auto pedal =
                static_cast<std::size_t>(std::find(pedals.begin(), pedals.end(), first) - pedals.begin());
            if (pedal < pedals.size()) {
                const bool down = event.bytes[2] >= pedal_down;
                if (down && !pressed[pedal]) // a pedal that tells how far goes on telling
                    pedal_times_[channel][pedal] = now;
                pressed[pedal] = down;
            } else if (first == all_sound_off || first >= all_notes_off) {
                held.reset();
            } else if (first == reset_controllers) {
                pressed.reset();
            }
        }
    }
}

void HeldNotes::add(std::uint8_t status, std::uint8_t first) noexcept DECANT_REALTIME
{
    messages_[count_] = {status, first, 0};
    events_[count_] = {0, messages_[count_]};
    ++count_;
}

std::span<const MidiEvent> HeldNotes::release(std::span<const MidiEvent> events,
                                              std::uint64_t since) noexcept DECANT_REALTIME
{
    count_ = 0;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const auto number = static_cast<std::uint8_t>(channel);
        auto& pressed = pedals_[channel];
        for (std::size_t pedal = 0; pressed.any() && pedal < pedals.size(); ++pedal)
            if (pressed[pedal] && pedal_times_[channel][pedal] >= since) {
                add(control_change | number, pedals[pedal]);
                pressed[pedal] = false;
            }
        auto& held = keys_[channel];
        for (std::size_t key = 0; held.any() && key < keys; ++key)
            if (held[key] && key_times_[channel][key] >= since) {
                add(note_off | number, static_cast<std::uint8_t>(key));
                held[key] = false;
            }
    }
    const std::size_t more = std::min(events.size(), room - count_);
    lost_ += events.size() - more;
    std::copy_n(events.begin(), more, events_.begin() + static_cast<std::ptrdiff_t>(count_));
    return {events_.data(), count_ + more};
}

} // namespace decant::nodes
