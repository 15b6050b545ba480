# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the score through a rack of Windows plugins and the sampler, records it and looks at what came out.

Usage: run.py BUILD_DIRECTORY OUTPUT_DIRECTORY [--live]. Called by scripts/demo.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import pictures
from recording import complaints_of, find_score, read_wav
from score import read_score
from session import ROOT, DemoError, LiveSession, PrivateSession, wait_until
from whole_file import whole_file

PLAYER = "decant-demo-player"
RECORDER = "decant-demo-recorder"
SYNTH, EFFECT, SAMPLER = "decant.demo-synth", "decant.demo-effect", "decant.demo-strings"
KINDS = {SYNTH: "plugin", EFFECT: "plugin", SAMPLER: "sampler"}
PARTS = {1: "Windows synth and effect", 2: "sampler"}

RACK = """\
decant.nodes = [
  {{ name = demo-synth    type = plugin   path = "{synth}"
     description = "Sine (Windows synth)"
     midi.from = [ {player} ]  midi.channels = [ 1 ]  output.to = [ demo-effect ] }}
  {{ name = demo-effect   type = plugin   path = "{effect}"
     description = "Gain (Windows effect)"
     params = {{ Gain = 0.25 }}  output.to = [ {sink} ] }}
  {{ name = demo-strings  type = sampler  path = "{strings}"
     description = "Strings (sampler)"
     midi.from = [ {player} ]  midi.channels = [ 2 ]  volume = -6  output.to = [ {sink} ] }}
]
"""

begin = time.monotonic()


def step(text):
    print(f"[{time.monotonic() - begin:5.1f} s] {text}", flush=True)


