#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes score.mid, the piece that the demo plays: a melody on channel 1, broken chords on channel 2.

Usage: write-score.py FILE. Change the notes below, run it, and commit both.
"""

import struct
import sys

TICKS = 480  # per quarter note
TEMPO = 120  # quarter notes per minute

# Two beats of rest, in which the player is linked to the instruments; then four bars and a closing chord.
START = 2

# (beat, length in beats, note, velocity). The melody comes between the chords' notes, so that each onset stands alone.
MELODY = [
    (0.5, 0.9, "C5", 96), (1.5, 0.9, "A5", 100), (2.5, 0.9, "B5", 88), (3.5, 0.9, "C6", 104),
    (4.5, 1.4, "A5", 100), (6.5, 0.9, "G5", 80), (7.5, 0.9, "F5", 92),
    (8.5, 0.9, "E5", 96), (9.5, 0.9, "G5", 92), (10.5, 0.9, "C6", 108), (11.5, 0.9, "D6", 100),
    (12.5, 1.4, "B5", 96), (14.5, 0.9, "G5", 88), (15.5, 0.9, "B5", 84),
    (16.5, 2.0, "A5", 104),
]  # fmt: skip

# One bar each, a note per beat, held until the bar ends. No octaves: the upper note would begin in a partial of the
# lower one.
CHORDS = [
    ("A3", "C4", "E4", "G4"),
    ("F3", "A3", "C4", "E4"),
    ("C3", "G3", "E4", "A4"),
    ("G3", "B3", "D4", "F4"),
]
CLOSE = ("A3", "C4", "E4")
LOUD, SOFT = 112, 56  # the first note of a bar, the others: one for each layer of the instrument

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def number(name):
    """C4 is 60."""
    return STEPS[name[0]] + 12 * (int(name[1:]) + 1)


def chord_notes():
    for bar, chord in enumerate(CHORDS):
        for beat, name in enumerate(chord):
            yield 4 * bar + beat, 3.95 - beat, name, SOFT if beat else LOUD
    for name in CLOSE:
        yield 4 * len(CHORDS), 3.0, name, LOUD


def variable_length(value):
    encoded = [value & 0x7F]
    while value := value >> 7:
        encoded.append(value & 0x7F | 0x80)
    return bytes(reversed(encoded))


def chunk(kind, content):
    return kind + struct.pack(">I", len(content)) + content


def events(channel, notes):
    for beat, length, note, velocity in notes:
        begin = round((START + beat) * TICKS)
        yield begin, bytes([0x90 | channel, number(note), velocity])
        yield begin + round(length * TICKS), bytes([0x80 | channel, number(note), 64])


def track(timed):
    """The bytes of (tick, message); where two meet, notes end before others begin."""
    content = b""
    now = 0
    for tick, message in sorted(timed, key=lambda event: (event[0], event[1][0] & 0xF0 != 0x80)):
        content += variable_length(tick - now) + message
        now = tick
    return content


TITLE = b"First sound"
head = b"\x00\xff\x03" + variable_length(len(TITLE)) + TITLE
head += b"\x00\xff\x51\x03" + struct.pack(">I", round(60e6 / TEMPO))[1:]
# All in one track: pw-midiplay of PipeWire 1.4 crashes over a file with several.
body = track([*events(0, MELODY), *events(1, chord_notes())])
with open(sys.argv[1], "wb") as file:
    file.write(chunk(b"MThd", struct.pack(">HHH", 0, 1, TICKS)))
    file.write(chunk(b"MTrk", head + body + b"\x00\xff\x2f\x00"))
