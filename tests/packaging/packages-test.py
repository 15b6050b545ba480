# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the Debian packages are in step with the tree that they are made of."""

import fnmatch
import json
import pathlib
import re
import subprocess
import sys
import unittest

root, build = map(pathlib.Path, sys.argv[1:3])
meson = sys.argv[3:]
debian = root / "packaging/debian"

# What scripts/demo and scripts/test play with, and a build does not need.
ONLY_TO_RUN = {
    "catch2", "libpipewire-0.3-modules", "libspa-0.2-modules", "libwireplumber-0.5-dev", "pipewire", "pipewire-bin",
    "wireplumber",
}  # fmt: skip


def introspected(what):
    """What Meson knows of the build directory."""
    answer = subprocess.run([*meson, "introspect", what, build], check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def installed():
    """Where everything goes, as below "/"."""
    prefix = next(each["value"] for each in introspected("--buildoptions") if each["name"] == "prefix")
    return ["usr/" + str(pathlib.Path(path).relative_to(prefix)) for path in introspected("--installed").values()]


def packages_with(path):
    """The packages that have a file."""
    having = []
    for listing in sorted(debian.glob("*.install")):
        # dh_install takes whole directories, and a "*" of it stays within one.
        parts = path.split("/")
        heads = {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
        for pattern in re.sub("#.*", "", listing.read_text()).split():
            if any(head.count("/") == pattern.count("/") and fnmatch.fnmatch(head, pattern) for head in heads):
                having.append(listing.stem)
    return having


def build_depends():
    """The names of the packages that a build needs."""
    field = re.search(r"^Build-Depends:(.*?)(?=^\S)", (debian / "control").read_text(), re.DOTALL | re.MULTILINE)
    return {each.split()[0] for each in field[1].split(",") if each.strip()}


def debian_packages():
    """What scripts/lib/packages wants from Debian, by who needs it."""
    wanted = {}
    for line in (root / "scripts/lib/packages").read_text().splitlines():
        if line and not line.startswith("#"):
            who, _, names = [column.strip() for column in line.split("|")][:3]
            wanted.setdefault(who, set()).update(name.rstrip("*") for name in names.split())
    return wanted


class Packages(unittest.TestCase):
    def test_everything_that_is_installed_is_in_one_package(self):
        paths = installed()
        self.assertIn("usr/bin/decantd", paths)
        for path in paths:
            with self.subTest(path):
                self.assertEqual(len(packages_with(path)), 1, f"packages with {path}: {packages_with(path)}")

    def test_what_a_build_needs_is_named(self):
        needed = debian_packages()["build"] | debian_packages()["windows"]
        self.assertEqual(needed - ONLY_TO_RUN - build_depends(), set())

    def test_nothing_is_named_that_the_scripts_do_not_know(self):
        known = set().union(*debian_packages().values()) | {"debhelper-compat"}
        self.assertEqual(build_depends() - known, set())
        self.assertEqual(ONLY_TO_RUN - debian_packages()["build"], set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
