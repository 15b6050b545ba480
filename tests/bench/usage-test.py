#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do benchmarks refuse what cannot be measured? Usage: usage-test.py BENCHMARK..."""

import pathlib
import subprocess
import sys
import unittest

BENCHMARKS = {path.name: path for path in map(pathlib.Path, sys.argv[1:])}
del sys.argv[1:]

NO_NUMBER = "is no number that can be used here"
OUT_OF_RANGE = "not in range"
REFUSED = {
    "sampler-bench": [
        ("--engine nope", "no such engine as nope; the names are linear, 4-point"),
        ("--seconds nan", NO_NUMBER),
        ("--ratio 1 nan", NO_NUMBER),
        ("--repeats 0", OUT_OF_RANGE),
    ],
    "bridge-bench": [
        ("--seconds nan", NO_NUMBER),
        ("--block 0", OUT_OF_RANGE),
        ("--graph --burn 50", "excludes --"),
        ("--graph --unpaced", "excludes --"),
        ("--graph --placement free", "excludes --"),
    ],
    "crew-bench": [
        ("--seconds nan", NO_NUMBER),
        ("--seconds -1", OUT_OF_RANGE),
        ("--block 0", OUT_OF_RANGE),
        ("--rate 0", OUT_OF_RANGE),
        ("--turns 0", OUT_OF_RANGE),
        ("--burn 10001", OUT_OF_RANGE),
        ("--busy 65", OUT_OF_RANGE),
    ],
}


def run(name, words):
    return subprocess.run([BENCHMARKS[name], *words.split()], capture_output=True, text=True, check=False, timeout=60)


class Usage(unittest.TestCase):
    def test_what_cannot_be_measured_is_wrong_usage(self):
        for name in BENCHMARKS:
            for words, text in [*REFUSED[name], ("--loud", "--loud")]:
                with self.subTest(f"{name} {words}"):
                    done = run(name, words)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(text, done.stderr)
                    self.assertEqual(done.stdout, "")

    def test_help_is_right_usage(self):
        for name in BENCHMARKS:
            done = run(name, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn("--seconds", done.stdout)


unittest.main()
