#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the demo hear what is wrong with a recording? Usage: recording-test.py SCRIPTS_DIRECTORY."""

import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv.pop(1) + "/lib/demo")

import numpy
from recording import complaints_of, find_score
from score import Note

RATE = 44100

# (start, channel, key): the first part begins, the second one comes between its notes.
SCORE = [
    Note(start, start + 0.45, channel, key, 100)
    for start, channel, key in [(0.5, 2, 57), (0.75, 1, 72), (1.0, 2, 60), (1.25, 1, 81), (1.5, 2, 64), (1.75, 1, 83)]
]


def recording(notes, seconds_late=0.2, cents=0):
    sound = numpy.zeros(4 * RATE)
    for note in notes:
        time = numpy.arange(round((note.end - note.start) * RATE)) / RATE
        tone = 0.2 * numpy.sin(2 * numpy.pi * note.hertz * 2 ** (cents / 1200) * time)
        tone *= numpy.minimum(1, numpy.minimum(time, time[-1] - time) / 0.005)
        begin = round((note.start + seconds_late) * RATE)
        sound[begin : begin + tone.size] += tone
    return numpy.column_stack((sound, sound))


def complaints(samples):
    """Those about the first part and about the second."""
    _, findings = find_score(samples, RATE, SCORE)
    return [
        complaints_of(part, [finding for finding in findings if finding.note.channel == channel])
        for channel, part in ((2, "first"), (1, "second"))
    ]


class TheDemo(unittest.TestCase):
    def test_has_nothing_to_say_about_a_recording_of_its_score(self):
        self.assertEqual(complaints(recording(SCORE)), [[], []])

    def test_blames_a_silent_part_alone_even_if_it_should_have_begun(self):
        second = [note for note in SCORE if note.channel == 1]
        self.assertEqual(complaints(recording(second)), [["first: none of its 3 notes is heard"], []])

    def test_names_a_note_that_is_missing(self):
        first, second = complaints(recording([note for note in SCORE if note.key != 81]))
        self.assertEqual(first, [])
        self.assertEqual(len(second), 1)
        self.assertIn("second: A5 at 1.25 s is missing", second[0])

    def test_hears_that_a_part_is_out_of_tune(self):
        first, second = complaints(recording(SCORE, cents=40))
        self.assertTrue(first and second)

    def test_says_of_silence_that_nothing_is_heard(self):
        self.assertEqual(
            complaints(numpy.zeros((4 * RATE, 2))),
            [["first: none of its 3 notes is heard"], ["second: none of its 3 notes is heard"]],
        )


unittest.main(verbosity=2)
