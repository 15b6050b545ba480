# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the results in Meson's testlog.json: prints "passed failed", and what was skipped to stderr."""

import json
import sys

passed = failed = 0
with open(sys.argv[1], encoding="utf-8") as log:
    for line in log:
        test = json.loads(line)
        if test["result"] in ("OK", "EXPECTEDFAIL"):
            passed += 1
        elif test["result"] == "SKIP":
            print(f"skipped: {test['name']}", file=sys.stderr)
        else:
            failed += 1
            print(f"failed: {test['name']} ({test['result'].lower()})", file=sys.stderr)
print(passed, failed)
