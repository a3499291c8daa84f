"""Helpers of the scripts' tests: records with planted costs, a folder for runs, and a main() that
prints the last line, "N passed, N failed", which run-tests reads.
"""

import contextlib
import io
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
EXPECTED = os.path.join(SCRIPTS, "tests", "expected")
sys.path.insert(0, SCRIPTS)
sys.dont_write_bytecode = True

# Planted records have no real hashes, so they must not be compared with those of the build.
os.environ["TIMERBED_HASHES"] = ""

import inference  # noqa: E402
import records  # noqa: E402


def record(subject, seed, ns, **more):
    """Returns a record with the keys that the bench writes, as a dict."""
    kinds = (("yardstick-", "yardstick"), ("again:", "control"), ("loop:", "loop"),
             ("libevent", "library"))
    kind = next((kind for prefix, kind in kinds if subject.startswith(prefix)), "structure")
    line = {"schema": 1, "experiment": "cost", "subject": subject, "kind": kind, "when": "exact",
            "ordering": "by deadline", "tick_ns": 0, "dispatch": "vtable", "workload": "hold",
            "n": 1000, "pass": "time", "replicate": 0, "seed": seed, "order": 1, "ops": 1000,
            "advances": 10, "fired": 500, "expected": 500, "overtaken": 0, "ns_per_op": ns,
            "wall_ns_per_op": ns * 1.1, "samples_ns": [ns, ns * 1.1], "trace_hash": f"t{seed}",
            "source_hash": subject, "status": "ok"}
    line.update(more)
    return line


def failed(subject, seed, status, **more):
    line = record(subject, seed, 1.0, status=status, **more)
    for key in ("ns_per_op", "wall_ns_per_op", "samples_ns"):
        del line[key]
    return line


def planted(ratios, blocks, noise=0.02, seed=7, **more):
    """Returns records in which each subject costs ratios[subject] times the cost of its block.

    As in real runs, costs differ much more between blocks than between subjects.
    """
    source = random.Random(seed)
    result = []
    for block in range(blocks):
        base = 100 * math.exp(source.gauss(0, 1.0))
        for subject, ratio in ratios.items():
            ns = base * ratio * math.exp(source.gauss(0, noise))
            result.append(record(subject, block, ns, **more))
    return result


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="timerbed-statistics-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, lines, tail="", name="run", **environment):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "cells.jsonl"), "w", encoding="utf-8") as out:
            for line in lines:
                out.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
            out.write(tail)
        with open(os.path.join(folder, "env.json"), "w", encoding="utf-8") as out:
            json.dump({"cpu": "Example CPU", "cores": 2, "compiler": "gcc <12>", **environment}, out)
        return folder

    def run_of(self, lines, tail="", **environment):
        return records.Run(self.write(lines, tail, **environment))

    def only(self, run, measured="time"):
        found = inference.standings(run, measured)
        self.assertEqual(len(found), 1)
        return found[0]

    def script(self, name, *arguments):
        return subprocess.run(["/usr/bin/python3", "-B", os.path.join(SCRIPTS, name), *arguments],
                              capture_output=True, text=True, check=False, cwd=self.folder)

    def called(self, module, *arguments):
        """Calls a script's main() in this process, which is faster than starting a process. Returns
        (status, output, errors).
        """
        out, err = io.StringIO(), io.StringIO()
        words = [os.path.join(SCRIPTS, f"{module.__name__}.py"), *arguments]
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), \
                contextlib.redirect_stderr(err), mock.patch.object(sys, "argv", words):
            try:
                status = module.main()
            except SystemExit as end:
                status = end.code
        return status or 0, out.getvalue(), err.getvalue()


class Expected(Case):
    """Compares the output of scripts with files in the folder expected, character by character.

    With the argument --write, a test program overwrites the files with the output. Read the
    difference before you commit them.
    """

    maxDiff = None

    def expect(self, name, *results):
        """Compares results of called() with the file expected/NAME.txt."""
        text = "".join(f"[status {status}]\n{out}{err}" for status, out, err in results)
        text = text.replace(self.folder, "FOLDER")
        path = os.path.join(EXPECTED, f"{name}.txt")
        if "--write" in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(text, file.read())


class Counting(unittest.TextTestResult):
    """Counts the tests that passed. Failed and skipped tests do not count."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main():
    """Runs the tests of the program that calls it. Returns the exit status."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        result = unittest.TextTestRunner(stream=said, verbosity=0, resultclass=Counting).run(suite)
    wrong = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    if wrong:
        print(said.getvalue())
    for reason in sorted({reason for _, reason in result.skipped}):
        print(f"skipped: {reason}")
    skipped = f", {len(result.skipped)} skipped" if result.skipped else ""
    print(f"{result.passed} passed, {wrong} failed{skipped}")
    return 1 if wrong else 0
