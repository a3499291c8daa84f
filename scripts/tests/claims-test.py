#!/usr/bin/python3
"""Tests of claims.py: planted records must give the expected verdict.

The last line printed is "N passed, N failed".
"""

import json
import math
import os
import random
import sys

from scipy import special

import helpers
from helpers import main, records

import claims
import insertion

HEADER = "\t".join(claims.COLUMNS)


def record(subject, seed, **more):
    line = {"schema": 1, "experiment": "made", "subject": subject, "kind": "structure",
            "when": "exact", "ordering": "by deadline", "dispatch": "vtable", "workload": "idle",
            "n": 1000, "pass": "time", "seed": seed, "replicate": seed, "ops": 1000,
            "fired": 500, "expected": 500, "overtaken": 0, "status": "ok"}
    line.update(more)
    line.setdefault("trace_hash", f"{line['workload']} {line['n']} {seed}")
    return line


def pair(factor, blocks=8, noise=0.01, **more):
    """Returns records in which a costs `factor` times as much as b. Blocks differ by more."""
    source = random.Random(3)
    result = []
    for seed in range(blocks):
        base = 100 * math.exp(source.gauss(0, 1))
        result.append(record("b", seed, ns_per_op=base, **more))
        result.append(record("a", seed, ns_per_op=base * factor * math.exp(source.gauss(0, noise)),
                             **more))
    return result


class Case(helpers.Case):
    def write(self, lines, name="run"):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder)
        with open(os.path.join(folder, "cells.jsonl"), "w", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)
        with open(os.path.join(folder, "env.json"), "w", encoding="utf-8") as out:
            out.write("{}")
        return folder

    def table(self, *rows):
        path = os.path.join(self.folder, "claims.tsv")
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join((HEADER,) + rows) + "\n")
        return path

    def claims(self, table, *arguments):
        return self.called(claims, "--claims", table, *arguments)

    def judge(self, lines, statistic, tolerance):
        claim = claims.parse(["C1", "it is so", "somebody", statistic, tolerance, "made"])
        run = claims.records.Run(self.write(lines, f"run{len(os.listdir(self.folder))}"))
        return claims.judge(claim, [run])


class Verdicts(Case):
    RATIO = "ratio a=a b=b workload=idle n=1e3"
    TOLERANCE = "0.92..0.98 | ..0.98"

    def test_each_of_the_four(self):
        for factor, noise, expected in ((0.95, 0.005, claims.REPRODUCED),
                                        (0.60, 0.01, claims.CONSTANT),
                                        (1.20, 0.01, claims.REFUTED),
                                        (1.00, 0.005, claims.REFUTED),
                                        (0.97, 0.30, claims.UNRESOLVED)):
            row = self.judge(pair(factor, noise=noise), self.RATIO, self.TOLERANCE)
            self.assertEqual(row["verdict"], expected, factor)
            self.assertEqual((row["blocks"], row["indicative"]), (8, "no"))
            self.assertLess(row["low"], row["high"])

    def test_where_the_interval_has_to_be(self):
        ranges = [(1.0, 2.0), (0.5, 3.0)]
        for low, high, expected in ((1.2, 1.8, claims.REPRODUCED), (0.9, 1.1, claims.REPRODUCED),
                                    (0.6, 0.9, claims.CONSTANT), (0.4, 0.9, claims.UNRESOLVED),
                                    (3.1, 4.0, claims.REFUTED), (0.4, 4.0, claims.UNRESOLVED),
                                    (math.nan, math.nan, claims.UNRESOLVED),
                                    (1.2, math.nan, claims.UNRESOLVED),
                                    (math.nan, 1.8, claims.UNRESOLVED)):
            self.assertEqual(claims.verdict(claims.Estimate(1, low, high, 8), ranges), expected,
                             (low, high))
        self.assertEqual(claims.verdict(claims.Estimate(1.5, 1.4, 1.6, 8, form=False), ranges),
                         claims.REFUTED)
        self.assertEqual(claims.verdict(claims.Estimate(0, 0.8, 1.1, 8), [(1.0, 2.0), (0.5, 1.0)]),
                         claims.REPRODUCED)

    def test_one_block_is_no_evidence_and_few_are_indicative(self):
        self.assertEqual(self.judge(pair(0.5, 1), self.RATIO, "..0.9")["verdict"],
                         claims.UNRESOLVED)
        row = self.judge(pair(0.5, 4), self.RATIO, "..0.9")
        self.assertEqual((row["verdict"], row["indicative"]), (claims.REPRODUCED, "yes"))

    def test_selection_leads_to_the_records(self):
        row = self.judge(pair(0.5), self.RATIO, "..0.9")
        self.assertEqual(json.loads(row["selection"]), [
            {"subject": name, "workload": "idle", "n": 1000, "dispatch": "vtable", "pass": "time"}
            for name in "ab"])

    def test_overtaken_firings_are_told(self):
        lines = [dict(line, overtaken=100 if line["subject"] == "a" else 0) for line in pair(0.5)]
        self.assertIn("a: 20 %", self.judge(lines, self.RATIO, "..0.9")["note"])


