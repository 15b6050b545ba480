# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the results in Meson's testlog.json.

count-results.py LOG [SECOND]  prints "passed failed"; says on stderr which test was skipped, failed, or passed only at
                               the second attempt, whose results are in SECOND
count-results.py --failed LOG  prints the names of those that failed, one a line, as `meson test` takes them
"""

import json
import pathlib
import sys


def results(log):
    """The result of each test by name, as Meson says it: "SUITES / NAME"."""
    path = pathlib.Path(log)
    if not path.exists():
        return {}
    tests = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {test["name"]: test["result"] for test in tests}


def has_passed(result):
    return result in ("OK", "EXPECTEDFAIL")


def has_failed(result):
    return not has_passed(result) and result != "SKIP"


if sys.argv[1] == "--failed":
    for name, result in results(sys.argv[2]).items():
        if has_failed(result):
            print(name.split(" / ", 1)[-1])
    sys.exit()

first = results(sys.argv[1])
second = results(sys.argv[2]) if len(sys.argv) > 2 else {}
passed = failed = 0
for name, result in first.items():
    if has_failed(result) and has_passed(second.get(name)):
        passed += 1
        print(f"passed at the second attempt only: {name}", file=sys.stderr)
    elif has_failed(result):
        failed += 1
        print(f"failed: {name} ({result.lower()})", file=sys.stderr)
    elif has_passed(result):
        passed += 1
    else:
        print(f"skipped: {name}", file=sys.stderr)
print(passed, failed)
