// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/midi-pod.hpp"

#include <spa/control/control.h>
#include <spa/control/ump-utils.h>
#include <spa/pod/pod.h>
#include <spa/utils/type.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace decant::nodes
{

namespace
{

constexpr std::size_t max_events = 4096; ///< per block; at 31250 baud a cable carries one per millisecond

constexpr std::uint8_t sysex_start = 0xf0;
constexpr std::uint8_t sysex_end = 0xf7;
constexpr std::uint8_t first_realtime = 0xf8;

constexpr bool is_status(std::uint8_t byte) noexcept
{
    return (byte & 0x80) != 0;
}

/// Length of the message that begins with `status`, SysEx apart; 0 if none does: F4, F5, and F7 out of the
/// blue.
constexpr std::size_t message_length(std::uint8_t status) noexcept
{
    if (status < 0xf0)
        return status >= 0xc0 && status < 0xe0 ? 2 : 3;
    if (status == 0xf2)
        return 3;
    if (status == 0xf1 || status == 0xf3)
        return 2;
    return status < 0xf6 || status == sysex_end ? 0 : 1;
}

constexpr std::size_t padded(std::size_t size) noexcept
{
    return (size + 7) & ~std::size_t{7};
}

/// A copy of the T at `offset`, which the caller knows to be inside.
template <class T>
T copy_at(std::span<const std::byte> bytes, std::size_t offset) noexcept
{
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

/// The MIDI 1.0 bytes in a packet of them, which may be a part of a SysEx; returns their number, 0 if there
/// are none in it. (libspa's own function has other parameters from PipeWire 1.6 on.)
std::size_t from_midi1(const std::array<std::uint32_t, 4>& ump, std::span<std::uint8_t, 8> midi) noexcept
{
    const auto byte = [&ump](std::size_t index) {
        return static_cast<std::uint8_t>(ump[index / 4] >> (24 - index % 4 * 8));
    };
    std::size_t size = 0;
    const unsigned type = ump[0] >> 28;
    if (type == 1 || type == 2) { // system, channel voice
        const std::size_t length = std::max<std::size_t>(message_length(byte(1)), 1);
        while (size < length) {
            midi[size] = byte(1 + size);
            ++size;
        }
    } else if (type == 3) {
        const unsigned form = byte(1) >> 4; // whole, first, middle and last part
        const std::size_t count = std::min<std::size_t>(byte(1) & 0xfU, 6);
        if (form == 0 || form == 1)
            midi[size++] = sysex_start;
        for (std::size_t i = 0; i < count; ++i)
            midi[size++] = byte(2 + i);
        if (form == 0 || form == 3)
            midi[size++] = sysex_end;
    }
    return size;
}

/// The MIDI 1.0 bytes of a MIDI 2.0 channel voice message; returns their number, 0 if there are none for it.
///
/// libspa's own conversion (1.4.2) halves program numbers, drops the lower half of pitch bends and turns the
/// softest note-on into a note-off.
std::size_t from_midi2(const std::array<std::uint32_t, 4>& ump, std::span<std::uint8_t, 8> midi) noexcept
{
    const auto seven_bits = [&ump](unsigned shift) {
        return static_cast<std::uint8_t>((ump[1] >> shift) & 0x7f);
    };
    const auto status = static_cast<std::uint8_t>(ump[0] >> 16);
    const auto index = static_cast<std::uint8_t>((ump[0] >> 8) & 0x7f);
    midi[0] = status;
    switch (status & 0xf0) {
    case 0x90:
        midi[1] = index;
        midi[2] = std::max<std::uint8_t>(seven_bits(25), 1);
        return 3;
    case 0x80:
    case 0xa0:
    case 0xb0:
        midi[1] = index;
        midi[2] = seven_bits(25);
        return 3;
    case 0xc0:
        midi[1] = seven_bits(24);
        return 2;
    case 0xd0:
        midi[1] = seven_bits(25);
        return 2;
    case 0xe0:
        midi[1] = seven_bits(18);
        midi[2] = seven_bits(25);
        return 3;
    default:
        return 0; // registered and per-note controllers
    }
}

} // namespace

MidiReader::MidiReader(ChannelMask channels)
    : events_(max_events), bytes_(midi_buffer_bytes), sysex_(max_sysex_bytes), channels_(channels)
{
}

std::span<const MidiEvent> MidiReader::read(std::span<const std::byte> pod,
                                            std::uint32_t frames) noexcept DECANT_REALTIME
{
    event_count_ = 0;
    bytes_used_ = 0;
    constexpr std::size_t body_at = sizeof(spa_pod);
    if (frames == 0 || pod.size() < body_at + sizeof(spa_pod_sequence_body))
        return {};
    const auto head = copy_at<spa_pod>(pod, 0);
    if (head.type != SPA_TYPE_Sequence || head.size < sizeof(spa_pod_sequence_body) ||
        head.size > pod.size() - body_at)
        return {};

    const auto sequence = pod.subspan(body_at, head.size);
    std::size_t position = sizeof(spa_pod_sequence_body);
    std::uint32_t frame = 0;
    while (sequence.size() - position >= sizeof(spa_pod_control)) {
        const auto control = copy_at<spa_pod_control>(sequence, position);
        position += sizeof(spa_pod_control);
        if (control.value.size > sequence.size() - position)
            break;
        const auto payload = sequence.subspan(position, control.value.size);
        // Who breaks the order keeps its messages, at the frame of the one before.
        frame = std::clamp(control.offset, frame, frames - 1);
        if (control.type == SPA_CONTROL_Midi)
            read_bytes(frame, {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
        else if (control.type == SPA_CONTROL_UMP)
            read_ump(frame, payload);
        position = std::min(position + padded(payload.size()), sequence.size());
    }
    return {events_.data(), event_count_};
}

void MidiReader::read_bytes(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME
{
    while (!bytes.empty()) {
        const std::uint8_t status = bytes[0];
        std::size_t used = 1;
        if (status >= first_realtime) { // may stand in the middle of a SysEx
            push(frame, bytes.first(1));
        } else if (in_sysex_ || status == sysex_start) {
            used = read_sysex(frame, bytes);
        } else if (is_status(status)) {
            used = message_length(status);
            if (used == 0 || used > bytes.size() ||
                std::any_of(bytes.begin() + 1, bytes.begin() + static_cast<std::ptrdiff_t>(used),
                            is_status)) {
                ++lost_;
                return;
            }
            push(frame, bytes.first(used));
        } else { // the rest of something whose beginning was never seen
            ++lost_;
            return;
        }
        bytes = bytes.subspan(used);
    }
}

std::size_t MidiReader::read_sysex(std::uint32_t frame,
                                   std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME
{
    if (!in_sysex_ || bytes[0] == sysex_start) {
        lost_ += in_sysex_ ? 1 : 0; // it never ended
        in_sysex_ = true;
        sysex_size_ = 1;
        sysex_[0] = sysex_start;
        return 1;
    }
    if (is_status(bytes[0])) {
        in_sysex_ = false;
        if (bytes[0] != sysex_end) {
            ++lost_;
            return 0; // another message begins here
        }
        if (sysex_size_ < max_sysex_bytes) {
            sysex_[sysex_size_++] = sysex_end;
            push(frame, std::span(sysex_).first(sysex_size_));
        } else {
            ++lost_;
        }
        return 1;
    }
    const auto end = std::find_if(bytes.begin(), bytes.end(), is_status);
    const auto count = static_cast<std::size_t>(end - bytes.begin());
    // A SysEx that is too long fills the array to its end and is then dropped as a whole.
    const std::size_t kept = std::min(count, max_sysex_bytes - sysex_size_);
    std::copy_n(bytes.begin(), kept, sysex_.begin() + static_cast<std::ptrdiff_t>(sysex_size_));
    sysex_size_ += kept;
    return count;
}

void MidiReader::read_ump(std::uint32_t frame, std::span<const std::byte> words) noexcept DECANT_REALTIME
{
    while (words.size() >= sizeof(std::uint32_t)) {
        std::array<std::uint32_t, 4> ump{};
        ump[0] = copy_at<std::uint32_t>(words, 0);
        const std::size_t size =
            spa_ump_message_size(static_cast<std::uint8_t>(ump[0] >> 28)) * sizeof ump[0];
        if (size > words.size()) {
            ++lost_;
            return;
        }
        std::memcpy(ump.data(), words.data(), size);
        words = words.subspan(size);

        std::array<std::uint8_t, 8> midi{};
        if (ump[0] >> 28 == 4) {
            constexpr std::uint32_t program_with_bank = 0x00c00001;
            if ((ump[0] & 0x00f00001) == program_with_bank) { // MIDI 1.0 has two controllers for that
                const auto status = static_cast<std::uint8_t>(0xb0 | (ump[0] >> 16 & 0xf));
                const auto msb = static_cast<std::uint8_t>(ump[1] >> 8 & 0x7f);
                const auto lsb = static_cast<std::uint8_t>(ump[1] & 0x7f);
                push(frame, std::array<std::uint8_t, 3>{status, 0, msb});
                push(frame, std::array<std::uint8_t, 3>{status, 32, lsb});
            }
            push(frame, std::span(midi).first(from_midi2(ump, midi)), {ump[0], ump[1]});
            continue;
        }
        read_bytes(frame, std::span(midi).first(from_midi1(ump, midi)));
    }
}

void MidiReader::push(std::uint32_t frame, std::span<const std::uint8_t> message,
                      const std::array<std::uint32_t, 2>& midi2) noexcept DECANT_REALTIME
{
    const bool of_channel = midi2[0] != 0 || message[0] < 0xf0;
    const std::uint32_t channel = (midi2[0] != 0 ? midi2[0] >> 16 : message[0]) & 0x0f;
    if (of_channel && (channels_ >> channel & 1) == 0)
        return;
    if (event_count_ == events_.size() || message.size() > bytes_.size() - bytes_used_) {
        ++lost_;
        return;
    }
    const auto copy = std::span(bytes_).subspan(bytes_used_, message.size());
    std::copy(message.begin(), message.end(), copy.begin());
    bytes_used_ += message.size();
    events_[event_count_++] = {frame, copy, midi2};
}

void MidiWriter::begin(std::span<std::byte> buffer, std::uint32_t frames) noexcept DECANT_REALTIME
{
    constexpr std::size_t head = sizeof(spa_pod_sequence);
    buffer_ = buffer.size() < head ? std::span<std::byte>() : buffer;
    used_ = head;
    last_frame_ = 0;
    frames_ = frames;
}

bool MidiWriter::push(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME
{
    if (buffer_.empty() || bytes.empty())
        return true;
    const std::size_t size = sizeof(spa_pod_control) + padded(bytes.size());
    if (size > buffer_.size() - used_)
        return false;
    last_frame_ = std::clamp(frame, last_frame_, std::max(frames_, last_frame_ + 1) - 1);
    spa_pod_control control{};
    control.offset = last_frame_;
    control.type = SPA_CONTROL_Midi;
    control.value.size = static_cast<std::uint32_t>(bytes.size());
    control.value.type = SPA_TYPE_Bytes;
    auto* place = buffer_.data() + used_;
    std::memset(place + size - 8, 0, 8); // the padding
    std::memcpy(place, &control, sizeof control);
    std::memcpy(place + sizeof control, bytes.data(), bytes.size());
    used_ += size;
    return true;
}

std::uint32_t MidiWriter::finish() noexcept DECANT_REALTIME
{
    if (buffer_.empty())
        return 0;
    spa_pod_sequence sequence{};
    sequence.pod.type = SPA_TYPE_Sequence;
    sequence.pod.size = static_cast<std::uint32_t>(used_ - sizeof(spa_pod));
    std::memcpy(buffer_.data(), &sequence, sizeof sequence);
    return static_cast<std::uint32_t>(used_);
}

} // namespace decant::nodes
