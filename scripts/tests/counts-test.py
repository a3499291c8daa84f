#!/usr/bin/python3
"""Tests of the counts of the test runners: a test that did not run does not count as passed, and a
run without tests fails. The last line printed is "N passed, N failed".
"""

import os
import subprocess
import sys

from helpers import SCRIPTS, Case, main

ROOT = os.path.join(SCRIPTS, "..")
MIXED = """import sys, unittest
sys.path.insert(0, {tests!r})
from helpers import Case, main

class Mixed(Case):
    def test_good(self):
        pass

    @unittest.skip("there is no tool")
    def test_skipped(self):
        self.fail()

    @unittest.expectedFailure
    def test_that_should_fail(self):
        pass

@unittest.skipUnless(False, "there is no library")
class Left(Case):
    def test_one(self):
        self.fail()

    def test_two(self):
        self.fail()

sys.exit(main())
"""


class Counts(Case):
    def program(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    def run_program(self, *words):
        return subprocess.run(words, capture_output=True, text=True, check=False)

    def test_skipped_tests_have_not_passed(self):
        text = MIXED.format(tests=os.path.join(SCRIPTS, "tests"))
        done = self.run_program("/usr/bin/python3", self.program("mixed.py", text))
        self.assertEqual(done.stdout.splitlines()[-3:],
                         ["skipped: there is no library", "skipped: there is no tool",
                          "1 passed, 1 failed, 3 skipped"])
        self.assertEqual(done.returncode, 1)

    def test_a_choice_that_fits_nothing_is_refused(self):
        """A runner refuses a choice that no structure, backend or test matches.

        Stand-ins list the exact structures and the tests. The other files need only exist.
        """
        for name in ("regress/on-libevent", "libtimerbed-event.so", "unpacked/one"):
            self.program(name, "")
        self.program("regress/exact", "#!/bin/sh\necho quad-heap\n")
        self.program("regress/on-loop", "#!/bin/sh\n" + "".join(
            f"echo '    {name}'\n" for name in self.left_out() + ["main/simpleread"]))
        for runner, further in (("programs", [self.folder]), ("regress", [])):
            path = os.path.join(ROOT, "loop", "tests", runner, "run.py")
            for choice in ("--structures", "--methods",
                           *(("--programs",) if further else ("--tests", "--kinds"))):
                done = self.run_program(path, self.folder, *further, choice, "nothing")
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertRegex(done.stderr, "^run.py: there is no .* of that name\n$")

    def left_out(self):
        path = os.path.join(ROOT, "loop", "tests", "regress", "left-out.tsv")
        with open(path, encoding="utf-8") as file:
            return [line.split("\t")[0] for line in file if line.strip() and line[0] != "#"]


if __name__ == "__main__":
    sys.exit(main())
