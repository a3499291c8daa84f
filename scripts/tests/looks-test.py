#!/usr/bin/python3
"""Tests of looks, the points at which a run judges its results so far. They share the level of
significance, and resolved.py prints the blocks that need no more looks.

    looks-test.py [TIMERBED] [SEED]

The error rate is simulated with runs of a null control, which differ only by noise. A comparison
stops at the look at which it is resolved. The last line printed is "N passed, N failed".
"""

import math
import os
import random
import sys

import numpy

from helpers import Case, main, planted, record

import inference
import records
import resolved

LOOKS = (8, 12, 16)
RUNS = 3000
FAMILY = 3
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2 ** 32)

INI = """[experiment]
name = cost

[cost.1]
subjects = binary-heap quad-heap
workloads = hold idle
n = 1000
pass = time
dispatch = vtable
replicates = 16
{looks}
[cost.2]
subjects = binary-heap quad-heap
workloads = hold
n = 100000
pass = time
dispatch = vtable
replicates = 8
"""


def simulated_error_rate(source, looks_of_a_ratio):
    """Returns the share of runs in which a structure compared with itself is found to be different.

    Each comparison stops at the look at which it is resolved. At each look all comparisons are one
    family.
    """
    wrong = 0
    for _ in range(RUNS):
        logs = source.normal(0.0, 0.1, (FAMILY, LOOKS[-1]))
        blocks = [LOOKS[0]] * FAMILY
        for look, number in enumerate(LOOKS):
            family = [inference.ratio_of_logs(logs[i, :blocks[i]], looks_of_a_ratio)
                      for i in range(FAMILY)]
            inference.decide(family, 0.0)
            for i, one in enumerate(family):
                if one.verdict == "not resolved" and number != LOOKS[-1]:
                    blocks[i] = LOOKS[look + 1]
        wrong += any(one.verdict in ("faster", "slower") for one in family)
    return wrong / RUNS


class Level(Case):
    def test_error_rate_over_all_looks_stays_below_the_level(self):
        # With an undivided level, the simulated error rate is far above the level.
        divided = simulated_error_rate(numpy.random.default_rng(SEED), len(LOOKS))
        undivided = simulated_error_rate(numpy.random.default_rng(SEED), 1)
        self.assertLess(divided, inference.LEVEL, f"seed {SEED}")
        self.assertGreater(undivided, 1.2 * inference.LEVEL, f"seed {SEED}")

    def test_interval_test_and_verdict_share_one_level(self):
        # Mean 0.2 and standard error 0.1/sqrt(3), two degrees of freedom. For these the quantile of
        # t at probability q is a / sqrt(2 q (1 - q)) with a = 2 q - 1.
        q = 1 - inference.LEVEL / 3 / 2
        t = (2 * q - 1) / math.sqrt(2 * q * (1 - q))
        one = inference.ratio_of_logs(numpy.array([0.1, 0.2, 0.3]), 3)
        self.assertAlmostEqual(math.log(one.high), 0.2 + t * 0.1 / math.sqrt(3), places=9)
        self.assertAlmostEqual(math.log(one.low), 0.2 - t * 0.1 / math.sqrt(3), places=9)
        inference.decide([one])
        self.assertAlmostEqual(one.corrected, 3 * one.p, places=12)
        self.assertEqual(one.verdict, "not resolved" if one.low < 1 < one.high else "slower")

    def test_a_p_between_the_divided_and_the_whole_level_is_no_verdict(self):
        logs = numpy.array([0.1, 0.5, 0.3, 0.0])
        whole, divided = inference.ratio_of_logs(logs), inference.ratio_of_logs(logs, 3)
        scale = 0.0
        while not inference.LEVEL / 3 < whole.p < inference.LEVEL:
            scale += 0.01
            whole = inference.ratio_of_logs(logs + scale)
            divided = inference.ratio_of_logs(logs + scale, 3)
        inference.decide([whole])
        inference.decide([divided])
        self.assertEqual((whole.verdict, divided.verdict), ("slower", "not resolved"))