class Statistics(Case):
    def test_the_law_of_insertion(self):
        for name, expected in (("exponential", 1 / 2), ("uniform", 2 / 3), ("biased", 29 / 30),
                               ("triangular", 4 / 5), ("pareto", 1 / 2), ("bimodal", 0.81 * 2 / 63 + 0.18 / 21 + 0.01 * (200 / 21 + 2 / 63))):
            self.assertAlmostEqual(insertion.head_share(name), expected, places=9, msg=name)
        self.assertAlmostEqual(insertion.share("uniform", "head"), 2 / 3)
        self.assertAlmostEqual(insertion.share("uniform", "tail"), 1 / 3)
        for workload, expected in (("hold", "exponential"), ("hold:batch=1", "exponential"),
                                   ("hold:batch=1,dist=pareto", "pareto")):
            self.assertEqual(insertion.distribution_of(workload), expected)

    def test_the_law_against_a_simulation(self):
        # 4,000 renewals of 400 lives, uniform on 0..2. Insertions count the lives that they pass.
        source = random.Random(5)
        lives = [2 * math.sqrt(source.random()) * source.random() for _ in range(400)]
        passed = 0
        for _ in range(4000):
            now = min(lives)
            lives.remove(now)
            new = now + 2 * source.random()
            passed += sum(life < new for life in lives)
            lives.append(new)
        self.assertAlmostEqual(passed / 4000 / 399, insertion.head_share("uniform"), delta=0.02)

    def test_a_ratio_between_two_workloads_is_of_one_seed(self):
        lines = [record("a", seed, ns_per_op=3.0 * (seed + 1), workload="x") for seed in range(4)]
        lines += [record("b", seed, ns_per_op=2.0 * (seed + 1), workload="y") for seed in range(1, 5)]
        row = self.judge(lines, "ratio a=a b=b workload=x workload_b=y n=1e3", "1..2")
        self.assertAlmostEqual(row["value"], 1.5)
        self.assertEqual(row["blocks"], 3)
        # If both have the same workload, blocks are matched by the trace and not by the seed.
        lines = [record("a", 1, ns_per_op=1.0, trace_hash="s"), record("b", 1, ns_per_op=1.0, trace_hash="t")]
        with self.assertRaisesRegex(claims.Missing, "no block holds both"):
            self.judge(lines, "ratio a=a b=b workload=idle n=1e3", "1..2")

    def test_share_of_the_others(self):
        lines = [record("list", seed, **{"pass": "memory"}, steps_per_insert=499.5 + seed / 100)
                 for seed in range(3)]
        row = self.judge(lines, "share subject=list workload=idle n=1e3", "0.49..0.51")
        self.assertEqual((row["verdict"], row["indicative"]), (claims.REPRODUCED, "no"))
        self.assertAlmostEqual(row["value"], 0.5, places=3)

    def linear(self, power, sizes=(256, 512, 1024, 4096)):
        lines = []
        for seed in range(3):
            for n in sizes:
                each = 4 + 15 * (n / 256) ** power + seed / 100
                for name, more in (("wheel", each), ("nothing", 0)):
                    lines.append(record(name, seed, n=n, **{"pass": "count"}, elapsed_ns=1e9,
                                        instructions_per_op=7 + more))  # one operation per tick
        return self.judge(lines, "linear subject=wheel less=nothing workload=idle "
                          f"n={','.join(map(str, sizes))} slots=256 tick=1e6", "3..4.5 | 0..")

    def test_linear_cost_and_cost_that_is_not(self):
        row = self.linear(1)
        self.assertEqual(row["verdict"], claims.REPRODUCED)
        self.assertAlmostEqual(row["value"], 15 / 4, delta=0.02)
        self.assertEqual(row["note"], "4.0 + 15.0 n/M, r^2 at least 1.0000")
        self.assertEqual(self.linear(3)["verdict"], claims.REFUTED)
        self.assertEqual(self.linear(1, (256, 512, 1024))["verdict"], claims.REPRODUCED)

    def pays(self, factors, tolerance):
        lines = [line for n, factor in factors.items() for line in pair(factor, n=n)]
        sizes = ",".join(str(n) for n in factors)
        return self.judge(lines, f"pays a=a b=b workload=idle n={sizes}", tolerance)

    def test_thresholds(self):
        row = self.pays({100: 1.0, 300: 0.7, 1000: 0.5}, "100..999 | ..1e5")
        self.assertEqual((row["low"], row["high"], row["verdict"]), (100, 300, claims.REPRODUCED))
        row = self.pays({100: 1.2, 1000: 1.0, 3000: 0.5}, "100..999 | ..1e5")
        self.assertEqual((row["low"], row["high"], row["verdict"]), (1000, 3000, claims.CONSTANT))
        row = self.pays({100: 1.2, 1000: 1.0}, "100..999 | ..1e5")
        self.assertEqual((row["value"], row["verdict"]), (math.inf, claims.REFUTED))
        row = self.pays({100: 0.5, 1000: 0.6}, "1e3..4e3")
        self.assertEqual((row["low"], row["high"]), (0, 100))
        row = self.pays({100: 0.5, 1000: 1.0, 3000: 0.5}, "1e3..4e3")
        self.assertEqual((row["low"], row["high"]), (1000, 3000))

    def test_where_it_is_not_resolved_the_threshold_may_be(self):
        lines = pair(1.2, n=10) + pair(1.0, n=100) + pair(1.1, noise=0.5, n=300) + pair(0.5, n=1000)
        row = self.judge(lines, "pays a=a b=b workload=idle n=10,100,300,1e3", "1..1e5")
        self.assertEqual((row["value"], row["low"], row["high"]), (1000, 100, 1000))

    def test_thresholds_by_an_option(self):
        lines = [line for mean, factor in (("1s", 1.3), ("2s", 0.5))
                 for line in pair(factor, workload=f"hold:mean={mean}")]
        row = self.judge(lines, "pays a=a b=b workload=hold:mean=% n=1e3 values=1s,2s x=1,2",
                         "1..2")
        self.assertEqual((row["low"], row["high"], row["verdict"]), (1, 2, claims.REPRODUCED))

    def test_best_of_several(self):
        lines = []
        for seed in range(8):
            for arity, ns in ((2, 100), (4, 60), (8, 61), (16, 90)):
                lines.append(record(f"heap:arity={arity}", seed, ns_per_op=ns + seed % 3))
        row = self.judge(lines, "best subject=heap:arity=% values=2,4,8,16 workload=idle n=1e3",
                         "4..8 | 3..16")
        self.assertEqual((row["value"], row["low"], row["high"], row["verdict"]),
                         (4, 4, 8, claims.REPRODUCED))

    def test_growth(self):
        for power, expected in ((0.0, claims.REPRODUCED), (0.3, claims.REFUTED)):
            lines = [record(name, seed, n=n, **{"pass": "count"},
                            instructions_per_op=20 + (name == "a") * (50 + seed) * n ** power)
                     for seed in range(2) for n in (1000, 10000, 100000) for name in "ab"]
            row = self.judge(lines, "growth subject=a less=b workload=idle n=1e3,1e4,1e5",
                             "-0.05..0.05")
            self.assertEqual(row["verdict"], expected)
            self.assertAlmostEqual(row["value"], power, delta=0.01)

    def test_growth_has_students_interval(self):
        """The expected values come from the normal equations and the incomplete beta function."""
        x, y, lines = [], [], []
        for seed in range(3):
            for n, off in ((100, 0.1), (1000, -0.2 * seed), (10000, 0.05), (100000, 0.0)):
                cost = 30 * n ** 0.25 * math.exp(off)
                lines += [record("a", seed, n=n, ns_per_op=20 + cost), record("b", seed, n=n, ns_per_op=20)]
                x.append(math.log(n))
                y.append(math.log(cost))
        # A block without b, and a block in which a costs no more than b, are left out.
        lines += [record("a", 9, n=100, ns_per_op=1), record("a", 8, n=100, ns_per_op=20),
                  record("b", 8, n=100, ns_per_op=20)]
        dx = [one - sum(x) / 12 for one in x]
        spread = sum(one * one for one in dx)
        slope = sum(map(float.__mul__, dx, y)) / spread
        rest = [b - sum(y) / 12 - slope * a for a, b in zip(dx, y)]
        error = math.sqrt(sum(one * one for one in rest) / 10 / spread)
        row = self.judge(lines, "growth subject=a less=b workload=idle n=100,1e3,1e4,1e5 pass=time", "0..1")
        share = float(special.betaincinv(5, 0.5, 0.05))
        half = math.sqrt(10 * (1 - share) / share) * error
        self.assertAlmostEqual(row["value"], slope)
        self.assertAlmostEqual(row["low"], slope - half)
        self.assertAlmostEqual(row["high"], slope + half)
        self.assertEqual(row["blocks"], 3)
        with self.assertRaisesRegex(claims.Missing, "fewer than three n"):
            self.judge(lines, "growth subject=a less=b workload=idle n=100,1e3 pass=time", "0..1")

    def test_best_of_few_blocks(self):
        def best(blocks):
            lines = [record(f"heap:{arity}", seed, ns_per_op=ns + seed)
                     for seed in range(blocks) for arity, ns in ((2, 100), (4, 60), (8, 61))]
            lines += [record(f"heap:{arity}", 90 + arity, ns_per_op=1) for arity in (2, 4, 8)]
            row = self.judge(lines, "best subject=heap:% values=2,4,8 workload=idle n=1e3", "4..8")
            return row["value"], row["low"], row["high"], row["blocks"]

        self.assertEqual(best(2), (4, 4, 8, 2))
        self.assertEqual(str(best(1)), "(4.0, nan, nan, 1)")
        with self.assertRaisesRegex(claims.Missing, "no block holds all"):
            best(0)

    def test_tau_is_a_mean_over_seeds(self):
        """Of three structures, all pairs agree in the first seed, all but one in the second."""
        more = {"kind": "yardstick"}, {"when": "to a tick"}
        lines = [record(name, seed, workload=workload, ns_per_op=float(ns), **other)
                 for workload, seed, costs in (("hold", 0, (1, 2, 3, 9, 9)), ("hold", 1, (1, 2, 3, 9, 9)),
                                               ("idle", 0, (4, 5, 6, 0.1, 0.1)),
                                               ("idle", 1, (5, 4, 6, 0.1, 0.1)))
                 for name, ns, other in zip("abcde", costs, ({}, {}, {}, *more))]
        lines.append(record("a", 2, workload="hold", ns_per_op=1.0))
        row = self.judge(lines, "tau workload=hold workload_b=idle n=1e3", "-1..1")
        half = math.tan(math.pi * 0.475) / 3  # the mean of 1 and 1/3 has the standard error 1/3
        self.assertAlmostEqual(row["value"], 2 / 3)
        self.assertAlmostEqual(row["low"], 2 / 3 - half)
        self.assertAlmostEqual(row["high"], 2 / 3 + half)
        self.assertEqual((row["blocks"], row["note"]), (2, "3 structures"))
        for few in ([one for one in lines if one["subject"] != "c"],
                    [one for one in lines if one["workload"] == "hold" or one["seed"] == 7]
                    + [record("a", 7, workload="idle", ns_per_op=1.0)]):
            with self.assertRaisesRegex(claims.Missing, "fewer than three structures in both"):
                self.judge(few, "tau workload=hold workload_b=idle n=1e3", "-1..1")

    def test_numbers(self):
        for value, text in ((0.0, "0"), (-2, "-2.00"), (0.5, "0.50"), (-0.001, "-0.0010"),
                            (math.inf, "never"), (-math.inf, "-inf"), (math.nan, "-")):
            self.assertEqual(claims.number(value), text)

    def test_notes_and_what_is_missing(self):
        """Tests the note of each statistic, and the records that it needs."""
        memory, count = {"pass": "memory"}, {"pass": "count", "elapsed_ns": 1e9}
        lines = pair(0.5, 2, n=10) + pair(2.0, 2, n=100)
        lines += [record("a", 77, n=1000, ns_per_op=1.0), record("b", 78, n=1000, ns_per_op=1.0)]
        lines += [record(name, seed, lateness_max_ns=ns, **memory)
                  for name, seed, ns in (("late", 1, 501), ("late", 2, 301), ("exact", 1, 1),
                                         ("exact", 2, 1), ("late", 3, 9999), ("other", 9, 1))]
        lines += [record("sorted-list:search=head", seed, workload=workload, steps_per_insert=steps,
                         **memory) for seed in (1, 2) for workload, steps in (
                             ("hold", 499.5), ("hold:dist=uniform", 600 + seed))]
        lines += [record(name, 1, n=n, instructions_per_op=2.0, **count)
                  for name in "ab" for n in (10, 20)]
        run = records.Run(self.write(lines))

        def said(words):
            claim = claims.parse(["C1", "", "", words, "0..1", "made"])
            try:
                row = claims.judge(claim, [run])
            except claims.Missing as why:
                return f"missing: {why}"
            return (f"{row['value']:.4g} {row['low']:.4g} {row['high']:.4g} {row['blocks']} "
                    f"{row['indicative']} {row['note']}")

        where = "workload=idle n=10,100"
        for words, expected in (
                ("ratio a=a b=b workload=idle n=1e3", "missing: no block holds both"),
                ("ratio a=a b=c workload=idle n=10",
                 "missing: made: no ns_per_op of c in idle, n = 10, pass time"),
                ("ratio a=a b=b workload=rpc n=10", "missing: made: no records of rpc, n = 10, pass time"),
                (f"pays a=a b=b {where}", "inf inf inf 2 yes 10: 0.51, 100: 2.02"),
                (f"pays a=b b=a {where}", "100 10 100 2 yes 10: 1.98, 100: 0.49"),
                ("pays a=a b=b workload=idle n=10,1e3",
                 "missing: no block of idle, n = 1e3 holds both a and b"),
                (f"largest subjects=a;b to=b {where}", "2.023 1.99 2.056 2 yes a, n = 100"),
                ("largest subjects=a to=b workload=idle n=1e3", "missing: no block holds both a and b"),
                ("late subject=late exact=exact workload=idle n=1e3 shortest=4000 longest=5000",
                 "0.1 0.1 0.125 3 no 500 ns late"),
                ("late subject=late exact=other workload=idle n=1e3 shortest=4000 longest=5000",
                 "missing: no block holds both"),
                ("law n=1e3 workloads=hold;hold:dist=uniform search=head",
                 "-0.06456 -0.07089 -0.05817 2 no uniform"),
                ("linear subject=a less=b workload=idle n=10,20 slots=1 tick=1",
                 "missing: fewer than three n")):
            self.assertEqual(said(words), expected)

    def test_tau_of_rankings(self):
        lines = [record(name, seed, workload=workload, ns_per_op=ns * (seed + 1))
                 for seed in range(4)
                 for workload, costs in (("hold", (1, 2, 3, 4)), ("idle", (4, 3, 2, 1)))
                 for name, ns in zip("abcd", costs)]
        row = self.judge(lines, "tau workload=hold workload_b=idle n=1e3", "-1..0.5")
        self.assertEqual((row["value"], row["verdict"]), (-1, claims.REPRODUCED))

    def test_the_largest_difference(self):
        lines = pair(0.7) + pair(1.1, n=10)
        row = self.judge(lines, "largest subjects=a to=b workload=idle n=10,1e3", "1..1.2")
        self.assertEqual(row["verdict"], claims.REFUTED)
        self.assertAlmostEqual(row["value"], 1 / 0.7, delta=0.03)

    def test_a_difference(self):
        lines = [record(name, seed, **{"pass": "lateness"}, lateness_p50_ns=by + seed,
                        cpu_ns_per_firing=1000 + by)
                 for seed in range(8) for name, by in (("a", -500), ("b", 100))]
        words = "a=a b=b workload=idle n=1e3 pass=lateness"
        row = self.judge(lines, f"difference {words}", "..0")
        self.assertEqual((row["value"], row["low"], row["high"], row["verdict"], row["blocks"]),
                         (-600, -600, -600, claims.REPRODUCED, 8))
        row = self.judge(lines, f"ratio {words} measure=cpu_ns_per_firing", "..0.5")
        self.assertEqual((round(row["value"], 9), row["verdict"]), (round(500 / 1100, 9), claims.REPRODUCED))

    def test_how_late(self):
        lines = [record(name, seed, **{"pass": "memory"}, lateness_max_ns=ns)
                 for seed in range(2) for name, ns in (("late", 501), ("exact", 1))]
        row = self.judge(lines, "late subject=late exact=exact workload=idle n=1e3 "
                         "shortest=4000 longest=5000", "0..0.125")
        self.assertEqual((row["low"], row["high"], row["verdict"]),
                         (0.1, 0.125, claims.REPRODUCED))

    def test_a_tick_in_two_workloads(self):
        lines = [record(name, seed, workload=workload, **{"pass": "count"}, elapsed_ns=1e9,
                        instructions_per_op=5 + (name == "a") * each)
                 for seed in range(3) for workload, each in (("x", 30), ("y", 20)) for name in "ab"]
        row = self.judge(lines, "a_tick subject=a less=b workload=x workload_b=y n=1e3 tick=1e6",
                         "1.5..1.5")
        self.assertAlmostEqual(row["value"], 1.5)


