#!/usr/bin/python3
"""Tests of the tool that mutates Python: which places it finds in a small file, and its verdicts on
mutants whose verdict is known. The last line printed is "N passed, N failed".
"""

import json
import os
import signal
import subprocess
import sys
import unittest

import helpers
from helpers import Case, main

sys.path.insert(0, os.path.join(helpers.SCRIPTS, "mutants"))

import python_pool  # noqa: E402
import python_run  # noqa: E402
import python_sites  # noqa: E402
import python_tests  # noqa: E402

CODE = '''"""A module of which not all is tested."""


def larger(a, b):
    if a > b:
        return a
    return b


def count(n):
    found = 0
    while found < n:
        found += 1
    return found


def unused(x):
    return x + 1
'''

TESTS = '''import subprocess
import unittest
import small

class Larger(unittest.TestCase):
    def test_either(self):
        self.assertEqual((small.larger(1, 2), small.larger(2, 1)), (2, 2))

class Count(unittest.TestCase):
    def test_three(self):
        self.assertEqual(small.count(3), 3)

    def test_by_a_script(self):
        done = subprocess.run(["/usr/bin/python3", "-B", small.__file__.replace("small", "script"), "3"],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("4\\n", "", 5))
'''

SCRIPT = '''import sys
import small
print(small.count(int(sys.argv[1])) + 1)
raise SystemExit(5)
'''


