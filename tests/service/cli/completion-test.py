#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shells offer behind `decant`, with the real program: completion-test.py DECANT COMPLETION-DIRECTORY"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

# Meson gives a path from the build directory.
DECANT, DIRECTORY = (os.path.abspath(path) for path in sys.argv[1:3])


class Completion(unittest.TestCase):
    """A rack of two nodes, and the program as `decant` in the PATH."""

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        root = self.home.name
        os.makedirs(root + "/bin")
        os.makedirs(root + "/config/pipewire/decant.conf.d")
        os.symlink(DECANT, root + "/bin/decant")
        with open(root + "/config/pipewire/decant.conf.d/rack.conf", "w", encoding="utf-8") as file:
            file.write("decant.nodes = [ { name = bass path = ~/x.wav } { name = bells path = ~/y.wav } ]")
        self.environment = {**os.environ, "HOME": root, "XDG_CONFIG_HOME": root + "/config",
                            "XDG_RUNTIME_DIR": root, "PATH": root + "/bin:" + os.environ["PATH"]}

    def run_shell(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def bash(self, *words):
        quoted = " ".join(f"'{word}'" for word in words)
        script = (f"source {DIRECTORY}/decant.bash; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _decant; "
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        return self.run_shell("bash", "--norc", "-c", script).stdout.split()

    def fish(self, line):
        result = self.run_shell("fish", "--no-config", "-c", f"source {DIRECTORY}/decant.fish; complete -C '{line}'")
        return [each.split("\t")[0] for each in result.stdout.splitlines()]

    def verbs(self):
        """As the program itself lists them."""
        text = self.run_shell("decant", "--help").stdout
        listed = re.split(r"(?im)^subcommands:", text)[1]
        return re.findall(r"(?m)^  ([a-z]+) ", listed)

    def test_bash_offers_every_verb(self):
        self.assertGreater(len(self.verbs()), 15)
        self.assertEqual(sorted(self.bash("decant", "")), sorted(self.verbs()))
        self.assertEqual(self.bash("decant", "dis"), ["disable"])

    def test_bash_offers_nodes_where_nodes_belong(self):
        for verb in ("bypass", "disable", "editor", "enable", "panic", "params", "remove", "restart", "save", "set"):
            self.assertEqual(self.bash("decant", verb, "b"), ["bass", "bells"], verb)
        self.assertEqual(self.bash("decant", "preset", "load", "be"), ["bells"])
        self.assertEqual(self.bash("decant", "params", "bass", ""), [])
        self.assertEqual(self.bash("decant", "bypass", "bells", "o"), ["on", "off"])
        self.assertEqual(self.bash("decant", "editor", "bells", "c"), ["close"])

    def test_bash_offers_options_and_verbs_of_verbs(self):
        self.assertIn("--dry-run", self.bash("decant", "add", "--"))
        self.assertIn("--force", self.bash("decant", "preset", "save", "--"))
        self.assertEqual(sorted(self.bash("decant", "config", "")), ["check", "names", "show"])

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish_offers_the_same(self):
        self.assertEqual(sorted(self.fish("decant ")), sorted(self.verbs()))
        self.assertEqual(sorted(self.fish("decant enable b")), ["bass", "bells"])
        self.assertIn("--dry-run", self.fish("decant add --"))

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh_can_read_its_file(self):
        self.assertEqual(self.run_shell("zsh", "-n", DIRECTORY + "/_decant").returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
