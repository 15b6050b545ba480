#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: on-this-machine.py DECANT SCHEMA CLASS
# `decant doctor` on the machine that the tests run on, as a user runs it: the tests of a class.
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest

import jsonschema

DECANT, SCHEMA = sys.argv[1:3]


def doctor(*arguments):
    return subprocess.run([DECANT, "doctor", *arguments], capture_output=True, text=True, timeout=120)


class OnThisMachine(unittest.TestCase):
    def test_what_it_prints_is_what_the_schema_says(self):
        result = doctor("--json")
        self.assertIn(result.returncode, (0, 1), result.stderr)
        report = json.loads(result.stdout)
        schema = json.loads(pathlib.Path(SCHEMA).read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(report)

        states = [finding["state"] for finding in report["findings"]]
        self.assertEqual(report["summary"], {state: states.count(state) for state in ("ok", "info", "bad", "unreadable")})
        self.assertEqual(result.returncode, 1 if "bad" in states else 0)

    def test_its_verdicts_are_those_of_the_machine(self):
        found = {finding["id"]: finding for finding in json.loads(doctor("--json").stdout)["findings"]}
        soft, hard = resource.getrlimit(resource.RLIMIT_RTPRIO)
        self.assertIn(f"this shell {'unlimited' if hard == resource.RLIM_INFINITY else hard}", found["limits.rtprio"]["value"])

        child = os.fork()
        if child == 0:
            try:
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(83))
            except OSError:
                os._exit(1)
            os._exit(0)
        granted = os.waitpid(child, 0)[1] == 0
        self.assertEqual(found["scheduling.grant"]["state"] == "ok", granted)

        swappiness = pathlib.Path("/proc/sys/vm/swappiness").read_text().strip()
        disks = [line for line in pathlib.Path("/proc/swaps").read_text().splitlines()[1:] if "/zram" not in line]
        self.assertEqual(found["memory.swap"]["state"], "bad" if disks and int(swappiness) > 10 else "ok")
        mappings = int(pathlib.Path("/proc/sys/vm/max_map_count").read_text())
        self.assertEqual(found["memory.map-count"]["state"], "ok" if mappings >= 262144 else "bad")

    def test_the_table_has_a_line_for_each_and_no_colours_in_a_pipe(self):
        text = doctor().stdout
        ids = re.findall(r"^(?:ok|info|bad|unreadable) +([a-z]+\.[a-z-]+)", text, re.MULTILINE)
        self.assertEqual(len(ids), len(json.loads(doctor("--json").stdout)["findings"]))
        self.assertNotIn("\x1b", text)

    def test_the_fix_script_is_printed_and_is_a_script(self):
        script = doctor("--fix-script").stdout
        self.assertTrue(script.startswith("#!/bin/sh\n"))
        subprocess.run(["sh", "-n"], input=script, text=True, check=True, timeout=20)

    def test_a_probe_measures_every_cpu_and_the_way_to_another_process(self):
        with tempfile.TemporaryDirectory() as directory:
            picture = pathlib.Path(directory, "latency.svg")
            result = doctor("--json", "--probe", "0.6", "--load", "--svg", str(picture))
            self.assertIn(result.returncode, (0, 1), result.stderr)
            report = json.loads(result.stdout)
            jsonschema.Draft202012Validator(json.loads(pathlib.Path(SCHEMA).read_text())).validate(report)
            probe = report["probe"]
            self.assertEqual({series["name"] for series in probe["wake_up"]}, {f"CPU {cpu}" for cpu in os.sched_getaffinity(0)})
            for series in probe["wake_up"] + probe["round_trip"]:
                self.assertGreater(series["count"], 0, series["name"])
                self.assertEqual(series["count"], sum(step["count"] for step in series["histogram"]))
                self.assertGreater(series["p50"], 0)
                self.assertLessEqual(series["p50"], series["max"])
            self.assertIn("</svg>", picture.read_text())
        text = doctor("--probe", "0.3").stdout
        self.assertIn("How late a thread wakes", text)

    def test_a_wrong_root_or_option_cannot_run(self):
        with tempfile.TemporaryDirectory() as empty:
            result = doctor("--root", empty)
            self.assertEqual(result.returncode, 2)
            self.assertIn("--root wants", result.stderr)
        self.assertEqual(doctor("--quantum", "much").returncode, 2)
        self.assertEqual(doctor("--load").returncode, 2)
        self.assertEqual(doctor("--probe", "0.2", "--svg", "/no/where.svg").returncode, 2)

    def test_another_machines_files_are_judged_for_the_quantum_that_is_asked_for(self):
        with tempfile.TemporaryDirectory() as root:
            kernel = pathlib.Path(root, "proc/sys/kernel")
            kernel.mkdir(parents=True)
            kernel.joinpath("version").write_text("#1 SMP PREEMPT_RT\n")
            report = json.loads(doctor("--root", root, "--json", "--quantum", "64/96000").stdout)
            self.assertEqual(report["quantum"]["frames"], 64)
            self.assertAlmostEqual(report["quantum"]["period_usec"], 666.67, 1)
            found = {finding["id"]: finding for finding in report["findings"]}
            self.assertEqual(found["kernel.preemption"]["state"], "ok")
            self.assertEqual(found["scheduling.grant"]["state"], "unreadable")


class OnAPlugin(unittest.TestCase):
    """With a real Wine, and the tests' plugins and prefix."""

    def setUp(self):
        os.environ["WINEPREFIX"] = os.environ["DECANT_TEST_PREFIX"]
        self.plugin = pathlib.Path(os.environ["DECANT_TEST_PLUGINS"], "decant-test-gain.dll")

    def test_the_way_through_wine_is_measured_beside_the_others(self):
        result = doctor("--json", "--probe", "1", "--plugin", str(self.plugin))
        self.assertIn(result.returncode, (0, 1), result.stderr)
        report = json.loads(result.stdout)
        jsonschema.Draft202012Validator(json.loads(pathlib.Path(SCHEMA).read_text())).validate(report)
        trips = {series["name"]: series for series in report["probe"]["round_trip"]}
        self.assertGreater(trips[self.plugin.name]["count"], 10)
        self.assertGreater(trips[self.plugin.name]["p50"], 0)
        self.assertIn("native, one CPU", trips)

    def test_one_of_a_file_with_several_can_be_named(self):
        shell = self.plugin.with_name("decant-test-shell.dll")
        listed = subprocess.run([DECANT, "probe", "--json", str(shell)], capture_output=True, text=True, timeout=120)
        name = json.loads(listed.stdout)["in_file"][1]["name"]
        result = doctor("--json", "--probe", "0.5", "--plugin", f"{shell}#{name}")
        self.assertIn(result.returncode, (0, 1), result.stderr)

    def test_what_is_no_plugin_cannot_be_measured_and_the_reason_is_told(self):
        result = doctor("--probe", "0.2", "--plugin", "/no/where.dll")
        self.assertEqual(result.returncode, 2)
        self.assertIn("where.dll", result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
