#!/usr/bin/python3
"""Tests of maps, from planted ratios: which subject costs least at each place of two axes.

The last line printed is "N passed, N failed".
"""

import os
import random
import sys
from unittest import mock

from helpers import Case, failed, main, planted, record

import maps
import records


def place(x, y, n_place=0, y_place=0):
    """Returns the fields of a record that give its place in a map."""
    return {"n": x, "workload": f"mix:stopped={y}", "experiment": "map-small", "map": {
        "x": {"name": "n", "title": "number of timers, n", "value": str(x), "place": n_place},
        "y": {"name": "stopped", "title": "share stopped", "value": y, "place": y_place}}}


WHEEL = {"when": "to a tick", "ordering": "by tick", "tick_ns": 1000}


class Maps(Case):
    def only_map(self, lines):
        found = maps.maps(self.run_of(lines))
        self.assertEqual(len(found), 1)
        return found[0]

    def test_winner_and_what_the_next_costs(self):
        found = self.only_map(planted({"binary-heap": 1, "quad-heap": 0.5, "slow": 3.0}, 10,
                                      **place(100, "0")))
        one = found.places["100", "0"]
        self.assertEqual((one.winner, one.runner_up), ("quad-heap", "binary-heap"))
        self.assertAlmostEqual(one.ratio.mean, 2.0, delta=0.05)
        self.assertLess(one.ratio.low, 2.0)
        self.assertGreater(one.ratio.high, 2.0)
        self.assertTrue(one.resolved)
        self.assertEqual(one.words, "resolved")

    def test_tied_are_named_and_nobody_wins(self):
        one = self.only_map(planted({"binary-heap": 1, "quad-heap": 0.5, "twin": 0.5}, 10,
                                    **place(100, "0"))).places["100", "0"]
        self.assertFalse(one.resolved)
        self.assertEqual({one.winner, *one.tied}, {"quad-heap", "twin"})
        self.assertEqual(one.words, "not resolved")

    def test_a_real_difference_below_the_minimum_effect_is_a_tie(self):
        lines = planted({"binary-heap": 1.02, "quad-heap": 1.0}, 40, noise=0.005,
                        **place(100, "0"))
        one = self.only_map(lines).places["100", "0"]
        self.assertGreater(one.ratio.low, 1.0)
        self.assertEqual((one.winner, one.tied), ("quad-heap", ["binary-heap"]))

    def test_the_winner_has_the_lowest_median(self):
        lines = []
        for seed in range(9):
            lines += [record("binary-heap", seed, 100.0, **place(100, "0")),
                      record("quad-heap", seed, 1e4 if seed == 0 else 60.0, **place(100, "0"))]
        one = self.only_map(lines).places["100", "0"]
        self.assertEqual(one.winner, "quad-heap")
        self.assertFalse(one.resolved)  # no verdict, as median and geometric mean disagree

    def test_the_median_is_of_costs_relative_to_their_block(self):
        # The medians of the absolute costs are 100 and 2, so quad-heap would win by those.
        costs = {"binary-heap": (1, 100, 10000), "quad-heap": (2, 1, 11000)}
        lines = [record(name, block, float(cost), **place(100, "0"))
                 for name, row in costs.items() for block, cost in enumerate(row)]
        self.assertEqual(self.only_map(lines).places["100", "0"].winner, "binary-heap")

    def test_correction_is_over_the_whole_map(self):
        # The corrected p of a close comparison grows with the number of other close comparisons.
        source = random.Random(5)

        def close(places):
            lines = []
            for number in range(places):
                lines += planted({"binary-heap": 1.08, "quad-heap": 1}, 8, noise=0.03,
                                 seed=source.randrange(10 ** 6), **place(100 + number, "0"))
            return lines

        alone, many = close(1), close(30)
        family = self.only_map(alone + [line for line in many if line["n"] != 100])
        one = self.only_map(alone).places["100", "0"].ratio
        self.assertAlmostEqual(one.corrected, one.p)
        self.assertGreater(family.places["100", "0"].ratio.corrected, 3 * one.p)

    def test_missing_places(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8, **place(100, "0"))
        lines += planted({"binary-heap": 1, "quad-heap": 0.5}, 8, **place(1000, "1", 1, 1))
        lines += [failed("binary-heap", 0, "too slow", **place(1000, "0", 1, 0))]
        found = self.only_map(lines)
        self.assertEqual((found.x.values, found.y.values), (["100", "1000"], ["0", "1"]))
        self.assertEqual(sorted(found.places), [("100", "0"), ("1000", "1")])

    def test_a_structure_that_is_missing_leaves_the_others_ranked(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5, "list": 0.2}, 8, **place(100, "0"))
        lines += planted({"binary-heap": 1, "quad-heap": 0.5}, 8, **place(1000, "0", 1))
        lines += [failed("list", 0, "beyond the limit of 100 timers", **place(1000, "0", 1))]
        found = self.only_map(lines)
        self.assertEqual(found.places["100", "0"].winner, "list")
        self.assertEqual(found.places["1000", "0"].winner, "quad-heap")

    def test_alone_in_a_place(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8, **place(100, "0"))
        lines += planted({"quad-heap": 1}, 8, **place(1000, "0", 1))
        one = self.only_map(lines).places["1000", "0"]
        self.assertEqual((one.winner, one.ratio, one.words), ("quad-heap", None, "only one"))

    def test_too_few_blocks(self):
        few = self.only_map(planted({"binary-heap": 1, "quad-heap": 0.5}, 7, **place(100, "0")))
        self.assertEqual(few.places["100", "0"].words, "indicative: resolved")
        self.assertTrue(few.indicative)
        enough = self.only_map(planted({"binary-heap": 1, "quad-heap": 0.5}, 8, **place(100, "0")))
        self.assertEqual((enough.indicative, enough.places["100", "0"].indicative), (False, False))
        one = self.only_map(planted({"binary-heap": 1, "quad-heap": 0.5}, 1, **place(100, "0")))
        self.assertEqual(one.places["100", "0"].words, "indicative: not resolved")
        self.assertFalse(one.places["100", "0"].ratio.has_interval)
        self.assertFalse(one.places["100", "0"].tested)
        folder = self.write(planted({"binary-heap": 1, "quad-heap": 0.5}, 1, **place(100, "0")))
        done = self.script("map.py", folder)
        self.assertRegex(done.stdout, r"(?m)^0 +\? qh$")
        with open(os.path.join(folder, "data", "map-small.tsv"), encoding="utf-8") as file:
            self.assertIn("\tqh?\t", file.read())

    def test_each_accuracy_has_a_map_of_its_own(self):
        exact = planted({"binary-heap": 1, "quad-heap": 0.5}, 8, **place(100, "0"))
        wheels = planted({"wheel": 0.1, "other": 0.2}, 8, **WHEEL, **place(100, "0"))
        found = maps.maps(self.run_of(exact + wheels))
        self.assertEqual([one.accuracy for one in found], [records.EXACT, ("to a tick", "by tick")])
        self.assertEqual([one.places["100", "0"].winner for one in found], ["quad-heap", "wheel"])
        # If a structure is the only one of its accuracy, there is none to rank it against.
        lone = planted({"wheel": 0.1}, 8, **WHEEL, **place(100, "0"))
        self.assertEqual(self.only_map(exact + lone).accuracy, records.EXACT)

    def test_yardsticks_controls_and_the_overtaken_win_nothing(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5, "yardstick-touch": 0.1,
                         "again:binary-heap": 0.2}, 8, **place(100, "0"))
        lines += planted({"late": 0.1}, 8, overtaken=50, **place(100, "0"))
        one = self.only_map(lines).places["100", "0"]
        self.assertEqual((one.winner, list(one.against)), ("quad-heap", ["binary-heap"]))

    def test_the_tied_are_named_by_their_cost(self):
        one = maps.Place("100", "0", None, "quad-heap", "binary-heap", {
            "alpha": mock.Mock(mean=1.3, verdict="tied"), "beta": mock.Mock(mean=1.1, verdict="tied"),
            "gamma": mock.Mock(mean=1.2, verdict="slower")}, 8)
        self.assertEqual(one.tied, ["beta", "alpha"])

    def test_axes(self):
        lines = []
        for number, y in enumerate(("1", "4096", "0")):
            for n in (100, 20000, 1000):  # in the order of the records 20000 would be second
                lines += planted({"binary-heap": 1, "quad-heap": 0.5}, 2, **place(n, y, 0, number))
        found = self.only_map(lines)
        self.assertEqual(found.x.values, ["100", "1000", "20000"])
        self.assertEqual(found.y.values, ["1", "4096", "0"])
        self.assertEqual(found.workload, "mix")

    def test_other_options_of_the_workload_are_maps_apart(self):
        where = place(100, "1")
        lines = []
        for workload in ("mix:stopped=1", "mix:range=10,stopped=1", "mix:range=1,stopped=1"):
            where["workload"] = workload
            lines += planted({"binary-heap": 1, "quad-heap": 0.5}, 2, **where)
        found = maps.maps(self.run_of(lines))
        self.assertEqual([one.workload for one in found], ["mix", "mix:range=1", "mix:range=10"])

    def test_initials(self):
        found = maps.initials(["quad-heap", "pairing-heap", "pointer-heap", "rbtree",
                                     "dary-heap:arity=8", "dary-heap:arity=16"])
        self.assertEqual(found["quad-heap"], "qh")
        self.assertEqual((found["pairing-heap"], found["pointer-heap"]), ("pah", "poh"))
        self.assertEqual(found["rbtree"], "r")
        self.assertEqual((found["dary-heap:arity=8"], found["dary-heap:arity=16"]),
                         ("dha8", "dha16"))
        same = maps.initials(["a-b", "a-bee"])
        self.assertEqual(len(set(same.values())), 2)

    def some_map(self):
        lines = []
        for column, n in enumerate((100, 1000, 10000)):
            for row, y in enumerate(("0", "50%", "99.9%")):
                if (n, y) != (10000, "0"):
                    ratios = {"binary-heap": 1, "quad-heap": 0.5 + 0.2 * row, "twin": 0.8,
                              "again:binary-heap": 1}
                    lines += planted(ratios, 8 if n < 10000 else 3, **place(n, y, column, row))
                    lines += planted({"wheel": 0.3, "other": 0.3}, 8, **WHEEL,
                                     **place(n, y, column, row))
        return lines

    def test_printed(self):
        folder = self.write(self.some_map())
        done = self.script("map.py", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 110)
        grid = done.stdout.splitlines()
        zero = next(line for line in grid if line.startswith("0 "))
        self.assertRegex(zero, r"^0 +qh 1\.\d\d +qh 1\.\d\d +-$")
        for words in ("fired exactly and in order of deadline", "indicative: ", "Null control",
                      "~ o w", "qh quad-heap"):
            self.assertIn(words, done.stdout)

    def test_drawn_again_from_records_alone(self):
        folder = self.write(self.some_map())
        done = self.script("report.py", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(os.path.join(folder, "figures"))),
                         ["map-small.pdf", "map-small.svg"])
        with open(os.path.join(folder, "figures", "map-small.svg"), encoding="utf-8") as file:
            drawing_ = file.read()
        for words in ("quad-heap", "number of timers, n", "share stopped", "99.9%",
                      "not told apart"):
            self.assertIn(words, drawing_)
        with open(os.path.join(folder, "data", "map-small.tsv"), encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file][1:]
        self.assertEqual(len(rows), 2 * 9)
        self.assertEqual(sum(row[14] == "not measured" for row in rows), 2)
        with open(os.path.join(folder, "report.html"), encoding="utf-8") as file:
            self.assertIn("Who costs least where: map-small", file.read())

    def test_a_run_with_a_map_keeps_its_other_figures(self):
        folder = self.write(self.some_map() + planted({"binary-heap": 1, "quad-heap": 0.5}, 8))
        self.assertEqual(self.script("figures.py", folder).returncode, 0)
        self.assertEqual(sorted(os.listdir(os.path.join(folder, "figures"))),
                         sorted(f"{name}.{form}" for name in ("cost", "overview", "map-small")
                                for form in ("svg", "pdf")))
        with open(os.path.join(folder, "data", "overview.tsv"), encoding="utf-8") as file:
            self.assertNotIn("mix:", file.read())

    def test_no_map(self):
        done = self.script("map.py", self.write(planted({"binary-heap": 1, "quad-heap": 1}, 3)))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("no map in it", done.stderr)


if __name__ == "__main__":
    sys.exit(main())
