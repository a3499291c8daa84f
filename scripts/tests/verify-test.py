#!/usr/bin/python3
"""Tests of verify.py with planted runs and a program that stands in for timerbed. The last line
printed is "N passed, N failed".
"""

import hashlib
import json
import os
import subprocess
import sys

from helpers import Case, main, planted

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

# Writes a run as told: what `timerbed run ... --out DIR` would leave.
STAND_IN = """#!/usr/bin/python3
import shutil, sys
shutil.copytree({source!r}, sys.argv[sys.argv.index("--out") + 1], dirs_exist_ok=True)
"""


class Verify(Case):
    def recorded(self, ratios, blocks=8, **more):
        lines = planted(ratios, blocks, checksum="c", repeats=2, stride=64, cold=0, **more)
        folder = self.write(lines, name="there")
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as out:
            out.write(SETTINGS)
        with open(os.path.join(folder, "SHA256SUMS"), "w", encoding="utf-8") as out:
            for name in ("cells.jsonl", "env.json", "experiment.ini"):
                with open(os.path.join(folder, name), "rb") as file:
                    out.write(f"{hashlib.sha256(file.read()).hexdigest()}  ./{name}\n")
        return folder

    def verify(self, there, here):
        """Of a run there and the lines that are measured here."""
        source = self.write(here, name="source")
        program = os.path.join(self.folder, "timerbed")
        with open(program, "w", encoding="utf-8") as out:
            out.write(STAND_IN.format(source=source))
        os.chmod(program, 0o755)
        return self.script("verify.py", there, "--timerbed", program,
                           "--out", os.path.join(self.folder, "here"), "--replicates", "8")

    def test_agrees(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 0.6}, 8, checksum="c"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("1 of 1 agree", done.stdout)
        self.assertIn("All 8 traces are the same", done.stdout)

    def test_disagrees(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 2}, 8, checksum="c"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("DISAGREES", done.stdout)

    def test_no_difference_is_no_disagreement(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 1}, 8, noise=0.001,
                                          checksum="c"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("no difference here", done.stdout)

    def test_other_work_is_found_and_another_source_of_the_same_is_not(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        for checksum, code, words in (("c", 0, "All 8 traces"), ("d", 1, "8 of 8 traces are NOT")):
            done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 0.5}, 8,
                                              checksum=checksum, trace_hash="another"))
            # One hash for all seeds would be one block: what is compared here is the work.
            self.assertIn(words, done.stdout)
            self.assertEqual(done.returncode, code, done.stdout)

    def test_a_damaged_run_is_refused(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        with open(os.path.join(there, "cells.jsonl"), "a", encoding="utf-8") as out:
            out.write(json.dumps({}) + "\n")
        done = self.verify(there, [])
        self.assertEqual(done.returncode, 1)
        self.assertIn("cells.jsonl is not what was recorded", done.stderr)

    def test_records_beside_those_that_were_recorded_are_refused(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        subprocess.run(["zstd", "-q", os.path.join(there, "cells.jsonl")], check=True)
        with open(os.path.join(there, "SHA256SUMS"), encoding="utf-8") as file:
            sums = file.read().replace("./cells.jsonl\n", "./cells.jsonl.zst\n")
        with open(os.path.join(there, "SHA256SUMS"), "w", encoding="utf-8") as file:
            file.write(sums)
        done = self.verify(there, [])
        self.assertEqual(done.returncode, 1)
        self.assertIn("SHA256SUMS does not list cells.jsonl", done.stderr)

    def test_a_compressed_run(self):
        there = self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        path = os.path.join(there, "cells.jsonl")
        subprocess.run(["zstd", "-q", "--rm", path], check=True)
        with open(path + ".zst", "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        with open(os.path.join(there, "SHA256SUMS"), encoding="utf-8") as file:
            rest = [line for line in file.read().splitlines() if not line.endswith("cells.jsonl")]
        with open(os.path.join(there, "SHA256SUMS"), "w", encoding="utf-8") as file:
            file.write("\n".join([f"{digest}  ./cells.jsonl.zst", *rest]) + "\n")
        done = self.verify(there, planted({"binary-heap": 1, "quad-heap": 0.6}, 8, checksum="c"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_records_of_different_code_are_not_verified(self):
        self.recorded({"binary-heap": 1, "quad-heap": 0.5})
        there = os.path.join(self.folder, "there")
        path = os.path.join(there, "cells.jsonl")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = text.replace('"source_hash": "quad-heap"', '"source_hash": "another"', 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with open(os.path.join(there, "SHA256SUMS"), encoding="utf-8") as file:
            rest = [line for line in file.read().splitlines() if not line.endswith("cells.jsonl")]
        with open(os.path.join(there, "SHA256SUMS"), "w", encoding="utf-8") as file:
            digest = hashlib.sha256(text.encode()).hexdigest()
            file.write("\n".join([f"{digest}  ./cells.jsonl", *rest]) + "\n")
        done = self.verify(there, [])
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing was resolved", done.stderr)

    def test_nothing_resolved_is_said(self):
        done = self.verify(self.recorded({"binary-heap": 1, "quad-heap": 1}), [])
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing was resolved", done.stderr)


if __name__ == "__main__":
    sys.exit(main())
