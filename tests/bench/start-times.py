#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the start of decantd to a rack that plays, for racks of several sizes, with hosts of their own and in one group:
start-times.py BUILD-DIRECTORY [COUNT...]

Takes DECANT_TEST_PREFIX and DECANT_TEST_PLUGINS from the environment, as the tests do. What counts is how the time grows
with the number of plugins on one machine in one run, so that is printed beside each time."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/lib/demo"))
from session import DemoError, PrivateSession  # noqa: E402

LONGEST = 300  # s, for a rack


def write_rack(session, prefix, count, group):
    plugin = pathlib.Path(os.environ["DECANT_TEST_PLUGINS"]).resolve() / "decant-test-gain.dll"
    more = "group = all" if group else ""
    nodes = "\n".join(
        f'  {{ name = gain-{number} path = "{plugin}" prefix = "{prefix}" {more} }}' for number in range(count)
    )
    drop_ins = session.directory / "config/pipewire/decant.conf.d"
    drop_ins.mkdir(exist_ok=True)
    (drop_ins / "rack.conf").write_text(f"decant.nodes = [\n{nodes}\n]\n")


def wait_for_rack(session, count):
    """Returns when all nodes play, by the log: others are told of states once a second."""
    states, text = {}, ""
    deadline = time.monotonic() + LONGEST
    with open(session.log("decantd"), encoding="utf-8", errors="replace") as log:
        while time.monotonic() < deadline:
            text += log.read()
            states = dict(re.findall(r"node '([^']*)': (running|failed)", text))
            if "failed" in states.values() or len(states) == count:
                break
            time.sleep(0.01)
    if list(states.values()) != ["running"] * count:
        raise DemoError(f"not all of {count} plugins play after {LONGEST} s\n{session.last_words()}")


def measure(session, build, prefix, count, group):
    write_rack(session, prefix, count, group)
    begin = time.monotonic()
    service = session.spawn("decantd", build / "service/decantd")
    wait_for_rack(session, count)
    took = time.monotonic() - begin
    begin = time.monotonic()
    session.stop(service, signal.SIGTERM)
    return took, time.monotonic() - begin


@contextlib.contextmanager
def running_windows(directory):
    """A prefix of its own with the Windows of the tests' prefix. Its wineserver stays between the racks, as on a desktop
    where some Windows program runs."""
    other = pathlib.Path(os.environ["DECANT_TEST_PREFIX"]).resolve()
    prefix = directory / "prefix"
    (prefix / "dosdevices").mkdir(parents=True)
    (prefix / "dosdevices/c:").symlink_to("../drive_c")
    (prefix / "dosdevices/z:").symlink_to("/")
    (prefix / "drive_c").symlink_to(other / "drive_c")
    for file in ("system.reg", "user.reg", "userdef.reg", ".update-timestamp"):
        shutil.copy(other / file, prefix)
    environment = {**os.environ, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all"}
    subprocess.run(["wineserver", "--persistent"], env=environment, check=False, timeout=60)
    try:
        yield prefix
    finally:
        subprocess.run(["wineserver", "--kill"], env=environment, check=False, timeout=60)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    counts = [int(count) for count in sys.argv[2:]] or [1, 8, 32]
    with PrivateSession(build) as session, running_windows(session.directory) as prefix:
        session.start()
        measure(session, build, prefix, 1, False)  # reads the files of Wine and of the host from the disk
        print(f"{os.cpu_count()} CPUs\n{'plugins':>8} {'hosts':>6} {'start s':>8} {'of one':>7} {'end s':>6}")
        for group in (False, True):
            first = None
            for count in counts:
                took, ended = measure(session, build, prefix, count, group)
                first = first or took
                print(f"{count:>8} {1 if group else count:>6} {took:>8.2f} {took / first:>6.1f}x {ended:>6.2f}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except DemoError as error:
        sys.exit(f"start-times: {error}")