class Resolved(Case):
    """resolved.py on a run with a resolved cell, an unresolved cell, and a cell without looks."""

    def run_folder(self, looks):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8)
        lines += planted({"binary-heap": 1, "quad-heap": 0.95}, 8, noise=0.2, workload="idle")
        lines += planted({"binary-heap": 1, "quad-heap": 0.5}, 8, n=100000)
        for line in lines:
            line["block"] = f"{line['workload']}/{line['n']}/{line['seed']}"
        folder = self.write(lines)
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as out:
            out.write(INI.format(looks=looks))
        return folder

    def test_it_names_every_block_of_what_is_resolved_and_has_looks(self):
        status, out, _ = self.called(resolved, self.run_folder("looks = 8 12 16"))
        self.assertEqual(status, 0)
        self.assertEqual(out.split(), [f"hold/1000/{seed}" for seed in range(8)])

    def test_help_says_what_it_is(self):
        status, out, _ = self.called(resolved, "--help")
        self.assertEqual(status, 0)
        self.assertIn("need no further block.", out)

    def test_phases_and_settings_are_of_one_name(self):
        """mix may stop, because both phases are resolved at both strides. rpc has an unresolved
        phase."""
        lines = []
        for workload, times in (("rpc", (0.5, 0.98)), ("mix", (0.5, 0.5))):
            for stride in (128, 64):
                for line in planted({"binary-heap": 1, "quad-heap": 1}, 8, noise=0.1, stride=stride,
                                    workload=workload):
                    phases = [{"name": name, "ns_per_op": line["ns_per_op"] * (
                        factor if line["subject"] == "quad-heap" else 1)}
                              for name, factor in zip(("fill", "drain"), times)]
                    lines.append({**line, "phases": phases,
                                  "block": f"{workload}/{stride}/{line['seed']}"})
        folder = self.write(lines[::-1])
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as out:
            out.write(INI.format(looks="looks = 8 12").replace("hold idle", "mix rpc"))
        status, out, _ = self.called(resolved, folder)
        self.assertEqual((status, out.split()), (0, [f"mix/{stride}/{seed}" for stride in (128, 64)
                                                    for seed in range(8)]))

    def test_names_are_in_order(self):
        folder = self.run_folder("looks = 8 12")
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8, workload="idle")
        lines += planted({"binary-heap": 1, "quad-heap": 0.5}, 8)
        for line in lines:
            line["block"] = f"{line['workload'][:1]}{line['seed']}"
        self.write(lines)
        self.assertEqual(self.called(resolved, folder)[1].split(),
                         [f"{letter}{seed}" for letter in "hi" for seed in range(8)])

    def test_without_looks_nothing_may_stop(self):
        self.assertEqual(self.called(resolved, self.run_folder("")), (0, "", ""))

    def test_the_level_of_a_cell_is_that_of_its_group(self):
        run = records.Run(self.run_folder("looks = 8 12 16"))
        looks = {(cell.workload, cell.n): line.to_baseline.looks
                 for standing in inference.standings(run) for cell in [standing.cell]
                 for line in standing.lines if line.subject.name == "quad-heap"}
        self.assertEqual(looks, {("hold", 1000): 3, ("idle", 1000): 3, ("hold", 100000): 1})

    def test_indicative_verdicts_stop_nothing(self):
        folder = self.run_folder("looks = 4 8")
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 7)
        for line in lines:
            line["block"] = str(line["seed"])
        self.write(lines)
        self.assertEqual(self.called(resolved, folder), (0, "", ""))

    def test_two_that_cannot_be_told_apart_keep_a_cell_going(self):
        # Both structures differ from the baseline, but the run cannot tell them apart.
        lines = planted({"binary-heap": 1, "quad-heap": 0.5, "interval-levels": 0.52}, 8, noise=0.08)
        for line in lines:
            line["block"] = str(line["seed"])
        folder = self.run_folder("looks = 8 12 16")
        self.write(lines)
        self.assertEqual(self.called(resolved, folder), (0, "", ""))

    def test_differences_from_the_baseline_are_told(self):
        """Nobody is first there. The difference may be told from 0, or not."""
        for spread, told in ((0.01, [f"hold/1000/{seed}" for seed in range(8)]), (9, [])):
            lines = [record(name, seed, 1.0, block=f"hold/1000/{seed}", **{"pass": "lateness"},
                            lateness_p50_ns=-by * (1 + spread * (-1) ** seed))
                     for seed in range(8) for name, by in (("libevent", 10), ("libevent-precise", 500),
                                                           ("loop:quad-heap@epoll", 501))]
            folder = self.write(lines)
            with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as out:
                out.write(INI.format(looks="looks = 8 12").replace("pass = time", "pass = lateness"))
            self.assertEqual(self.called(resolved, folder)[1].split(), told)

    def test_a_map_has_the_looks_of_its_section(self):
        axes = {"x": {"name": "n", "title": "n", "value": "1000", "place": 0},
                "y": {"name": "stopped", "title": "s", "value": "50%", "place": 0}}
        folder = self.write([record("binary-heap", 1, 1.0, workload="mix:stopped=50%", map=axes)])
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as out:
            out.write("[cost.1]\nworkloads = mix\nx = n: 1000\ny = stopped: 50%\nlooks = 8 16\n")
        run = records.Run(folder)
        self.assertEqual(inference.looks_of(run, next(iter(run.cells))), 2)

    def test_which_cells_are_of_a_section(self):
        """A cell has the two looks of the section, or one look if it is not in the section."""
        def looks(section, **more):
            run = self.run_of([record("binary-heap", 1, 1.0, **more)])
            run.settings = f"[cost.1]\nlooks = 8 16\n{section}\n"
            return inference.looks_of(run, next(iter(run.cells)))

        plain, axes = "workloads = mix idle\nn = 10 1e3", "workloads = mix\nx = n: 1000"
        for section, cell, expected in (
                (plain, {"workload": "mix"}, 2), (plain, {"workload": "idle"}, 2),
                (plain, {"workload": "mix", "n": 7}, 1), (plain, {"workload": "mix:stopped=1"}, 1),
                (plain, {"workload": "hold"}, 1), (plain, {"workload": "mix", "dispatch": "inline"}, 1),
                (plain, {"workload": "mix", "experiment": "other"}, 1),
                (plain, {"workload": "mix", "pass": "tail"}, 1),
                (plain + "\npass = tail", {"workload": "mix", "pass": "tail"}, 2),
                (plain + "\ndispatch = inline", {"workload": "mix", "dispatch": "inline"}, 2),
                (plain + "\ndispatch = inline", {"workload": "mix"}, 1),
                ("workloads = mix", {"workload": "mix"}, 1), ("n = 1000", {"workload": "mix"}, 1),
                (axes, {"workload": "mix:stopped=1"}, 2), (axes, {"workload": "mix"}, 2),
                (axes, {"workload": "mixed"}, 1), (axes, {"workload": "hold"}, 1),
                ("workloads = mix:a=1\ny = n: 7", {"workload": "mix:a=1,b=2"}, 2),
                ("workloads = mix:a=1\ny = n: 7", {"workload": "mix:a=12"}, 1),
                (axes + "\nn = 7", {"workload": "mix"}, 1)):
            self.assertEqual(looks(section, **cell), expected, (section, cell))


if __name__ == "__main__":
    print(f"seed {SEED}")
    sys.exit(main())
