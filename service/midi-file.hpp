// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <vector>

namespace decant::service
{

/// What is wrong with a Standard MIDI File, and at which byte.
class MidiFileError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A Standard MIDI File of type 0 or 1 as one sequence of messages in time. Meta events are left out; tempo
/// and time signature are in transport_at(). The file is a stranger's: what is no MIDI is refused, never
/// guessed.
class MidiFile
{
public:
    struct Event {
        double seconds;
        std::size_t offset; ///< of its bytes
        std::size_t size;
    };

    /// Both throw MidiFileError.
    [[nodiscard]] static MidiFile read(const std::filesystem::path& path);
    [[nodiscard]] static MidiFile parse(std::span<const std::uint8_t> file);

    /// In order of time; those of one moment in order of the tracks.
    [[nodiscard]] std::span<const Event> events() const noexcept { return events_; }

    /// One complete MIDI 1.0 message; SysEx with its F0 and F7.
    [[nodiscard]] std::span<const std::uint8_t> bytes(const Event& event) const noexcept
    {
        return std::span(bytes_).subspan(event.offset, event.size);
    }

    /// Until the end of the longest track.
    [[nodiscard]] double seconds() const noexcept { return seconds_; }

    /// The transport, playing, at a moment of the file; `rate` in Hz turns it into a position in frames.
    [[nodiscard]] nodes::Transport transport_at(double seconds, std::uint32_t rate) const noexcept;

private:
    /// From `seconds` on, until the next one: tempo and time signature.
    struct Section {
        double seconds = 0;
        double quarter = 0;   ///< song position
        double tempo = 120;   ///< quarters per minute
        double first_bar = 0; ///< a quarter at which a bar begins
        std::uint32_t numerator = 4;
        std::uint32_t denominator = 4;
    };

    std::vector<std::uint8_t> bytes_;
    std::vector<Event> events_;
    std::vector<Section> sections_ = std::vector<Section>(1); ///< never empty
    double seconds_ = 0;

    friend class MidiTimeline;
};

} // namespace decant::service
