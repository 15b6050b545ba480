#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd itself says of the user service: service-unit-test.py SYSTEMD_ANALYZE UNIT"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ANALYZE, UNIT = sys.argv[1:3]

# A Wine host inherits them, and dies of each.
DEADLY = ("MemoryDenyWriteExecute=", "SystemCallFilter=", "SystemCallArchitectures=", "RestrictNamespaces=",
          "LockPersonality=")


class ServiceUnit(unittest.TestCase):
    """The unit as it is installed, but for the program, which need not be."""

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.unit = self.home.name + "/decant.service"
        with open(UNIT, encoding="utf-8") as file:
            self.text = file.read()
        self.write(self.text)

    def write(self, text):
        with open(self.unit, "w", encoding="utf-8") as file:
            file.write(re.sub("(?m)^ExecStart=[^ \n]*", "ExecStart=/bin/true", text))

    def analyze(self, verb, *arguments):
        environment = {**os.environ, "XDG_RUNTIME_DIR": self.home.name, "HOME": self.home.name}
        return subprocess.run([ANALYZE, "--user", verb, *arguments, self.unit], env=environment, capture_output=True,
                              text=True, timeout=60, check=False)

    def verify(self):
        return self.analyze("verify", "--man=no", "--recursive-errors=no")

    def test_systemd_finds_nothing_wrong(self):
        result = self.verify()
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""))

    def test_systemd_would_find_it(self):
        self.write(self.text.replace("WatchdogSec=", "WatchdogSeconds="))
        self.assertIn("WatchdogSeconds", self.verify().stderr)

    def test_what_wine_survives_is_on_and_what_it_dies_of_is_off(self):
        result = self.analyze("security", "--offline=true", "--json=short")
        self.assertEqual(result.returncode, 0, result.stderr)
        settings = {each["name"]: each["set"] for each in json.loads(result.stdout)}
        self.assertTrue(settings["NoNewPrivileges="])
        for name, is_set in settings.items():
            if name.startswith(DEADLY):
                self.assertFalse(is_set, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
