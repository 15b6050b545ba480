# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the notes of a Standard MIDI File."""

import dataclasses
import struct

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclasses.dataclass(frozen=True, order=True)
class Note:
    start: float  # seconds
    end: float
    channel: int  # 1 to 16
    key: int
    velocity: int

    @property
    def hertz(self):
        return 440 * 2 ** ((self.key - 69) / 12)

    @property
    def name(self):
        return f"{NAMES[self.key % 12]}{self.key // 12 - 1}"


def _variable_length(data, at):
    value = 0
    while True:
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at


def _events(data):
    """(tick, status, bytes) of one track; of the meta events only the type is in `status`, above 0x100."""
    at = tick = status = 0
    while at < len(data):
        delta, at = _variable_length(data, at)
        tick += delta
        if data[at] >= 0x80:
            status = data[at]
            at += 1
        if status == 0xFF:
            kind = data[at]
            size, at = _variable_length(data, at + 1)
            yield tick, 0x100 | kind, data[at : at + size]
        elif status in (0xF0, 0xF7):
            size, at = _variable_length(data, at)
        else:
            size = 1 if status & 0xE0 == 0xC0 else 2
            yield tick, status, data[at : at + size]
        at += size


def read_score(path):
    """The notes of the file, in order. Raises ValueError for a file that is none, or counts in frames of film."""
    data = path.read_bytes()
    if data[:4] != b"MThd" or len(data) < 14:
        raise ValueError(f"{path} is no Standard MIDI File")
    header_size, _, _, division = struct.unpack(">IHHH", data[4:14])
    if division & 0x8000:
        raise ValueError(f"{path} counts in SMPTE frames; save it in ticks per quarter note")

    events = []
    at = 8 + header_size
    while at + 8 <= len(data):
        kind, size = struct.unpack(">4sI", data[at : at + 8])
        if kind == b"MTrk":
            events += _events(data[at + 8 : at + 8 + size])
        at += 8 + size
    events.sort(key=lambda event: event[0])

    notes = []
    sounding = {}
    now = last_tick = 0
    seconds_per_tick = 0.5 / division
    for tick, status, content in events:
        now += (tick - last_tick) * seconds_per_tick
        last_tick = tick
        if status == 0x151:
            seconds_per_tick = int.from_bytes(content, "big") / 1e6 / division
        elif status & 0x1E0 == 0x80:
            channel, key = (status & 0xF) + 1, content[0]
            if begun := sounding.pop((channel, key), None):
                notes.append(Note(begun[0], now, channel, key, begun[1]))
            if status & 0x10 and content[1]:
                sounding[channel, key] = (now, content[1])
    return sorted(notes)
