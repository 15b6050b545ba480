#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""demo-packages-test SOURCE: the demo is set up on a machine that has none of the libraries that only the tests need."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def modules(source, purpose):
    """The pkg-config modules in the lines of scripts/lib/packages for a purpose."""
    found = set()
    for line in (source / "scripts/lib/packages").read_text().splitlines():
        columns = [column.strip() for column in line.split("|")]
        if columns[0] == purpose:
            found |= set(re.findall(r"\bmodule ([^\s,>]+)", columns[1]))
    return found


def main():
    source = Path(sys.argv[1])
    hidden = modules(source, "test") - modules(source, "build") - modules(source, "demo")
    assert hidden, "scripts/lib/packages names no library of the tests"
    with tempfile.TemporaryDirectory(prefix="decant-test-") as scratch:
        pkg_config = Path(scratch) / "pkg-config"
        pkg_config.write_text(
            "#!/bin/sh\n"
            'for argument; do case " ' + " ".join(sorted(hidden)) + ' " in *" $argument "*) exit 1 ;; esac; done\n'
            'exec pkg-config "$@"\n')
        pkg_config.chmod(0o755)
        result = subprocess.run(
            ["meson", "setup", Path(scratch) / "build", source],
            env=os.environ | {"PKG_CONFIG": str(pkg_config)}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(result.stdout)
    for module in sorted(hidden):
        print(f"{module} was hidden")
    return result.returncode


sys.exit(main())
