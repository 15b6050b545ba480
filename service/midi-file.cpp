// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/midi-file.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace decant::service
{
namespace
{

constexpr std::size_t largest_file = 64u * 1024 * 1024;

[[noreturn]] void refuse(const std::string& what, std::size_t where)
{
    throw MidiFileError(what + " (at byte " + std::to_string(where) + ")");
}

/// Takes numbers off the front of a file; never reads beyond its end.
class Bytes
{
    std::span<const std::uint8_t> all_;
    std::size_t at_;
    std::size_t end_;

public:
    Bytes(std::span<const std::uint8_t> all, std::size_t begin, std::size_t end) noexcept
        : all_(all), at_(begin), end_(end)
    {
    }

    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] std::size_t left() const noexcept { return end_ - at_; }

    std::span<const std::uint8_t> take(std::size_t size)
    {
        if (size > left())
            refuse("the MIDI file is cut short", at_);
        const auto taken = all_.subspan(at_, size);
        at_ += size;
        return taken;
    }

    std::uint8_t byte() { return take(1)[0]; }
    [[nodiscard]] std::uint8_t peek() { return Bytes(*this).byte(); }

    std::uint32_t big_endian(std::size_t size)
    {
        std::uint32_t value = 0;
        for (const std::uint8_t part : take(size))
            value = value << 8 | part;
        return value;
    }

    /// Seven bits per byte, at most four bytes.
    std::uint32_t variable_length()
    {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) {
            const std::uint8_t part = byte();
            value = value << 7 | (part & 0x7f);
            if (part < 0x80)
                return value;
        }
        refuse("a number is longer than MIDI allows", at_);
    }
};

std::size_t data_bytes(std::uint8_t status) noexcept
{
    const int kind = status & 0xf0;
    return kind == 0xc0 || kind == 0xd0 ? 1 : 2;
}

struct TempoChange {
    double microseconds_per_quarter;
};

struct SignatureChange {
    std::uint32_t numerator;
    std::uint32_t denominator;
};

/// What a track says, not yet in seconds.
struct TrackEvent {
    std::uint64_t tick;
    std::size_t offset = 0; ///< of a message in the bytes; size 0: none
    std::size_t size = 0;
    std::optional<TempoChange> tempo;
    std::optional<SignatureChange> signature;
};

/// Reads one track; messages go to `bytes`, events to `events`. Returns the tick of its end.
class TrackReader
{
    Bytes in_;
    std::vector<std::uint8_t>& bytes_;
    std::vector<TrackEvent>& events_;
    std::uint64_t tick_ = 0;
    std::uint8_t running_ = 0;            ///< status of the last channel message; 0: none
    std::vector<std::uint8_t> exclusive_; ///< the part of a SysEx that has come; empty: none

    void add(std::span<const std::uint8_t> message)
    {
        events_.push_back({tick_, bytes_.size(), message.size(), {}, {}});
        bytes_.insert(bytes_.end(), message.begin(), message.end());
    }

    /// A SysEx may come in several packets: F0 … , F7 … , F7 … F7.
    void read_exclusive(std::uint8_t status)
    {
        const auto packet = in_.take(in_.variable_length());
        running_ = 0;
        if (status == 0xf0)
            exclusive_.assign(1, 0xf0);
        else if (exclusive_.empty())
            return; // an escape for what is no message
        exclusive_.insert(exclusive_.end(), packet.begin(), packet.end());
        if (exclusive_.back() != 0xf7)
            return;
        const bool clean = std::all_of(exclusive_.begin() + 1, exclusive_.end() - 1,
                                       [](std::uint8_t byte) { return byte < 0x80; });
        if (!clean)
            refuse("a system exclusive message has a status byte inside", in_.at());
        add(exclusive_);
        exclusive_.clear();
    }

    /// Returns false at the end of the track.
    bool read_meta()
    {
        const std::uint8_t kind = in_.byte();
        const auto data = in_.take(in_.variable_length());
        running_ = 0;
        if (kind == 0x2f)
            return false;
        if (kind == 0x51 && data.size() == 3) {
            const std::uint32_t value = static_cast<std::uint32_t>(data[0] << 16 | data[1] << 8 | data[2]);
            if (value != 0)
                events_.push_back({tick_, 0, 0, TempoChange{static_cast<double>(value)}, {}});
        } else if (kind == 0x58 && data.size() >= 2 && data[0] != 0 && data[1] <= 6) {
            events_.push_back({tick_, 0, 0, {}, SignatureChange{data[0], 1u << data[1]}});
        }
        return true;
    }

    void read_channel_message()
    {
        const std::size_t where = in_.at();
        if (in_.peek() >= 0x80)
            running_ = in_.byte();
        if (running_ == 0)
            refuse("data without a status byte", where);
        if (running_ >= 0xf0)
            refuse("a message that does not belong into a file", where);
        std::uint8_t message[3] = {running_};
        const std::size_t count = data_bytes(running_);
        for (std::size_t i = 1; i <= count; ++i) {
            message[i] = in_.byte();
            if (message[i] >= 0x80)
                refuse("a status byte where data should be", in_.at() - 1);
        }
        add({message, count + 1});
    }

public:
    TrackReader(Bytes in, std::vector<std::uint8_t>& bytes, std::vector<TrackEvent>& events) noexcept
        : in_(in), bytes_(bytes), events_(events)
    {
    }

    std::uint64_t read()
    {
        while (in_.left() != 0) { // some writers leave the end-of-track event out
            tick_ += in_.variable_length();
            const std::uint8_t status = in_.peek();
            if (status == 0xf0 || status == 0xf7) {
                read_exclusive(in_.byte());
            } else if (status == 0xff) {
                in_.byte();
                if (!read_meta())
                    break;
            } else {
                read_channel_message();
            }
        }
        return tick_;
    }
};

} // namespace