@contextlib.contextmanager
def wine_prefix():
    """The demo's own prefix, made once and kept; nobody else uses it meanwhile."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "decant-demo"
    cache.mkdir(parents=True, exist_ok=True)
    prefix = cache / "prefix"
    environment = os.environ | {
        "WINEPREFIX": str(prefix),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        # No download of Mono and Gecko, no entries in the user's menu.
        "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d",
    }
    environment.pop("DISPLAY", None)
    environment.pop("WAYLAND_DISPLAY", None)

    with open(cache / "lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step("Waiting for another demo of this user to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # Written last when a prefix is made: one that is without was interrupted.
        ready = cache / "prefix-is-ready"
        if not ready.exists():
            step(f"Making a Wine prefix in {prefix}, once: up to a few minutes")
            shutil.rmtree(prefix, ignore_errors=True)
            made = subprocess.run(
                ["wineboot", "--init"], env=environment, capture_output=True, text=True, timeout=600, check=False
            )
            if made.returncode != 0 or not (prefix / "dosdevices").exists():
                raise DemoError(f"Wine could not make {prefix}: {made.stderr.strip()[-500:]}")
            subprocess.run(["wineserver", "--wait"], env=environment, timeout=600, check=False)
            ready.touch()
        try:
            yield prefix
        finally:
            subprocess.run(["wineserver", "--kill"], env=environment, capture_output=True, timeout=60, check=False)


def install_plugins(build, prefix):
    """Puts the plugins where a Windows installer would. Returns their paths."""
    directory = prefix / "drive_c/Program Files/VstPlugins"
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in ("decant-test-sine.dll", "decant-test-gain.dll"):
        shutil.copy(build / "tests/plugins" / name, directory)
        paths.append(directory / name)
    return paths


def start_rack(session, build, synth, effect):
    rack = RACK.format(
        synth=synth,
        effect=effect,
        strings=build / "config/demo/strings.sfz",
        player=PLAYER,
        sink=session.sink,
    )
    drop_in = session.directory / "config/pipewire/decant.conf.d/demo.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(rack, encoding="utf-8")
    service = session.spawn("decantd", build / "service/decantd")

    def running():
        if service.poll() is not None:
            raise DemoError(f"decantd ended.\n{session.last_words()}")
        states = {f"decant.{node['name']}": node for node in rack_status(session, build)}
        for name in KINDS.keys() & states.keys():
            if states[name]["state"] == "failed":
                raise DemoError(f"{name}: {states[name]['message']}")
        return all(states.get(name, {}).get("state") == "running" for name in KINDS) and KINDS.keys() <= session.nodes().keys()

    wait_until(running, 180, lambda: f"not every node of the rack came up.\n{session.last_words()}")
    for source, target in ((SYNTH, EFFECT), (EFFECT, session.sink), (SAMPLER, session.sink)):
        session.connect(source, target)


def rack_status(session, build):
    return json.loads(session.run(build / "service/cli/decant", "list", "--json", check=False) or "[]")


def dropouts(session, build):
    """Cycles that a node of the rack missed, and blocks that came too late."""
    return sum(node.get("xruns", 0) + node.get("late", 0) for node in rack_status(session, build))


def play(session, build, score, wav):
    """Plays and records; returns the graph as it was meanwhile, and the table of the rack."""
    recorder = session.spawn(
        "pw-record", "pw-record", "--target", session.sink, "--rate", 48000, "--channels", 2, "--format", "s24",
        "-P", f"{{ stream.capture.sink = true node.name = {RECORDER} }}", wav,
    )  # fmt: skip
    wait_until(
        lambda: (session.sink, RECORDER) in session.links(), 20, lambda: f"nothing records the sink.\n{session.last_words()}"
    )
    player = session.spawn(
        "pw-midiplay", "pw-midiplay", "--target", 0, "-P", f"{{ node.name = {PLAYER} }}", score
    )  # fmt: skip
    for instrument in (SYNTH, SAMPLER):
        session.connect(PLAYER, instrument)
    graph = session.dump()
    table = table_until_end(session, build, player)
    time.sleep(1.5)  # for the last note to fade: this is a recording, and so takes its time
    session.stop(recorder, signal.SIGINT)
    return graph, table


def table_until_end(session, build, player):
    """Waits for the player, and returns the last table of the rack with it: afterwards its name means nobody."""
    table = ""
    deadline = time.monotonic() + 120
    while player.poll() is None:
        now = session.run(build / "service/cli/decant", "list")
        if player.poll() is None or not table:
            table = now
        if time.monotonic() > deadline:
            raise DemoError(f"pw-midiplay does not end.\n{session.last_words()}")
        time.sleep(0.5)
    if player.returncode != 0:
        raise DemoError(f"pw-midiplay failed.\n{session.last_words()}")
    return table or session.run(build / "service/cli/decant", "list")


def judge(wav, notes, picture):
    """Compares recording and score; returns what is wrong."""
    rate, samples = read_wav(wav)
    shift, findings = find_score(samples, rate, notes)
    pictures.draw_recording(samples, rate, findings, shift, PARTS, picture)

    complaints = []
    for channel, part in PARTS.items():
        own = [finding for finding in findings if finding.note.channel == channel]
        good = [finding for finding in own if not finding.complaint]
        line = f"{part}: {len(good)} of {len(own)} notes found"
        if good:
            cents = max(abs(finding.cents) for finding in good)
            late = max(abs(finding.late) for finding in good)
            line += f", at most {cents:.0f} cents off pitch and {late * 1000:.0f} ms off time"
        print(line)
        complaints += complaints_of(part, own)
    return complaints


def demo(build, out, live):
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoError(f"{out} cannot be a directory for the results: {error.strerror}. --out DIR names another one.") from error
    results = {name: out / name for name in ("demo.wav", "graph.svg", "demo.png")}
    score = ROOT / "config/demo/score.mid"

    # The lock of the prefix first: another demo that writes there is waited for.
    with (
        wine_prefix() as prefix,
        whole_file(results["demo.wav"]) as wav,
        (LiveSession if live else PrivateSession)(build) as session,
    ):
        for path in results.values():
            path.unlink(missing_ok=True)
        synth, effect = install_plugins(build, prefix)
        step("Looking for your PipeWire session" if live else "Starting PipeWire and WirePlumber, apart from yours")
        session.start()
        step("Starting decantd with two Windows plugins and the sampler")
        start_rack(session, build, synth, effect)
        for quantum, next_quantum in zip(session.quanta, (*session.quanta[1:], None)):
            session.set_quantum(quantum)
            before = dropouts(session, build)
            step(f"Playing and recording{f', in periods of {quantum} frames' if quantum else ''}")
            graph, table = play(session, build, score, wav)
            step("Looking at the recording")
            complaints = judge(wav, read_score(score), results["demo.png"])
            missed = dropouts(session, build) - before
            if not (complaints and missed and next_quantum):
                break
            step(f"The machine was too busy to keep up ({missed} times), so once more")
        pictures.draw_graph(graph, KINDS, results["graph.svg"])
        print(f"\n{table.rstrip()}\n")
        print("LOAD is a part of the period; TRIP us a block's way to Windows and back, usual and longest; RT by what right")
        print("the plugin runs before others; LATE blocks that came too late; XRUNS periods without the node.\n")
        words = session.last_words() if complaints and not live else ""

    for path in results.values():
        print(path)
    if complaints and live:
        print("Other programs may have been heard too, so this may be harmless:")
        print("\n".join(f"    {complaint}" for complaint in complaints))
    elif complaints:
        raise DemoError(
            "the recording is not what the score says:\n    "
            + "\n    ".join(complaints)
            + f"\nThe table and {results['demo.png']} show more, and so may the programs' last words:\n{words}\n"
            + "If the machine was busy (LATE, XRUNS), run this again when it is not."
        )
    step("Done")


def main():
    # A polite end is an end like any other: the session stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))  # the terminal was closed
    try:
        demo(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), "--live" in sys.argv[3:])
    except DemoError as error:
        sys.exit(f"demo: {error}")
    except FileNotFoundError as error:
        sys.exit(f"demo: {error}\nRun scripts/demo, which installs and builds what is missing.")
    except (OSError, subprocess.SubprocessError) as error:
        sys.exit(f"demo: {error}\nIs there room on the disk? --out DIR names another directory for the results.")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
