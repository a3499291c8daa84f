#!/usr/bin/python3
"""Tests of firsts.py and paper.py with known answers, and of the names of the numbers in the paper.
The last line printed is "N passed, N failed".
"""

import os
import re
import sys

from helpers import SCRIPTS, Case, main, planted, record

import firsts
import paper
import records

PAPER = os.path.join(SCRIPTS, "..", "paper")


class Places(Case):
    def rank(self, ratios, **more):
        found = firsts.ranks(self.run_of(planted(ratios, 8, **more)), "interval-levels")
        self.assertEqual(len(found), 1)
        return found[0]

    def test_ahead_of_all(self):
        rank = self.rank({"interval-levels": 0.5, "quad-heap": 1, "rbtree": 2})
        self.assertEqual((rank.place, rank.best), ("ahead", "quad-heap"))
        self.assertAlmostEqual(rank.against.mean, 0.5, delta=0.02)

    def test_behind_one_is_behind(self):
        rank = self.rank({"interval-levels": 1, "quad-heap": 0.5, "rbtree": 3})
        self.assertEqual((rank.place, rank.best), ("behind", "quad-heap"))

    def test_not_told_apart_is_tied(self):
        rank = self.rank({"interval-levels": 1, "quad-heap": 1.01, "rbtree": 3}, noise=0.1)
        self.assertEqual(rank.place, "tied")

    def test_only_those_of_its_accuracy_count(self):
        lines = planted({"interval-levels": 1, "quad-heap": 2}, 8)
        lines += [{**line, "subject": "wheel", "when": "to a tick", "ns_per_op": 0.1}
                  for line in lines if line["subject"] == "quad-heap"]
        self.assertEqual(firsts.ranks(self.run_of(lines), "interval-levels")[0].place, "ahead")

    def test_the_floor_is_a_geometric_mean(self):
        lines = planted({"interval-levels": 4, "quad-heap": 9, "yardstick-touch": 1}, 8, noise=0)
        lines += planted({"interval-levels": 9, "quad-heap": 9, "yardstick-touch": 1}, 8, noise=0,
                         workload="idle")
        found = firsts.ranks(self.run_of(lines), "interval-levels")
        self.assertAlmostEqual(firsts.to_floor(found), 6)

    def test_intervals_are_shown(self):
        folder = self.write(planted({"interval-levels": 0.5, "quad-heap": 1}, 8))
        done = self.script("firsts.py", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"0\.\d+ +\[0\.\d+, 0\.\d+\] +8")


class Numbers(Case):
    def table(self, *lines):
        path = os.path.join(self.folder, "numbers.tsv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        return path

    def number(self, line, lines):
        row = paper.read_numbers(self.table(line))[0]
        return paper.KINDS[row["kind"]]([self.run_of(lines)], row)

    def test_a_ratio_with_its_interval(self):
        found = self.number("x\tratio\tquad-heap\tbinary-heap\thold\t1e3\tcost",
                            planted({"binary-heap": 1, "quad-heap": 0.5}, 8))
        self.assertEqual(found.text, "0.50")
        self.assertRegex(found.interval, r"^\[0\.4\d, 0\.5\d\]$")
        self.assertFalse(found.indicative)

    def test_a_difference_of_what_has_no_ratio(self):
        lines = [record(name, seed, 1.0, lateness_p50_ns=by + 10 * (seed % 2) * (by < 0),
                        **{"pass": "lateness"})
                 for seed in range(8) for name, by in (("libevent-precise", -500), ("libevent", 100))]
        row = "libevent-precise\tlibevent\thold\t1e3\tcost\t\tlateness"
        found = self.number(f"x\tdifference\t{row}", lines)
        self.assertEqual((found.text, found.interval), ("-595", "[-599, -591]"))
        self.assertEqual(self.number(f"x\tvalue\t{row}", lines).text, "-495")
        for kind in ("ratio", "called"):
            with self.assertRaisesRegex(paper.Bad, "lateness_p50_ns may be at or below 0 and has no ratio"):
                self.number(f"x\t{kind}\t{row}", lines)

    def test_few_blocks_are_marked(self):
        found = self.number("x\tratio\tquad-heap\tbinary-heap\thold\t1e3\tcost",
                            planted({"binary-heap": 1, "quad-heap": 0.5}, 3))
        self.assertTrue(found.indicative)

    def test_called_against_inlined(self):
        lines = planted({"rbtree": 3}, 8, noise=0)
        lines += [{**line, "dispatch": "inline", "ns_per_op": line["ns_per_op"] / 1.5}
                  for line in lines]
        self.assertEqual(self.number("x\tcalled\trbtree\t\thold\t1e3\tcost", lines).text, "1.5")

    def test_the_largest_of_all_workloads(self):
        lines = [{**line, "workload": workload, "pass": "tail", "max_ns": size * (1 + line["seed"])}
                 for workload, size in (("hold", 100), ("idle", 300), ("rpc", 200))
                 for line in planted({"rbtree": 1, "skiplist": 9}, 3)]
        found = self.number("x\tlargest\trbtree\t\t*\t1e3\tcost\t\ttail\tmax_ns", lines)
        self.assertEqual((found.text, found.cell.workload, found.blocks), ("900", "idle", 9))
        with self.assertRaisesRegex(paper.Bad, "numbers.tsv:1: x: no records of rbtree"):
            self.number("x\tlargest\trbtree\t\t*\t1e4\tcost\t\ttail\tmax_ns", lines)

    def test_missing_records_are_named(self):
        with self.assertRaisesRegex(paper.Bad, r"numbers.tsv:1: x: no records of rbtree"):
            self.number("x\tvalue\trbtree\t\thold\t1e3\tcost", planted({"binary-heap": 1}, 2))

    def test_what_is_wrong_with_the_table_is_said(self):
        for line, words in (("A b\tvalue", "small letters"), ("x\tguess", "no kind 'guess'"),
                            ("x\tvalue" + 9 * "\ta", "11 columns"),
                            ("x\tvalue\nx\tvalue", ":2: x is there twice")):
            with self.assertRaisesRegex(paper.Bad, words):
                paper.read_numbers(self.table(line))

    def test_the_paper_asks_for_each_and_each_is_there(self):
        with open(os.path.join(PAPER, "paper.tex"), encoding="utf-8") as file:
            asked = set(re.findall(r"\\(?:num|with)\{([a-z0-9-]+)\}", file.read()))
        listed = {row["name"] for row in paper.read_numbers(os.path.join(PAPER, "numbers.tsv"))}
        self.assertEqual(listed - asked, set())
        free = {name for name in asked - listed if not name.startswith(
            ("machine-", "run-", "null-", "claim", "answer-", "structures", "workloads"))}
        self.assertEqual(free, set())

    def test_text_is_escaped(self):
        self.assertEqual(paper.escape("a_b 5%"), r"a\_b 5\%")
        self.assertEqual(paper.latex_count(1000000), "10^{6}")


class Folders(Case):
    def test_full_comes_first(self):
        for name in ("echo", "full"):
            self.write(planted({"binary-heap": 1}, 1), name=name)
        found = [os.path.basename(run.folder) for run in paper.open_runs(self.folder)]
        self.assertEqual(found, ["full", "echo"])
        with self.assertRaisesRegex(paper.Bad, "neither a run nor"):
            paper.open_runs(os.path.join(self.folder, "none"))
        self.assertIsInstance(paper.open_runs(os.path.join(self.folder, "echo"))[0], records.Run)


if __name__ == "__main__":
    sys.exit(main())
