#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage: programs-of-suites.py BUILD SUITE... Prints the files in BUILD that the tests of these suites need."""

import json
import os
import subprocess
import sys

build = os.path.realpath(sys.argv[1])
wanted = set(sys.argv[2:])


def introspect(what):
    return json.loads(subprocess.run(["meson", "introspect", what, build], check=True, capture_output=True).stdout)


files_of = {target["id"]: target["filename"] for target in introspect("--targets")}
files = set()
for test in introspect("--tests"):
    if not wanted.isdisjoint(suite.rpartition(":")[2] for suite in test["suite"]):
        for target in test["depends"]:
            files.update(os.path.relpath(file, build) for file in files_of[target])
print("\n".join(sorted(files)))
