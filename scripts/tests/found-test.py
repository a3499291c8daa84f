#!/usr/bin/python3
"""found-test.py [TIMERBED]: tests that a new figure needs only two new files, and a pass only one.

The figure is drawn with its heading and caption, and the pass is ranked and printed in its own
words. The test works on a copy of the scripts. The last line printed is "N passed, N failed".
"""

import os
import re
import shutil
import subprocess
import sys

from helpers import SCRIPTS, Case, main, planted

FIGURE = '''"""A figure that nobody has seen."""

from drawing_rows import make

HEADING = "A newcomer"
CAPTION = "What a newcomer <draws>, relative to {baseline}."
'''
DRAWN = """load scripts . '/layouts/style.gp'
set xrange [0:*]
set yrange [0:*]
set label 1 'by a newcomer' at graph 0.1, graph 0.9
plot file using 3:7 every ::1 with points linecolor rgb ink
"""
PASS = '''"""A pass that nobody has seen."""

PLACE = 1.5
MEASURE = "grams"
UNIT = "g"
TITLE = "weight of a timer"
VERDICTS = {"faster": "lighter", "slower": "heavier"}
'''


class Newcomers(Case):
    def setUp(self):
        super().setUp()
        self.scripts = os.path.join(self.folder, "tree", "scripts")
        shutil.copytree(SCRIPTS, self.scripts,
                        ignore=shutil.ignore_patterns("tests", "mutants", "__pycache__"))
        shutil.copytree(os.path.join(SCRIPTS, "..", "bench", "experiments"),
                        os.path.join(self.folder, "tree", "bench", "experiments"))

    def add(self, name, text):
        with open(os.path.join(self.scripts, name), "x", encoding="utf-8") as file:
            file.write(text)

    def says(self, name, *words):
        """Returns what a script of the copy prints."""
        done = subprocess.run(["/usr/bin/python3", "-B", os.path.join(self.scripts, name), *words],
                              capture_output=True, text=True, check=False, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def text_of(self, *path):
        with open(os.path.join(self.folder, "run", *path), encoding="utf-8") as file:
            return file.read()

    def weighed(self):
        return [{**line, "pass": "weight", "grams": line["ns_per_op"]}
                for line in planted({"binary-heap": 1, "quad-heap": 0.5, "rbtree": 2}, 8)]

    def test_a_figure_is_two_files(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8, experiment="newcomer")
        self.write(lines + planted({"binary-heap": 1, "quad-heap": 0.5}, 8))
        before = self.says("figures.py", "run")
        self.assertNotIn("newcomer", before)
        self.add("figures/newcomer.py", FIGURE)
        self.add("figures/newcomer.gp", DRAWN)
        self.assertEqual(self.says("figures.py", "run"), f"{before}run/figures/newcomer.svg\n")
        self.assertIn("\tquad-heap\t", self.text_of("data", "newcomer.tsv"))
        self.assertIn("by a newcomer", self.text_of("figures", "newcomer.svg"))
        self.says("report.py", "run")
        page = self.text_of("report.html")
        self.assertIn("<h2>A newcomer</h2>", page)
        self.assertIn("What a newcomer &lt;draws&gt;, relative to binary-heap. Workloads: hold;", page)

    def test_a_pass_is_one_file(self):
        self.write(self.weighed())
        self.assertIn("there is no measurement to rank", self.says("table.py", "run"))
        self.add("passes/weight.py", PASS)
        said = self.says("table.py", "run", "--all")
        self.assertIn("Cost is here: weight of a timer.", re.sub(r"\s+", " ", said))
        self.assertRegex(said, r"(?m)^binary-heap, g .*\n(.*\n)*\* quad-heap .* lighter\n")
        self.assertRegex(said, r"(?m)^  rbtree .* heavier$")
        said = self.says("compare.py", "rbtree", "binary-heap", "--run", "run", "--pass", "weight")
        self.assertRegex(said, r"(?m)^Ratio of weight of a timer, ")
        self.assertRegex(said, r"(?m)^hold .* heavier$")
        self.assertIn("Verdicts on rbtree: heavier 1.", said)

    def test_a_figure_of_a_new_pass_is_two_files(self):
        self.write(self.weighed())
        self.add("passes/weight.py", PASS)
        self.add("figures/weights.py", FIGURE + 'PASS = "weight"\n')
        self.add("figures/weights.gp", DRAWN)
        self.assertEqual(self.says("figures.py", "run"), "run/figures/weights.svg\n")


if __name__ == "__main__":
    sys.exit(main())
