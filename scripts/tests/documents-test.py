#!/usr/bin/python3
"""documents-test.py [TIMERBED]: tests what the documents and the packages say about the tree.
Links, paths and targets of make exist, and facts that are in two places agree. The last line printed
is "N passed, N failed".
"""

import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

from helpers import SCRIPTS, main

ROOT = os.path.realpath(os.path.join(SCRIPTS, ".."))
DOCUMENTS = ["*.md", "structures/*.md", "loop/*.md", "bench/*.md", "examples/*.md", "results/*.md",
             "scripts/*/*.md", "loop/tests/*/*.md"]
TIMERBED = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                           os.path.join(ROOT, "build", "timerbed"))
# Packages do not depend on members of Debian's build-essential, nor on git, which only a checkout
# needs.
NOT_IN_CONTROL = {"gcc", "g++", "make", "git"}


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def documents():
    return sorted(path for pattern in DOCUMENTS for path in glob.glob(os.path.join(ROOT, pattern)))


def targets():
    """Returns the targets of make that its help lists, including patterns such as claim-%."""
    text = "".join(read(os.path.basename(path)) for path in
                   [os.path.join(ROOT, "Makefile"), *glob.glob(os.path.join(ROOT, "*.mk"))])
    return set(re.findall(r"^([a-z0-9%-]+):.*## ", text, re.M))