/// Turns ticks into seconds while it walks through the events.
class MidiTimeline
{
    MidiFile& file_;
    double ticks_per_quarter_;
    std::optional<double> seconds_per_tick_; ///< with an SMPTE division; else the tempo decides
    std::uint64_t tick_ = 0;

public:
    MidiTimeline(MidiFile& file, std::uint16_t division) : file_(file), ticks_per_quarter_(division)
    {
        if ((division & 0x8000) == 0)
            return;
        const int frames = -static_cast<std::int8_t>(division >> 8);
        const int ticks = division & 0xff;
        // 29 stands for 30 drop-frame, whose frames last as long as those of NTSC video.
        seconds_per_tick_ = 1 / ((frames == 29 ? 30000.0 / 1001.0 : frames) * ticks);
    }

    /// Moves on to `tick`, which is not before the last one.
    double advance(std::uint64_t tick)
    {
        const auto& section = file_.sections_.back();
        const auto ticks = static_cast<double>(tick - tick_);
        tick_ = tick;
        file_.seconds_ += ticks * seconds_per_tick_.value_or(60 / (section.tempo * ticks_per_quarter_));
        return file_.seconds_;
    }

    void change(const TrackEvent& event)
    {
        MidiFile::Section section = file_.sections_.back();
        section.quarter += (file_.seconds_ - section.seconds) * section.tempo / 60;
        section.seconds = file_.seconds_;
        if (event.tempo)
            section.tempo = 60e6 / event.tempo->microseconds_per_quarter;
        if (event.signature) {
            section.numerator = event.signature->numerator;
            section.denominator = event.signature->denominator;
            section.first_bar = section.quarter;
        }
        file_.sections_.push_back(section);
    }
};

MidiFile MidiFile::parse(std::span<const std::uint8_t> file)
{
    const auto is = [](std::span<const std::uint8_t> tag, std::string_view text) {
        return std::equal(
            tag.begin(), tag.end(), text.begin(), text.end(),
            [](std::uint8_t byte, char letter) { return byte == static_cast<std::uint8_t>(letter); });
    };
    Bytes in(file, 0, file.size());
    if (in.left() < 14 || !is(in.take(4), "MThd"))
        refuse("this is no Standard MIDI File", 0);
    const std::uint32_t header_size = in.big_endian(4);
    if (header_size < 6)
        refuse("the header is too short", 4);
    const std::size_t header_at = in.at();
    in.take(header_size);
    Bytes header(file, header_at, in.at());
    const std::uint32_t type = header.big_endian(2);
    header.big_endian(2); // the number of tracks; those that are there count
    const auto division = static_cast<std::uint16_t>(header.big_endian(2));
    if (type > 1)
        refuse("type " + std::to_string(type) + " is not supported; save the song as type 0 or 1", 8);
    const int frames = (division & 0x8000) != 0 ? -static_cast<std::int8_t>(division >> 8) : 0;
    if (division == 0 || (frames != 0 && ((division & 0xff) == 0 ||
                                          (frames != 24 && frames != 25 && frames != 29 && frames != 30))))
        refuse("the time division is none", 12);

    MidiFile result;
    std::vector<TrackEvent> events;
    std::uint64_t last_tick = 0;
    while (in.left() != 0) {
        if (in.left() < 8)
            break; // padding at the end
        const bool track = is(in.take(4), "MTrk");
        const std::uint32_t size = in.big_endian(4);
        const std::size_t begin = in.at();
        in.take(size);
        if (track)
            last_tick =
                std::max(last_tick, TrackReader({file, begin, begin + size}, result.bytes_, events).read());
    }

    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.tick < b.tick; });
    MidiTimeline timeline(result, division);
    for (const auto& event : events) {
        const double seconds = timeline.advance(event.tick);
        if (event.size != 0)
            result.events_.push_back({seconds, event.offset, event.size});
        else
            timeline.change(event);
    }
    timeline.advance(last_tick);
    return result;
}

MidiFile MidiFile::read(const std::filesystem::path& path)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error)
        throw MidiFileError("cannot read '" + path.string() + "': " + error.message() +
                            "; give the path of a MIDI file");
    if (size > largest_file)
        throw MidiFileError(path.string() + " is too long for a MIDI file");
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw MidiFileError("cannot read " + path.string() + "; check its permissions");
    std::vector<std::uint8_t> file(size);
    in.read(reinterpret_cast<char*>(file.data()), static_cast<std::streamsize>(size));
    file.resize(static_cast<std::size_t>(in.gcount()));
    try {
        return parse(file);
    } catch (const MidiFileError& problem) {
        throw MidiFileError(path.string() + ": " + problem.what());
    }
}

nodes::Transport MidiFile::transport_at(double seconds, std::uint32_t rate) const noexcept
{
    auto next =
        std::upper_bound(sections_.begin(), sections_.end(), seconds,
                         [](double moment, const Section& section) { return moment < section.seconds; });
    const Section& section = *(next == sections_.begin() ? next : std::prev(next));

    nodes::Transport transport;
    transport.playing = true;
    transport.tempo_valid = true;
    transport.position = static_cast<std::uint64_t>(std::llround(seconds * rate));
    transport.tempo = section.tempo;
    transport.quarter_position = section.quarter + (seconds - section.seconds) * section.tempo / 60;
    const double bar = 4.0 * section.numerator / section.denominator;
    const double bars = std::floor((transport.quarter_position - section.first_bar) / bar);
    transport.bar_start = section.first_bar + bars * bar;
    transport.numerator = section.numerator;
    transport.denominator = section.denominator;
    return transport;
}

} // namespace decant::service
