# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PipeWire session that the demo plays in: one of its own, or the user's."""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]

LIBC = ctypes.CDLL(None)

# What a program needs that has nothing to do with a session.
NEUTRAL = ("PATH", "LD_LIBRARY_PATH", "LANG", "USER", "LOGNAME", "TMPDIR", "TZ")


def end_with_parent():
    """Called by a child: nothing goes on, a recording least of all, when the demo is killed."""
    set_parent_death_signal = 1  # prctl(2)
    LIBC.prctl(set_parent_death_signal, signal.SIGTERM)


class DemoError(Exception):
    """What went wrong and what to do, for people."""


def wait_until(condition, seconds, complaint):
    """Waits for `condition` and returns what it gave; DemoError with `complaint` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise DemoError(complaint() if callable(complaint) else complaint)
        time.sleep(0.05)
    return result


class Session:
    """Runs programs in the session; all of them end with it."""

    def __init__(self, build):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="decant-demo-"))
        self.build = build
        self.processes = []
        self.environment = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name, process in reversed(self.processes):
            self.stop(process)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _decant_environment(self):
        return {
            "DECANT_WINE_ROOT": str(self.build / "wine-host"),
            "DECANT_CONFIG_DIR": str(ROOT / "config"),
            "XDG_CONFIG_HOME": str(self.directory / "config"),
            "XDG_STATE_HOME": str(self.directory / "state"),
        }

    def spawn(self, name, *command, environment=None):
        """Starts a program whose words go to a log of its own."""
        try:
            with open(self.log(name), "wb") as log:
                process = subprocess.Popen(
                    [str(word) for word in command],
                    env=self.environment | (environment or {}),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    preexec_fn=end_with_parent,
                )
        except FileNotFoundError as error:
            raise DemoError(f"{command[0]} is not installed; run scripts/demo, which installs what is missing") from error
        self.processes.append((name, process))
        return process

    def stop(self, process, how=signal.SIGTERM):
        """Asks the program to end and waits; one that does not is killed. Returns how it ended."""
        if process.poll() is None:
            process.send_signal(how)
        try:
            return process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def log(self, name):
        return self.directory / f"{name}.log"

    def last_words(self):
        """The end of every log, for a message about a failure."""
        words = []
        for name, process in self.processes:
            text = self.log(name).read_text(errors="replace").strip().splitlines()[-8:]
            ended = "" if process.poll() is None else f" (ended with {process.returncode})"
            words.append(f"{name}{ended}:")
            words += [f"    {line}" for line in text] or ["    said nothing"]
        return "\n".join(words)

    def run(self, *command, check=True):
        """Runs a program of the session to its end and returns what it printed."""
        done = subprocess.run(
            [str(word) for word in command], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        if check and done.returncode != 0:
            raise DemoError(f"{' '.join(map(str, command))} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def dump(self):
        """The objects of the session."""
        try:
            return json.loads(self.run("pw-dump", "--no-colors", check=False) or "[]")
        except json.JSONDecodeError:
            return []  # caught in the middle of a change

    def nodes(self):
        """{node.name: id}"""
        return {
            each["info"]["props"].get("node.name"): each["id"]
            for each in self.dump()
            if each["type"] == "PipeWire:Interface:Node" and each.get("info")
        }

    def links(self):
        """Pairs of node names that a link joins."""
        dump = self.dump()
        names = {
            each["id"]: each["info"]["props"].get("node.name")
            for each in dump
            if each["type"] == "PipeWire:Interface:Node" and each.get("info")
        }
        return {
            (names.get(each["info"]["output-node-id"]), names.get(each["info"]["input-node-id"]))
            for each in dump
            if each["type"] == "PipeWire:Interface:Link" and each.get("info")
        }


class PrivateSession(Session):
    """Own runtime directory, own daemons, a sink that plays to nobody. The user's session is out of reach."""

    sink = "test-sink"
    # Frames per period: long ones, because it is to sound well on a busy machine too; where that fails, longer ones.
    quanta = (1024, 4096)

    def __init__(self, build):
        super().__init__(build)
        for name in ("runtime", "config/pipewire", "state", "data/wireplumber", "cache"):
            (self.directory / name).mkdir(parents=True, mode=0o700)
        (self.directory / "data/wireplumber/scripts").symlink_to(ROOT / "lua-scripts")
        config = ROOT / "config"
        self.environment = {name: os.environ[name] for name in NEUTRAL if name in os.environ} | {
            "HOME": str(self.directory),
            "XDG_RUNTIME_DIR": str(self.directory / "runtime"),
            "XDG_DATA_HOME": str(self.directory / "data"),
            "XDG_CACHE_HOME": str(self.directory / "cache"),
            "PIPEWIRE_CORE": "decant-demo",
            "PIPEWIRE_REMOTE": "decant-demo",
            "PIPEWIRE_LOG_SYSTEMD": "false",
            # Not unset: a library that misses it looks for the user's bus on its own.
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.directory}/runtime/no-bus",
            "WIREPLUMBER_CONFIG_DIR": f"{config}/private-session:{config}:/usr/share/wireplumber",
            "WIREPLUMBER_DATA_DIR": f"{self.directory}/data/wireplumber:/usr/share/wireplumber",
        }
        self.environment |= self._decant_environment()

    def start(self):
        self.spawn("pipewire", "pipewire", "-c", ROOT / "config/private-session/pipewire.conf")
        wait_until(lambda: self.sink in self.nodes(), 20, lambda: f"PipeWire did not start.\n{self.last_words()}")
        self.spawn("wireplumber", "wireplumber", "-p", "private-session")
        wait_until(
            lambda: '"default.audio.sink"' in json.dumps(self.dump()),
            30,
            lambda: f"WirePlumber did not start.\n{self.last_words()}",
        )

    def set_quantum(self, frames):
        self.run("pw-metadata", "-n", "settings", 0, "clock.force-quantum", frames)

    def connect(self, source, target):
        """Waits for the policy of lua-scripts/ to link them."""
        wait_until(
            lambda: (source, target) in self.links(),
            20,
            lambda: f"{source} was not linked to {target}.\n{self.last_words()}",
        )


class LiveSession(Session):
    """The user's own PipeWire and speakers."""

    quanta = (None,)  # as the user has it

    def __init__(self, build):
        super().__init__(build)
        (self.directory / "config/pipewire").mkdir(parents=True)
        self.environment = dict(os.environ)
        self.sink = ""

    def start(self):
        for each in self.dump():
            for entry in each.get("metadata", []):
                if entry["key"] == "default.audio.sink":
                    self.sink = entry["value"]["name"]
        if not self.sink:
            raise DemoError(
                "no PipeWire session with a default sink answers; log in to a desktop with PipeWire, or run the demo "
                "without --live"
            )
        # Only now: our own configuration is for the service, not for the tools above.
        self.environment |= self._decant_environment()

    def set_quantum(self, frames):
        pass

    def connect(self, source, target):
        """Links them, unless a policy did: the user's WirePlumber need not have the scripts of Decant."""
        if (source, target) not in self.links():
            self.run("pw-link", source, target, check=False)
            wait_until(lambda: (source, target) in self.links(), 10, f"{source} could not be linked to {target}")