class Command(Case):
    GOOD = "\t".join(("C1", "it is so", "somebody", Verdicts.RATIO, "..0.9", "made"))
    OTHER = "\t".join(("C2a", "so too", "somebody", Verdicts.RATIO, "..0.9", "absent"))

    def test_table_and_what_the_paper_reads(self):
        run = self.write(pair(0.5))
        done = self.script("claims.py", "--claims", self.table(self.GOOD), run, "--out", "all.tsv")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "id\tverdict\tvalue\tinterval\tblocks\tnote")
        self.assertRegex(lines[1], r"^C1\treproduced\t0\.50\t\[0\.50, 0\.50\]\t8\t$")
        with open(os.path.join(self.folder, "all.tsv"), encoding="utf-8") as lines:
            header, row = (line.rstrip("\n").split("\t") for line in lines)
        found = dict(zip(header, row))
        self.assertEqual((found["verdict"], found["blocks"], found["experiment"]),
                         ("reproduced", "8", "made"))
        self.assertAlmostEqual(float(found["value"]), 0.5, delta=0.01)
        self.assertGreater(len(found["value"]), 10)  # all digits

    def test_missing_records_are_an_error_that_is_named(self):
        run = self.write(pair(0.5))
        table = self.table(self.GOOD, self.OTHER)
        status, _, said = self.claims(table, run)
        self.assertEqual((status, said), (1, "C2a: no records of the experiment absent\n"))
        status, out, said = self.claims(table, run, "--partial", "--out", "all.tsv")
        self.assertEqual((status, said), (0, ""))
        self.assertEqual(out.splitlines()[2], "C2a\tno data\t-\t[-, -]\t0\t"
                         "no records of the experiment absent")
        with open(os.path.join(self.folder, "all.tsv"), encoding="utf-8") as lines:
            header, _, row = (line.rstrip("\n").split("\t") for line in lines)
        found = dict(zip(header, row))
        self.assertEqual((found["id"], found["verdict"], found["value"], found["blocks"],
                          found["statement"], found["experiment"], found["selection"]),
                         ("C2a", "no data", "nan", "0", "so too", "absent", "[]"))

    def test_several_runs_and_ids(self):
        runs = self.write(pair(0.5)), self.write(pair(2.0, blocks=7, experiment="absent"), "other")
        status, out, _ = self.claims(self.table(self.GOOD, self.OTHER), *runs, "C2")
        self.assertEqual((status, len(out.splitlines())), (0, 2))
        self.assertIn("C2a\trefuted (indicative)\t2.0", out)
        status, _, said = self.claims(self.table(self.GOOD), runs[0], "C9")
        self.assertEqual((status, said), (2, "claims.py: no claim 'C9': C1\n"))
        status, _, said = self.claims(self.table(self.GOOD), "./nowhere", "C1")
        self.assertEqual((status, said), (1, "claims.py: ./nowhere: no such folder\n"))

    def test_malformed_lines_are_named_by_number(self):
        for fields, words in ((("C2", "x", "y", "ratio a=a"), "4 columns, not 6"),
                              (("2", "x", "y", Verdicts.RATIO, "1..2", "made"),
                               "'2' is no id: C7, C7a"),
                              (("C2", "x", "y", Verdicts.RATIO, "1..2", "a b"),
                               "'a b' is no experiment's name"),
                              (("C2", "x", "y", "guess a=a", "1..2", "made"),
                               "no statistic 'guess': ratio, difference, share, law, linear, a_tick, "
                               "pays, largest, late, best, growth, tau"),
                              (("C2", "x", "y", "ratio a=a b=b n=1", "1..2", "made"),
                               "ratio needs workload"),
                              (("C2", "x", "y", "share subject=a colour=b", "1..2", "made"),
                               "share takes subject, workload, n, not 'colour=b'"),
                              (("C2", "x", "y", "pays a", "1..2", "made"),
                               "pays takes a, b, workload, n, values, x, not 'a'"),
                              (("C2", "x", "y", Verdicts.RATIO, "about 1", "made"),
                               "'about 1' is no range: 0.9..1.1, ..5, 2.."),
                              (("C2", "x", "y", Verdicts.RATIO, "1..2 | 2..1 ", "made"),
                               "'2..1' is an empty range"),
                              (("C2", "x", "y", Verdicts.RATIO, "..1 | 1.. | 2..", "made"),
                               "a tolerance is one or two ranges"),
                              (("C2", "x", "y", Verdicts.RATIO + " pass=guess", "1..2", "made"),
                               "no pass 'guess': time, tail, memory, count, process, lateness, echo"),
                              (("C2", "x", "y", Verdicts.RATIO + " pass=lateness", "1..2", "made"),
                               "lateness_p50_ns may be at or below 0 and has no ratio: take difference"),
                              (("C2", "x", "y", Verdicts.RATIO + " pass=echo measure=timer_share",
                                "1..2", "made"),
                               "timer_share may be at or below 0 and has no ratio: take difference"),
                              (("C1", "x", "y", Verdicts.RATIO, "1..2", "made"),
                               "C1 comes twice")):
            table = self.table(self.GOOD, "\t".join(fields))
            self.assertEqual(self.claims(table, self.folder),
                             (2, "", f"claims.py: {table}:3: {words}\n"))

    def test_which_comes_twice_is_said(self):
        table = self.table(self.GOOD, self.OTHER, self.GOOD)
        self.assertEqual(self.claims(table)[2], f"claims.py: {table}:4: C1 comes twice\n")

    def test_lines_that_are_no_claims(self):
        table = self.table("# a remark", "", HEADER, self.GOOD)
        self.assertEqual([claim.id for claim in claims.read_claims(table)], ["C1"])
        with open(table, "w", encoding="utf-8") as out:
            out.write(self.GOOD + "\n")
        with self.assertRaisesRegex(claims.Malformed, ":1: the columns are id, statement, source"):
            claims.read_claims(table)

    def test_the_claims_of_the_paper_can_be_read(self):
        found = claims.read_claims(claims.CLAIMS)
        self.assertGreaterEqual(len({claim.id.rstrip("abcd") for claim in found}), 12)
        self.assertEqual(self.called(claims, "--experiment", "C7"), (0, "thresholds\n", ""))


if __name__ == "__main__":
    sys.exit(main())
