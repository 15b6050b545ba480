#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do the commands of scripts/ do if they are misused or interrupted? Usage: commands-test.py SCRIPTS_DIRECTORY."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
SCRIPTS = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(SCRIPTS / "lib/demo"))

from whole_file import whole_file


class Commands(unittest.TestCase):
    def test_a_wrong_option_is_wrong_usage(self):
        for options in (["demo", "--loud"], ["demo", "--out"], ["test", "--loud"], ["test-fresh", "--loud"], ["test-fresh", "--dir"],
                        ["test-arm64", "--loud"], ["fuzz", "--loud"]):
            done = subprocess.run([SCRIPTS / options[0], *options[1:]], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, options)
            self.assertIn("Usage: ", done.stderr)
            self.assertIn(options[1], done.stderr.splitlines()[-1])

    def test_help_takes_no_other_word(self):
        for name in ("demo", "test", "test-fresh", "test-arm64", "fuzz"):
            for options, code in ((["--help"], 0), (["--help", "extra"], 2)):
                done = subprocess.run([SCRIPTS / name, *options], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, code, [name, *options])

    def test_a_recording_that_is_interrupted_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "demo.wav")
            with self.assertRaises(KeyboardInterrupt):
                with whole_file(path) as part:
                    part.write_text("half")
                    raise KeyboardInterrupt
            self.assertEqual(list(path.parent.iterdir()), [])

    def test_a_recording_that_is_whole_has_its_name_and_kind(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "demo.wav")
            with whole_file(path) as part:
                self.assertEqual(part.suffix, ".wav")
                part.write_text("whole")
                self.assertFalse(path.exists())
            self.assertEqual(list(path.parent.iterdir()), [path])


unittest.main()