def without_fences(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def quoted(text):
    """Returns the texts in backticks and the lines that are indented as code."""
    return re.findall(r"`([^`\n]+)`", text) + re.findall(r"^ {4,}(\S.*)$", text, re.M)


class Links(unittest.TestCase):
    def test_links_lead_to_files(self):
        count = 0
        for path in documents():
            for target in re.findall(r"\]\(([^)#\s]+)", without_fences(read(path))):
                if "://" not in target:
                    count += 1
                    where = os.path.join(os.path.dirname(path), target)
                    self.assertTrue(os.path.exists(where), f"{path}: {target}")
        self.assertGreater(count, 50)

    def test_links_within_a_document_lead_to_headings(self):
        for path in documents():
            text = read(path)
            headings = {re.sub(r"[^\w\- ]", "", line).strip().lower().replace(" ", "-")
                        for line in re.findall(r"^#+ (.*)$", text, re.M)}
            for target in re.findall(r"\]\(#([^)\s]+)\)", text):
                self.assertIn(target, headings, path)


class Contributing(unittest.TestCase):
    text = read("CONTRIBUTING.md")

    def test_paths_exist(self):
        """A word in capitals, as in bench/passes/NAME.c, and an asterisk match any name."""
        folders = "structures|loop|bench|scripts|paper|results|examples|debian|abi"
        paths = [found for one in quoted(self.text)
                 for found in re.findall(rf"(?<![\w/.-])(?:{folders})/[\w*./-]*", one)]
        self.assertGreater(len(paths), 20)
        for path in paths:
            pattern = re.sub(r"\b[A-Z]{2,}\b", "*", path.rstrip("."))
            self.assertTrue(glob.glob(os.path.join(ROOT, pattern)), path)

    def test_targets_exist(self):
        called = {found for one in quoted(self.text) for found in re.findall(r"\bmake ([a-z][\w-]*)", one)}
        self.assertGreater(len(called), 5)
        known = targets()
        for target in called:
            self.assertTrue(any(re.fullmatch(one.replace("%", r"[\w-]+"), target) for one in known),
                            f"make {target}")


class Times(unittest.TestCase):
    """The times in ARTIFACT.md and those that --dry-run expects: both come from the kept runs."""

    def expected(self, name):
        """Returns (cells, minutes) by --dry-run. It reads no clock."""
        path = os.path.join(ROOT, "bench", "experiments", f"{name}.ini")
        said = subprocess.run([TIMERBED, "run", path, "--dry-run"], capture_output=True, text=True, check=True).stdout
        cells, hours, minutes, seconds = re.search(
            r"total\t(\d+) cells\t(?:(\d+):(?=\d+:))?(\d+):(\d+),", said).groups()
        return int(cells), 60 * int(hours or 0) + int(minutes) + int(seconds) / 60

    def test_they_agree(self):
        rows = re.findall(r"^\| ([a-z-]+) \| .* \| (\d+) \| ([\d.]+) \| \S+ \|$",
                          read("ARTIFACT.md"), re.M)
        self.assertGreater(len(rows), 20)
        for name, cells, minutes in rows:
            now, expected = self.expected(name)
            self.assertGreaterEqual(now, int(cells), name)
            share = now / int(cells)  # the experiment may have got more cells
            self.assertLess(expected, 2 * share * float(minutes) + 1, name)
            self.assertGreater(expected, share * float(minutes) / 2 - 1, name)

    def test_budgets(self):
        text = read("ARTIFACT.md")
        for name, words in (("quick", "8 minutes at most"), ("full", "2.5 hours at most")):
            budget = re.search(r"^budget = (\d+)([sm])$",
                               read("bench", "experiments", f"{name}.ini"), re.M)
            most = float(words.split()[0]) * (60 if "hours" in words else 1)
            self.assertLessEqual(int(budget[1]) / {"s": 60, "m": 1}[budget[2]], most)
            target = {"quick": "bench", "full": "bench-full"}[name]
            self.assertRegex(text, rf"`make {target}` \| {re.escape(words)}")


class Traces(unittest.TestCase):
    def test_where_readme_says_they_are(self):
        self.assertIn("traces go to `out/traces` below the current folder, whatever `--out` says",
                      read("README.md"))
        with tempfile.TemporaryDirectory() as folder:
            run = [TIMERBED, "run", "quad-heap", "-w", "hold", "-n", "1e2", "--reps", "1",
                   "--out", "mine"]
            subprocess.run(run, cwd=folder, capture_output=True, check=True)
            self.assertTrue(glob.glob(os.path.join(folder, "out", "traces", "*")))
            self.assertEqual(sorted(os.listdir(folder)), ["mine", "out"])
            other = [*run[:-1], "other", "--cache", "kept"]
            subprocess.run(other, cwd=folder, capture_output=True, check=True)
            self.assertTrue(glob.glob(os.path.join(folder, "kept", "*")))


class Versions(unittest.TestCase):
    version = read("VERSION").strip()

    def test_version_has_three_numbers(self):
        self.assertRegex(self.version, r"\A\d+\.\d+\.\d+\Z")

    def test_changelog_begins_with_it(self):
        first = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.M)[1]
        self.assertIn(first, (self.version, "Unreleased"))
        self.assertRegex(read("CHANGELOG.md"), rf"(?m)^## {re.escape(self.version)}\b")

    def test_package_has_it(self):
        self.assertRegex(read("debian", "changelog"), rf"\Atimerbed \({re.escape(self.version)}\) ")

    def test_packages_of_libraries_have_its_first_number(self):
        major = self.version.partition(".")[0]
        names = set(re.findall(r"^Package: (\S+)", read("debian", "control"), re.M))
        for library in ("libtimerbed", "libtimerbed-event"):
            self.assertIn(library + major, names)
            self.assertTrue(os.path.exists(os.path.join(ROOT, "debian", f"{library}{major}.install")))


class Packages(unittest.TestCase):
    def test_all_that_setup_installs_is_a_dependency(self):
        wanted = re.search(r"^bench=\((.*?)\)", read("scripts", "setup"), re.M | re.S)[1].split()
        self.assertGreater(len(wanted), 10)
        named = set(re.findall(r"[a-z0-9][a-z0-9+.-]+", read("debian", "control")))
        missing = set(wanted) - named - NOT_IN_CONTROL
        self.assertFalse(missing, "debian/control names neither of these")

    def test_the_copyright_is_the_licence(self):
        stated = re.sub(r"^ \.?", "", read("debian", "copyright"), flags=re.M).split()
        terms = read("LICENSE").partition("Permission")[2].split()
        self.assertEqual(stated[-len(terms):], terms)


if __name__ == "__main__":
    sys.exit(main())