class Project(Case):
    """A folder with a module, a script and a test program."""

    def setUp(self):
        super().setUp()
        python_tests.LEAST_SECONDS = 0.2
        for name, text in (("small.py", CODE), ("script.py", SCRIPT), ("tests/small-test.py", TESTS)):
            os.makedirs(os.path.dirname(os.path.join(self.folder, name)), exist_ok=True)
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.sources = python_sites.Sources(self.folder, ["small.py", "script.py"])
        self.out = os.path.join(self.folder, "out", "one.jsonl")

    def run_of(self, state="1", **more):
        """Returns a run of the tool. After the test, sys.meta_path is restored."""
        before = sys.meta_path[:]
        self.addCleanup(sys.meta_path.__setitem__, slice(None), before)
        return python_run.Run("small", self.sources, self.folder, ["small-test.py"], (), self.out, 2, state,
                              **more)

    def records(self):
        with open(self.out, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


class Places(Project):
    def mutated(self, text):
        with open(os.path.join(self.folder, "one.py"), "w", encoding="utf-8") as file:
            file.write(text)
        sources = python_sites.Sources(self.folder, ["one.py"])
        for place in sources.places():
            compile(sources.mutated(place), "one.py", "exec")
        return sorted((place.operator, place.mutated) for place in sources.places())

    def test_each_operator(self):
        self.assertEqual(self.mutated("x = f(a, 7) if a < b and not c else -d\n"), sorted([
            ("arguments", "x = f(7, a) if a < b and not c else -d"),
            ("arithmetic", "x = f(a, 7) if a < b and not c else d"),
            ("condition", "x = f(a, 7) if a < b and c else -d"),
            ("condition", "x = f(a, 7) if a < b or not c else -d"),
            ("condition", "x = f(a, 7) if not (a < b and not c) else -d"),
            ("constant", "x = f(a, 6) if a < b and not c else -d"),
            ("constant", "x = f(a, 8) if a < b and not c else -d"),
            ("relational", "x = f(a, 7) if a <= b and not c else -d"),
            ("relational", "x = f(a, 7) if a > b and not c else -d")]))
        self.assertEqual(self.mutated("import math\nx = math.log(min(y, (z)))\n"), [
            ("deletion", "x = math.log(y)"), ("deletion", "x = math.log(z)"),
            ("deletion", "x = min(y, (z))")])
        self.assertEqual(self.mutated("def f(a: int = 2.5):\n    '''Says.'''\n    a += 'x'\n    a.b = c()\n"), [
            ("constant", "def f(a: int = 5.0):"), ("deletion", "pass"), ("deletion", "pass")])

    def test_what_stands_in_a_text(self):
        self.assertEqual(self.mutated("x = f'{a - b:.1f} ' \\\n    'and more'\n"),
                         [("arithmetic", "x = f'{a + b:.1f} and more'")])

    def test_the_same_change_twice_has_two_names(self):
        places = python_sites.Sources(self.folder, ["small.py"]).places()
        self.assertEqual(len({place.name for place in places}), len(places))
        passes = [place for place in places if (place.function, place.mutated) == ("larger", "pass")]
        self.assertEqual([(place.original, place.line) for place in passes],
                         [("return a", 6), ("return b", 7)])


class Outcomes(Project):
    WANTED = {("if a > b:", "if a < b:"): ("caught", "small-test.py Larger.test_either"),
              ("if a > b:", "if a >= b:"): ("survived", ""),
              ("found = 0", "found = 1"): ("survived", ""),
              ("while found < n:", "while found <= n:"): ("caught", "small-test.py Count.test_three"),
              ("found += 1", "pass"): ("caught", "small-test.py Count.test_three (it was ended)"),
              ("found += 1", "found += 2"): ("caught", "small-test.py Count.test_three"),
              ("return x + 1", "return x - 1"): ("unreached", ""),
              ("print(small.count(int(sys.argv[1])) + 1)", "print(small.count(int(sys.argv[1])) + 2)"):
              ("caught", "small-test.py Count.test_by_a_script")}

    def places(self):
        return [place for place in self.sources.places()
                if (place.original, place.mutated) in self.WANTED]

    def test_each(self):
        self.run_of().decide_all(self.places())
        found = {(one["original"], one["mutated"]): one for one in self.records()}
        self.assertEqual({key: (one["status"], one["by"]) for key, one in found.items()}, self.WANTED)
        reached = found["found = 0", "found = 1"]["reached_by"]
        self.assertEqual(sorted(reached), ["small-test.py Count.test_by_a_script",
                                           "small-test.py Count.test_three"])
        self.assertEqual(found["return x + 1", "return x - 1"]["reached_by"], [])

    def test_it_goes_on_where_it_stopped(self):
        places = self.places()
        self.run_of().decide_all(places[:2])
        with open(self.out, "a", encoding="utf-8") as file:
            file.write('{"file": "small.py", "cut')
        self.run_of().decide_all(places[:3])
        self.assertEqual([one["mutated"] for one in self.records()][2:], [places[2].mutated])
        caught = [one["mutated"] for one in self.records() if one["status"] == "caught"]
        self.run_of("other", keep_caught=True).decide_all([])
        self.assertEqual([one["mutated"] for one in self.records()], caught)
        self.run_of("another").decide_all(places[:1])
        self.assertEqual(len(self.records()), 1)

    def test_a_test_that_fails_without_a_mutant_is_no_test(self):
        with open(os.path.join(self.folder, "tests", "small-test.py"), "a", encoding="utf-8") as file:
            file.write("\nclass Wrong(unittest.TestCase):\n    def test_it(self):\n        self.fail('so')\n")
        with self.assertRaisesRegex(SystemExit, "(?s)Wrong.test_it fails without a mutant.*so"):
            self.run_of().decide_all(self.places())


class Pool(Case):
    def test_what_it_started_ends_with_it(self):
        """Descendants of the child keep a pipe open. It ends when they all have ended."""
        def work(say):
            subprocess.Popen(["sleep", "1000"], pass_fds=[theirs])
            say("begun")
            signal.pause()

        ours, theirs = os.pipe()
        python_pool.SILENCE, kept = 0.5, python_pool.SILENCE
        self.addCleanup(setattr, python_pool, "SILENCE", kept)
        [child] = python_pool.run([("one", work)], 1, self.folder)
        os.close(theirs)
        self.assertEqual((child.said, child.result, os.read(ours, 1)), (["begun"], None, b""))
        os.close(ours)
        self.assertEqual(os.listdir(self.folder), [])


class Command(unittest.TestCase):
    def test_places_of_the_statistics(self):
        done = subprocess.run([os.path.join(helpers.SCRIPTS, "mutants", "statistics"), "--places"],
                              capture_output=True, text=True, check=True)
        places = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertGreater(len(places), 2000)
        self.assertEqual(len({tuple(place.values()) for place in places}), len(places))


if __name__ == "__main__":
    sys.exit(main())
