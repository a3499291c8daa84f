#!/usr/bin/python3
"""Tests of verify.py with planted runs and a stand-in for the program timerbed. The last line
printed is "N passed, N failed".
"""

import hashlib
import itertools
import json
import os
import random
import subprocess
import sys
from unittest import mock

from helpers import SCRIPTS, Expected, main, planted, records

import verify

SETTINGS = """[experiment]
name = made
[cost.1]
workloads = hold
n = 1000
pass = time
repeats = 2
stride = 64
cold = 0
operations = 1
least-operations = 1000
"""

# Replaces `timerbed run ... --out DIR`: it logs its arguments, and copies the run in the folder
# `here` to DIR.
STAND_IN = """#!/bin/sh
echo "$*" >>{folder}/commands
while [ "$1" != --out ]; do shift; done
mkdir -p "$2" && cp {folder}/here/* "$2"
"""


def sums_of(folder):
    """Returns the text of SHA256SUMS for the files in a folder."""
    text = ""
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            text += f"{hashlib.sha256(file.read()).hexdigest()}  ./{name}\n"
    return text


class Base(Expected):
    def recorded(self, ratios, blocks=8, **more):
        return self.keep(planted(ratios, blocks, checksum="c", repeats=2, stride=64, cold=0, **more),
                         SETTINGS)

    def keep(self, lines, settings):
        """Writes a recorded run. Returns its folder."""
        folder = self.write(lines, name="there")
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as out:
            out.write(settings)
        self.seal(folder)
        return folder

    def seal(self, folder):
        path = os.path.join(folder, "SHA256SUMS")
        if os.path.exists(path):
            os.remove(path)
        text = sums_of(folder)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)

    def verify(self, there, here, *arguments):
        """Verifies the run in `there`; `here` has the records of the new measurement. Returns
        (status, output, errors)."""
        self.write(here, name="here")
        program = os.path.join(self.folder, "timerbed")
        with open(program, "w", encoding="utf-8") as out:
            out.write(STAND_IN.format(folder=self.folder))
        os.chmod(program, 0o755)
        return self.called(verify, os.path.basename(there), "--timerbed", program, "--out", "out",
                           *(arguments or ("--replicates", "8")))


