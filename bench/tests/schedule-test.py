#!/usr/bin/python3
# also: sanitized
"""Tests of stages, caps, looks and the time left, with the program itself: schedule-test.py TIMERBED

The last line printed is "N passed, N failed".
"""

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "scripts", "tests"))

from helpers import main  # noqa: E402

TIMERBED = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                           else os.path.join(ROOT, "build", "timerbed"))

STAGES = """[experiment]
name = stages
[second]
stage = second
subjects = binary-heap quad-heap
workloads = hold
n = 100
replicates = 2
repeats = 1
least-operations = 5000
[cost]
stage = first
subjects = binary-heap quad-heap
workloads = hold idle
n = 100 1000
replicates = 3
repeats = 1
least-operations = 5000
"""

LOOKS = """[experiment]
name = looks
[cost]
subjects = binary-heap sorted-list
workloads = hold:batch=1
n = 3000
looks = 8 12
repeats = 1
least-operations = 3000
"""


class Schedule(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="timerbed-schedule-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
            out.write(text)

    def run_it(self, *words, program=TIMERBED):
        return subprocess.run([program, *words], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)

    def works(self, *words, program=TIMERBED):
        done = self.run_it(*words, program=program)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def rows(self, name):
        with open(os.path.join(self.folder, name, "cells.jsonl"), encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def summary(self, name):
        with open(os.path.join(self.folder, name, "run.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_stages_come_as_the_file_names_them(self):
        self.write("stages.ini", STAGES)
        self.works("run", "stages.ini", "--out", "out")
        rows = self.rows("out")
        self.assertEqual([row["experiment"] for row in rows], ["second"] * 4 + ["cost"] * 24)
        rounds = [row["replicate"] for row in rows if row["experiment"] == "cost"]
        self.assertEqual(rounds, sorted(rounds))
        summary = self.summary("out")
        self.assertEqual(summary["left_out"], "")
        self.assertEqual([(one["stage"], one["cells"], one["measured"])
                          for one in summary["stages"]], [("second", 4, 4), ("first", 24, 24)])

    def test_the_experiment_that_is_left_repeats_it(self):
        self.write("looks.ini", LOOKS.replace("[cost]", "[cost]\nstage = core at 1e3\ncap = 2m"))
        self.works("run", "looks.ini", "--out", "out", "--reps", "2")
        plan = self.works("run", "looks.ini", "--dry-run").stdout
        with open(os.path.join(self.folder, "out", "experiment.ini"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("stage = core at 1e3\n", text)
        self.assertIn("cap = 120000000000ns\n", text)
        self.assertIn("looks = 2\n", text)
        again = self.works("run", "out/experiment.ini", "--dry-run").stdout
        self.assertEqual(len(again.splitlines()), 3)
        self.assertEqual(again.splitlines()[:2], plan.splitlines()[:2])

    def test_wrong_keys_are_told(self):
        for line, words in (("looks = 8 4", "looks: '8 4' are not rising numbers of blocks"),
                            ("looks = 1 8", "from 2 to 1000"), ("cap = soon", "cap"),
                            ("stage = " + "x" * 80, "is longer than 63 characters"),
                            ("stages = core", "did you mean 'stage'?")):
            self.write("wrong.ini", LOOKS + line + "\n")
            done = self.run_it("run", "wrong.ini", "--dry-run")
            self.assertEqual(done.returncode, 2, line)
            self.assertIn(words, done.stderr)

    def test_a_cap_leaves_out_its_group_and_no_other(self):
        self.write("cap.ini", STAGES.replace("stage = second", "stage = second\ncap = 1ms"))
        done = self.works("run", "cap.ini", "--out", "out")
        self.assertEqual(done.stderr, "timerbed: run: caps left out all 4 cells of 'second'; "
                                      "--resume adds the missing blocks\n")
        self.assertEqual({row["experiment"] for row in self.rows("out")}, {"cost"})
        summary = self.summary("out")
        self.assertEqual(summary["left_out"], "caps left out all 4 cells of 'second'")
        self.assertEqual(summary["stages"][0]["left_out_by_cap"], 4)

    def test_a_budget_leaves_out_the_end(self):
        self.write("budget.ini", STAGES)
        done = self.works("run", "budget.ini", "--out", "out", "--budget", "1s", "--reps", "1000")
        self.assertRegex(done.stderr, r"^timerbed: run: the budget of 0:01 left out \d+ of 2000 cells of "
                                      r"'second', all 8000 cells of 'first'; --resume adds the missing blocks\n$")
        self.assertEqual({row["experiment"] for row in self.rows("out")}, {"second"})

    def test_a_look_stops_what_is_resolved_and_is_kept(self):
        # A list of thousands of timers costs many times as much as a heap.
        self.write("looks.ini", LOOKS)
        self.works("run", "looks.ini", "--out", "out")
        summary = self.summary("out")
        self.assertEqual(summary["looks"], [{"look": 1, "stopped": [self.rows("out")[0]["block"]]}])
        self.assertEqual(len(self.rows("out")), 16)
        self.assertEqual(summary["stages"][1]["beyond_first_look"], True)
        self.assertEqual(summary["stages"][1]["resolved"], 8)
        self.works("run", "looks.ini", "--out", "out", "--resume")
        self.assertEqual(len(self.rows("out")), 16)
        self.assertEqual(self.summary("out")["looks"], summary["looks"])

    def test_without_the_script_nothing_stops(self):
        # A program without scripts beside it. It works without costs.tsv, too.
        os.makedirs(os.path.join(self.folder, "alone", "build"))
        program = os.path.join(self.folder, "alone", "build", "timerbed")
        shutil.copy(TIMERBED, program)
        self.write("looks.ini", LOOKS)
        done = self.works("run", "looks.ini", "--out", "out", program=program)
        self.assertEqual(done.stderr, "timerbed: run: cannot tell which cells are resolved, so none "
                         "stops early: scripts/resolved.py is not beside the program\n")
        self.assertEqual(len(self.rows("out")), 24)

    def test_an_interrupted_run_says_where_it_was(self):
        self.write("long.ini", STAGES.replace("least-operations = 5000",
                                              "least-operations = 1000000"))
        run = subprocess.Popen([TIMERBED, "run", "long.ini", "--out", "out", "--reps", "500"],
                               cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True)
        cells = os.path.join(self.folder, "out", "cells.jsonl")
        while run.poll() is None and not (os.path.exists(cells) and os.path.getsize(cells)):
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        said = run.communicate()[1]
        self.assertEqual(run.returncode, 1)
        self.assertIn("--resume continues", said)
        summary = self.summary("out")
        self.assertGreater(summary["stages"][1]["waiting"], 0)
        self.assertIn("not reached:", summary["left_out"])

    def test_a_dry_run_ends_with_time_and_memory(self):
        self.write("stages.ini", STAGES)
        lines = self.works("run", "stages.ini", "--dry-run").stdout.splitlines()
        self.assertRegex(lines[-1], r"^total\t28 cells\t\d+:\d\d, \d+ MiB of memory$")
        self.assertTrue(all(line.endswith("\t2 subjects") for line in lines[:-1]))
        self.assertEqual(len(lines), 15)

    def test_more_timers_take_more_time_and_memory(self):
        def total(n):
            line = self.works("run", "binary-heap", "-w", "hold", "-n", n, "--reps", "100",
                              "--dry-run").stdout.splitlines()[-1]
            minutes, seconds, size, unit = re.search(r"(\d+):(\d+), ([\d.]+) (\w+)", line).groups()
            return int(minutes) * 60 + int(seconds), float(size) * {"MiB": 1, "GiB": 1024}[unit]
        small, large = total("1e4"), total("1e6")
        self.assertGreater(large[0], small[0])
        self.assertGreater(large[1], small[1])

    def test_the_list_of_experiments_has_both(self):
        lines = self.works("list", "experiments").stdout.splitlines()
        self.assertGreater(len(lines), 20)
        for line in lines:
            self.assertRegex(line, r"\((\d+:)?\d+:\d\d, [\d.]+ [MG]iB of memory\)$")

    def test_the_line_fits_a_narrow_terminal(self):
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
        environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
        self.write("stages.ini", STAGES)
        run = subprocess.Popen([TIMERBED, "run", "stages.ini", "--out", "out", "--reps", "40"],
                               cwd=self.folder, stdout=subprocess.DEVNULL, stderr=child,
                               env=environment)
        os.close(child)
        said = b""
        while True:
            try:
                part = os.read(parent, 4096)
            except OSError:  # the terminal's other end is closed
                break
            if not part:
                break
            said += part
        os.close(parent)
        self.assertEqual(run.wait(), 0)
        lines = [line for line in said.decode().replace("\x1b[K", "").split("\r") if line.strip()]
        self.assertTrue(lines)
        for line in lines:
            self.assertLess(len(line), 30)
            self.assertRegex(line, r"^\d+:\d\d of \d+:\d\d, (first|second) \d+ of \d+")


if __name__ == "__main__":
    sys.exit(main())
