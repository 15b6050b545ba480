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
                  '((${#COMPREPLY[@]})) && printf "%s\\n" "${COMPREPLY[@]}"')
        return self.run_shell("bash", "--norc", "-c", script).stdout.splitlines()

    def fish(self, *words):
        line = " ".join(words)
        result = self.run_shell("fish", "--no-config", "-c", f"source {DIRECTORY}/decant.fish; complete -C '{line}'")
        return [each.split("\t")[0] for each in result.stdout.splitlines()]

    def zsh(self, *words):
        quoted = " ".join(f"'{word}'" for word in words)
        script = ("compadd() { for each in ${(P)argv[-1]}; do print -r -- $each; done }; _files() { print -rl -- *(N) }; "
                  f"words=({quoted}); CURRENT={len(words)}; source {DIRECTORY}/_decant")
        return self.run_shell("zsh", "-f", "-c", script).stdout.splitlines()

    def shells(self):
        return [getattr(self, name) for name in ("bash", "fish", "zsh") if shutil.which(name)]

    def assert_offered(self, words, expected):
        for shell in self.shells():
            self.assertEqual(sorted(shell("decant", *words)), sorted(expected), f"{shell.__name__}: {words}")

    def listed_verbs(self, *path):
        """As the program itself lists them."""
        text = self.run_shell("decant", *path, "--help").stdout
        sections = re.split(r"(?im)^subcommands:", text)
        return re.findall(r"(?m)^  ([a-z]+) ", sections[1]) if len(sections) > 1 else []

    def listed_options(self, *path):
        text = self.run_shell("decant", *path, "--help").stdout
        names = re.findall(r"(?m)^  +(--?[a-z][a-z-]*)(?:,(--[a-z][a-z-]*))?", text)
        return [name for both in names for name in both if name]

    def test_every_verb_and_option_of_the_help_is_offered_and_no_other(self):
        verbs = self.listed_verbs()
        self.assertGreater(len(verbs), 15)
        self.assert_offered([""], verbs)
        paths = [[]]
        for verb in verbs:
            paths += [[verb]] + [[verb, part] for part in self.listed_verbs(verb)]
        self.assertIn(["preset", "save"], paths)
        for path in paths:
            options = self.listed_options(*path)
            self.assertIn("--help", options)
            self.assert_offered([*path, "-"], options)
        self.assert_offered(["dis"], ["disable"])
        self.assert_offered(["doctor", "--probe", "--qu"], ["--quantum"])
        self.assert_offered(["config", ""], ["check", "names", "show"])

    def test_every_verb_has_an_example_in_its_help(self):
        for verb in self.listed_verbs():
            self.assertRegex(self.run_shell("decant", verb, "--help").stdout, f"Examples?:\n  decant {verb}", verb)

    def test_nodes_are_offered_where_nodes_belong(self):
        for verb in ("bypass", "disable", "editor", "enable", "panic", "params", "remove", "restart", "save", "set"):
            self.assert_offered([verb, "b"], ["bass", "bells"])
        self.assert_offered(["preset", "load", "be"], ["bells"])
        self.assert_offered(["preset", "list", "--json", "be"], ["bells"])
        self.assert_offered(["enable", "bass", "b"], ["bass", "bells"])
        self.assert_offered(["params", "bass", ""], [])

    def test_words_are_offered_where_words_belong(self):
        self.assert_offered(["bypass", "bells", "o"], ["on", "off"])
        self.assert_offered(["editor", "bells", ""], ["open", "close", "toggle"])
        self.assert_offered(["editor", "bells", "open", ""], [])
        self.assert_offered(["render", "--force", "--quality", "sinc-"],
                            ["sinc-8", "sinc-16", "sinc-32", "sinc-64"])

    def test_files_are_offered_where_nothing_else_can_be_meant(self):
        for words in (["probe", ""], ["render", "--midi", ""], ["preset", "save", "bells", ""]):
            self.assertEqual(self.run_shell("decant", "complete", *words).returncode, 1, words)
        for words in (["set", "bells", ""], ["doctor", "--probe", ""], ["render", "--rate", ""], ["preset", "load", "bells", "--program", ""], ["enable", "x"], []):
            result = self.run_shell("decant", "complete", *words)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""), words)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