class Verify(Base):
    def test_agrees(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 0.6}, 8, checksum="c"))
        self.assertEqual(done[0], 0, done)
        self.assertIn("1 of 1 agree", done[1])
        self.assertIn("which took 0 s there", done[1])
        self.assertIn("All 8 traces are the same", done[1])

    def test_disagrees(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 2}, 8, checksum="c"))
        self.assertEqual(done[0], 1)
        self.assertIn("DISAGREES", done[1])

    def test_no_difference_is_no_disagreement(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 1}, 8, noise=0.001,
                                          checksum="c"))
        self.assertEqual(done[0], 0, done)
        self.assertIn("no difference here", done[1])

    def test_other_work_is_found_and_another_source_of_the_same_is_not(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        for checksum, code, words in (("c", 0, "All 8 traces"), ("d", 1, "8 of 8 traces are NOT")):
            done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 0.5}, 8,
                                              checksum=checksum, trace_hash="another"))
            # All seeds have one trace hash, so ratios would have one block. Only the checksums
            # matter here.
            self.assertIn(words, done[1])
            self.assertEqual(done[0], code, done)

    def test_a_damaged_run_is_refused(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        with open(os.path.join(there, "cells.jsonl"), "a", encoding="utf-8") as out:
            out.write(json.dumps({}) + "\n")
        done = self.verify(there, [])
        self.assertEqual(done[0], 1)
        self.assertIn("cells.jsonl is not what was recorded", done[2])

    def test_records_beside_those_that_were_recorded_are_refused(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        subprocess.run(["zstd", "-q", os.path.join(there, "cells.jsonl")], check=True)
        with open(os.path.join(there, "SHA256SUMS"), encoding="utf-8") as file:
            sums = file.read().replace("./cells.jsonl\n", "./cells.jsonl.zst\n")
        with open(os.path.join(there, "SHA256SUMS"), "w", encoding="utf-8") as file:
            file.write(sums)
        done = self.verify(there, [])
        self.assertEqual(done[0], 1)
        self.assertIn("SHA256SUMS does not list cells.jsonl", done[2])

    def test_a_compressed_run(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        subprocess.run(["zstd", "-q", "--rm", os.path.join(there, "cells.jsonl")], check=True)
        self.seal(there)
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 0.6}, 8, checksum="c"))
        self.assertEqual(done[0], 0, done)

    def test_records_of_different_code_are_not_verified(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        path = os.path.join(there, "cells.jsonl")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = text.replace('"source_hash": "quad-heap"', '"source_hash": "another"', 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.seal(there)
        done = self.verify(there, [])
        self.assertEqual(done[0], 1)
        self.assertIn("nothing was resolved", done[2])

    def test_nothing_resolved_is_said(self):
        done = self.verify(self.recorded({"binary-heap": 1, "quad-heap": 1}), [])
        self.assertEqual(done[0], 1)
        self.assertIn("nothing was resolved", done[2])


# An experiment.ini for two families, two n, and two workloads, one of which has phases. Each group
# has settings of its own.
MANY = """[experiment]
name = made
[cost.1]
workloads = hold idle fill-drain
n = 1000 100000
pass = time
repeats = 2
stride = 64
cold = 0
operations = 1
least-operations = 1000
[other.1]
workloads = hold
n = 7
pass = time
repeats = 3
stride = 128
cold = 9
operations = 4
least-operations = 50
[loop.1]
workloads = lifecycle
n = 1000
pass = time
repeats = 2
stride = 64
cold = 0
operations = 5
least-operations = 6000
"""


class Many(Base):
    """A run with several comparisons to choose from."""

    def lines(self, factor=1.0, checksum="c"):
        common = {"checksum": checksum, "cell_seconds": 1.5}
        plain = {**common, "repeats": 2, "stride": 64, "cold": 0}
        exact, loops = {"binary-heap": 1, "quad-heap": 0.5, "rbtree": 2 * factor}, {
            "libevent": 1, "loop:quad-heap@epoll": 0.25}
        phases = [{"name": name, "ns_per_op": ns} for name, ns in (("fill", 2.0), ("drain", 3.0))]
        lines = planted(exact, 8, **plain) + planted(exact, 8, n=100000, workload="idle", **plain)
        lines += planted({"binary-heap": 1, "quad-heap": 0.5}, 8, n=7, repeats=3, stride=128, cold=9,
                         experiment="other", dispatch="inline", **common)
        lines += planted(loops, 8, experiment="loop", workload="lifecycle", **plain)
        for line in planted({"binary-heap": 1, "quad-heap": 1}, 8, workload="fill-drain", **plain):
            times = 3 if line["subject"] == "quad-heap" else 1
            lines.append({**line, "phases": [{**phase, "ns_per_op": times * phase["ns_per_op"]}
                                             for phase in phases]})
        return lines

    def test_what_is_chosen_and_said(self):
        there = self.keep(self.lines(), MANY)
        results = [self.verify(there, self.lines(), "--number", str(number), "--seed", str(seed),
                               "--replicates", "3", "--cache", "traces")
                   for number, seed in ((8, 1), (3, 2))]
        with open(os.path.join(self.folder, "commands"), encoding="utf-8") as file:
            results.append((0, file.read(), ""))
        self.expect("verify", *results)

    def test_what_is_otherwise_here(self):
        there = self.keep(self.lines(), MANY)
        here = [line for line in self.lines(0.1, "d") if line["subject"] != "loop:quad-heap@epoll"]
        self.expect("verify-otherwise", *(self.verify(there, here, *words) for words in (
            ("--number", "6"), ("--seconds", "9.5"), ("--seconds", "8"), ("--minimum-effect", "1.5"),
            ("--replicates", "9"), ("--replicates", "1"), ("--number", "0"), ("--seconds", "0.5"))))

    def test_what_fails_and_what_has_changed(self):
        there = self.keep(self.lines(), MANY)
        with mock.patch.object(records.Run, "stale", lambda run, subject, measured: subject != "rbtree"):
            results = [self.verify(there, self.lines())]
        with mock.patch.dict(globals(), STAND_IN="#!/bin/sh\necho no room >&2\nexit 1\n"):
            results.append(self.verify(there, self.lines(), "--number", "1"))
        self.expect("verify-failed", *results)

    def test_what_experiment_ini_does_not_say_is_not_rerun(self):
        done = self.verify(self.keep(self.lines(), "[experiment]\nname = made\n"), [])
        self.assertEqual(done[0], 1)
        self.assertIn("nothing was resolved", done[2])

    def test_the_lot_alone_decides(self):
        there = self.keep(self.lines(), MANY)
        found = verify.candidates(records.Run(there), 3, 0.05)
        for seed in range(3):
            drawn = verify.choose(found, 4, 1000, random.Random(seed))
            self.assertEqual(verify.choose(found[::-1], 4, 1000, random.Random(seed)), drawn)

    def test_what_is_run_by_default(self):
        there = self.keep(self.lines(), MANY)
        failed = subprocess.CompletedProcess((), 1, stdout="", stderr="")
        with mock.patch.object(verify.subprocess, "run", return_value=failed) as run:
            self.called(verify, there, "--number", "1")
        words = run.call_args_list[0].args[0]
        self.assertEqual(words[0], os.path.realpath(os.path.join(SCRIPTS, "..", "build", "timerbed")))
        self.assertEqual(words[-5:], ["--out", "out/verify/01", "--cache", "out/traces", "--force"])

    def test_the_time_is_up(self):
        there = self.keep(self.lines(), MANY)
        for seconds, step, missing in ((54, 27.5, 4), (54, 27, 3), (54, 18, 2), (54, 60, 5)):
            with mock.patch("time.monotonic", itertools.count(0, step).__next__):
                _, out, _ = self.verify(there, self.lines(), "--seconds", str(seconds))
            self.assertIn(f"The time of {seconds} s is up: {missing} of them were not measured.\n", out)
            self.assertIn(f"{6 - missing} of {6 - missing} agree", out)

    def test_what_is_damaged(self):
        def damage(name, text):
            with open(os.path.join(there, name), "w", encoding="utf-8") as out:
                out.write(text)
            return self.verify(there, [])

        there = self.keep(self.lines(), MANY)
        with open(os.path.join(there, "SHA256SUMS"), encoding="utf-8") as file:
            sums = file.read()
        results = [damage("SHA256SUMS", text) for text in (
            "", "word\n", sums.replace("./env.json", "env.json.txt"),
            sums.replace("./env.json", "*env.json").replace(" ./experiment.ini", " experiment.ini"),
            sums.replace("./env.json", "missing"), sums + "0  missing\n")]
        os.remove(os.path.join(there, "SHA256SUMS"))
        results.append(self.verify(there, []))
        self.expect("verify-damaged", *results)


if __name__ == "__main__":
    sys.exit(main())
