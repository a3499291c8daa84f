#!/usr/bin/python3
"""Tests of the figures of experiments that answer a single question, with known answers.

The last line printed is "N passed, N failed".
"""

import math
import os
import re
import sys
import unittest

from helpers import SCRIPTS, Case, main, planted, record

import answer
import drawing_lines
import experiments
import figures
import gallery
import inference
import records
import words

QUESTIONS = [name for name in experiments.names() if experiments.aside(name) == "question"]


def made(run, name):
    """Returns the figure of an experiment."""
    return gallery.of_experiment(name).make(run, name, [])


def rows_of(figure, **wanted):
    """Returns the rows of a figure that have these values, as dictionaries."""
    found = [dict(zip(figure.header, row)) for row in figure.rows]
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


class Names(unittest.TestCase):
    def test_what_has_room_stays(self):
        self.assertEqual(drawing_lines.spread([0.1, 0.5, 0.9], 0.1), [0.1, 0.5, 0.9])

    def test_what_touches_moves_apart_around_its_middle(self):
        for found, expected in zip(drawing_lines.spread([0.5, 0.5, 0.9], 0.1), (0.45, 0.55, 0.9)):
            self.assertAlmostEqual(found, expected)

    def test_moving_apart_may_touch_others(self):
        found = drawing_lines.spread([0.4, 0.48, 0.5, 0.56], 0.1)
        self.assertAlmostEqual(sum(found) / 4, (0.4 + 0.48 + 0.5 + 0.56) / 4)
        for one, other in zip(found, found[1:]):
            self.assertAlmostEqual(other - one, 0.1)

    def test_all_stay_inside(self):
        found = drawing_lines.spread([0.0, 0.0, 0.0, 1.0, 1.0], 0.1)
        for one, expected in zip(found, (0.0, 0.1, 0.2, 0.9, 1.0)):
            self.assertAlmostEqual(one, expected)

    def test_too_many_share_what_there_is(self):
        self.assertEqual(drawing_lines.spread([0.5] * 5, 0.4), [0.0, 0.25, 0.5, 0.75, 1.0])


class Variants(Case):
    def test_a_setting_is_named_where_its_experiment_varies_it(self):
        run = self.run_of(
            planted({"binary-heap": 1}, 2, cold=0) +
            planted({"binary-heap": 1}, 2, experiment="cold", cold=0) +
            planted({"binary-heap": 1}, 2, experiment="cold", cold=4))
        self.assertEqual({(cell.experiment, cell.workload) for cell in run.cells},
                         {("cost", "hold"), ("cold", "hold cold=0"), ("cold", "hold cold=4")})

    def test_the_run_says_which_settings_those_are(self):
        lines = planted({"binary-heap": 1}, 2, cold=0, colour="red") + planted(
            {"binary-heap": 1}, 2, cold=4, colour="blue", seed=8)
        for variants, workloads in (({"colour": "red"}, {"hold colour=red", "hold colour=blue"}),
                                    ({}, {"hold"}), (None, {"hold cold=0", "hold cold=4"})):
            run = self.run_of(lines, variants=variants)
            self.assertEqual({cell.workload for cell in run.cells}, workloads)
            self.assertNotIn("variants", run.environment)

    def test_a_record_that_does_not_say_it_has_the_default(self):
        run = self.run_of(planted({"binary-heap": 1}, 2) + planted(
            {"binary-heap": 1}, 2, colour="red"), variants={"colour": "red"})
        self.assertEqual({cell.workload for cell in run.cells}, {"hold"})

    def test_records_from_before_pages_are_of_small_ones(self):
        run = self.run_of(planted({"binary-heap": 1}, 2) +
                          planted({"binary-heap": 1}, 2, pages="small", n=10))
        self.assertEqual({cell.workload for cell in run.cells}, {"hold"})


class Apart(Case):
    """Records of a question do not change the results of the other records in the run."""

    def setUp(self):
        super().setUp()
        self.cost = planted({"binary-heap": 1, "quad-heap": 0.93}, 8, noise=0.03)
        self.arity = [line for ways in range(40) for line in planted(
            {"binary-heap": 1, "skiplist": 0.5, f"dary-heap:arity={ways}": 1.0}, 8, noise=0.03,
            experiment="arity", workload=f"mix:batch={ways}", seed=ways)]

    def test_they_are_no_part_of_the_answer(self):
        run = self.run_of(self.cost + self.arity)
        standings = inference.ranking(inference.standings(run))
        self.assertEqual({one.cell.experiment for one in standings}, {"cost"})
        self.assertEqual({cell.experiment for cell in answer.cells(run)}, {"cost"})
        self.assertIn("quad-heap costs least with 1e3 timers", words.sentences(run)[0])

    def test_records_say_whether_they_are_apart(self):
        for aside, apart in (("no", False), ("question", True), ("point", True)):
            run = self.run_of(planted({"binary-heap": 1}, 1, experiment="arity", aside=aside)
                              + planted({"binary-heap": 1}, 1, experiment="mine", aside=aside))
            self.assertEqual([run.aside(name) for name in ("arity", "mine")], [apart, apart])
            self.assertEqual({one.question for one in inference.standings(run)},
                             {"arity", "mine"} if apart else {""})

    def test_of_records_that_do_not_the_experiment_says_it(self):
        run = self.run_of(planted({"binary-heap": 1}, 1, experiment="mine"))
        for name, apart in (("arity", True), ("growth", True), ("adversary", True), ("cost", False),
                            ("quick", False), ("mine", False), ("../experiments/arity", False)):
            self.assertIs(run.aside(name), apart, name)
        with open(os.path.join(run.folder, "experiment.ini"), "w", encoding="utf-8") as file:
            file.write("[experiment]\nname = x\n[mine.1]\naside = point\n[arity]\naside = no\n")
        run = records.Run(run.folder)
        self.assertEqual([run.aside(name) for name in ("arity", "mine", "cold")], [False, True, True])

    def test_alone_they_are_the_answer(self):
        run = self.run_of(self.arity)
        standings = inference.ranking(inference.standings(run))
        self.assertEqual(len(standings), 40)

    def test_their_comparisons_do_not_count_against_others(self):
        def corrected(lines, name):
            run = records.Run(self.write(lines, name=name))
            standing = next(one for one in inference.standings(run)
                            if one.cell.experiment == "cost")
            return standing.line("quad-heap").to_baseline.corrected
        self.assertEqual(corrected(self.cost, "alone"), corrected(self.cost + self.arity, "both"))

    def test_they_are_not_in_the_common_figures(self):
        run = self.run_of(self.cost + planted(
            {f"dary-heap:arity={ways}{keys}": 1 for ways in (2, 4) for keys in ("", ",keys=timer")},
            2, experiment="arity"))
        drawn = {figure.name: figure for figure in figures.figures(run)}
        self.assertIn("arity", drawn)
        self.assertFalse([row for row in drawn["cost"].rows if "dary-heap" in str(row)])


class Paired(Case):
    def test_laziness_is_a_ratio_within_blocks(self):
        run = self.run_of(planted({"quad-heap": 1, "lazy:quad-heap": 0.5, "rbtree": 1}, 8,
                                  noise=0.01, experiment="lazy", workload="idle"))
        figure = made(run, "lazy")
        self.assertEqual({row["subject"] for row in rows_of(figure)}, {"quad-heap"})
        for row in rows_of(figure):
            self.assertAlmostEqual(row["ratio"], 0.5, delta=0.01)
            self.assertEqual((row["verdict"], row["told_apart"]), ("faster", 1))

    def test_pages_are_paired_by_the_trace(self):
        small = planted({"quad-heap": 1}, 8, noise=0.0, experiment="pages", pages="small")
        huge = [{**line, "ns_per_op": 0.8 * line["ns_per_op"], "pages": "huge"} for line in small]
        # Another trace of the same seed is another block, so this record has no partner.
        huge[0] = {**huge[0], "trace_hash": "other", "ns_per_op": 1e6}
        row = rows_of(made(self.run_of(small + huge), "pages"))[0]
        self.assertAlmostEqual(row["ratio"], 0.8)

    def test_what_cannot_be_told_apart_says_so(self):
        run = self.run_of(planted({"quad-heap": 1, "lazy:quad-heap": 1}, 8, noise=0.2,
                                  experiment="lazy", workload="idle"))
        self.assertEqual({row["told_apart"] for row in rows_of(made(run, "lazy"))}, {0})

    def test_stops_are_two_kinds_of_work(self):
        run = self.run_of([line for way in ("disarm", "remove") for line in planted(
            {"quad-heap": 1}, 8, experiment="stops", workload=f"rpc:stop={way}")])
        figure = made(run, "stops")
        self.assertEqual([row["side"] for row in rows_of(figure, subject="quad-heap")], [1, 2])
        self.assertTrue(all(math.isnan(row["ratio"]) for row in rows_of(figure)))

    def test_the_table_is_paired_with_inlined_code_by_the_trace(self):
        inlined = planted({"quad-heap": 1, "yardstick-dispatch": 0.1}, 8, noise=0.0,
                          experiment="dispatch", dispatch="inline")
        table_calls = [{**line, "ns_per_op": line["ns_per_op"] + 3, "dispatch": "vtable"}
                       for line in inlined]
        figure = made(self.run_of(inlined + table_calls), "dispatch")
        difference = [row for row in rows_of(figure, name="quad-heap") if row["panel"] == 2]
        self.assertAlmostEqual(difference[0]["y"], 3.0)
        # The yardstick does no work. Its ratio would only stretch the axis, so the figure omits it.
        self.assertEqual([row["panel"] for row in rows_of(figure, name="yardstick-dispatch")], [2])

    def test_cold_is_what_is_beyond_the_yardstick(self):
        lines = []
        for cold in (0, 16):
            for block in range(8):
                own = {"experiment": "cold", "cold": cold}
                lines.append(record("yardstick-prefetch", block, 10 + 5 * cold + block, **own))
                lines.append(record("quad-heap", block, 40 + 6 * cold + block, **own))
        figure = made(self.run_of(lines), "cold")
        found = [(row["x"], row["y"]) for row in rows_of(figure, name="quad-heap")]
        self.assertEqual(found, [(0, 30.0), (1, 46.0)])


class Accuracy(Case):
    def lines(self):
        result = []
        for subject, when, tick, late in (("quad-heap", "exact", 0, 100),
                                          ("hashed-wheel:tick=1ms", "to a tick", 10**6, 500100)):
            own = {"experiment": "accuracy", "workload": "fill-drain", "when": when,
                   "tick_ns": tick}
            result.append(record(subject, 1, 1, **{**own, "pass": "memory",
                                                   "bytes_per_timer": 1.0,
                                                   "lateness_mean_ns": late}))
            for block in range(3):
                phases = [{"name": "fill", "ops": 100, "ns_per_op": 10.0 + block},
                          {"name": "drain", "ops": 300, "ns_per_op": 30.0 + block}]
                result.append(record(subject, block, 25.0, phases=phases, **own))
        return result

    def test_lateness_is_beyond_an_exact_structures(self):
        figure = made(self.run_of(self.lines()), "accuracy")
        self.assertEqual({row["structure"]: row["lateness_ns"] for row in rows_of(figure)},
                         {"quad-heap": 0.0, "hashed-wheel": 500000.0})
        self.assertEqual([row["text"] for row in rows_of(figure, structure="hashed-wheel")],
                         ["1 ms"])

    def test_phases_are_taken_together(self):
        figure = made(self.run_of(self.lines()), "accuracy")
        self.assertEqual({row["ns"] for row in rows_of(figure)}, {(100 * 11 + 300 * 31) / 400})


class Intervals(Case):
    def test_continuous_is_the_most(self):
        run = self.run_of([line for number in (0, 4, 16, 1) for line in planted(
            {"quad-heap": 1}, 2, experiment="intervals",
            workload=f"mix:stopped=90%,intervals={number}")])
        figure = made(run, "intervals")
        self.assertEqual(figure.variables["tick"], ["1", "4", "16", "any"])
        self.assertEqual(figure.variables["panel"], ["{/:Bold mix:stopped=90%, n = 1e3}"])

    def test_the_caption_says_how_the_work_differs_from_idle(self):
        """The caption's numbers are those of intervals.ini and the defaults of the workloads."""
        def default(workload, option):
            path = os.path.join(SCRIPTS, "..", "bench", "workloads", f"{workload}.c")
            with open(path, encoding="utf-8") as file:
                spec = re.search(rf'\{{ "{option}", OPTION_.*?\}}', file.read(), re.S)[0]
            return re.findall(r'"([^"]*)"', spec)[1]
        caption = gallery.of_experiment("intervals").CAPTION
        with open(os.path.join(experiments.FOLDER, "intervals.ini"), encoding="utf-8") as file:
            workloads = set(re.findall(r"mix:(\S+),intervals=\d+", file.read()))
        self.assertEqual(workloads, {"stopped=90%,stop=rearm"})
        self.assertIn("nine in ten timers are re-armed before they fire", caption)
        self.assertEqual(default("mix", "spread"), "10")
        self.assertIn("from a tenfold range", caption)
        self.assertEqual((default("idle", "timeout"), default("idle", "rate")), ("60s", "1"))
        self.assertIn("In idle each timer is re-armed about 60 times in a timeout", caption)
        self.assertIn("lazy:X", caption)

    def test_each_point_names_its_subject_workload_and_tick(self):
        run = self.run_of([line for number in (0, 16) for line in planted(
            {"quad-heap": 1}, 2, experiment="intervals", n=100,
            workload=f"mix:stopped=90%,intervals={number}")])
        figure = made(run, "intervals")
        names = figure.header
        found = [{name: row[names.index(name)] for name in ("workload", "n", "subject", "tick")}
                 for row in figure.rows]
        self.assertEqual(found, [
            {"workload": "mix:stopped=90%,intervals=16", "n": 100, "subject": "quad-heap", "tick": "16"},
            {"workload": "mix:stopped=90%,intervals=0", "n": 100, "subject": "quad-heap", "tick": "any"}])


class Longest(Case):
    def test_it_is_the_median_over_blocks_and_plain_work_comes_first(self):
        lines = [record(subject, seed, 1.0, experiment="longest", workload=workload,
                        **{"pass": "tail", "max_ns": ns})
                 for workload, factor in (("adversary:attack=crowd", 10), ("rpc", 1))
                 for subject, size in (("interval-levels", 1000.0), ("binary-heap", 3000.0))
                 for seed, ns in enumerate((size * factor, 2 * size * factor, 9 * size * factor))]
        figure = made(self.run_of(lines), "longest")
        self.assertEqual(figure.variables["label"], ["rpc", "adversary:attack=crowd"])
        self.assertEqual(figure.variables["subject"], ["binary-heap", "interval-levels"])
        self.assertEqual(figure.variables["number"], ["6 µs", "2 µs", "60 µs", "20 µs"])
        row, = rows_of(figure, subject="interval-levels", workload="rpc")
        self.assertEqual((row["ns"], row["low"], row["high"], row["blocks"]),
                         (2000.0, 1000.0, 9000.0, 3))


class Drawn(Case):
    def test_each_has_a_figure(self):
        self.assertGreater(len(QUESTIONS), 8)
        for name in QUESTIONS:
            self.assertIsNotNone(gallery.of_experiment(name), name)

    def test_a_figure_is_two_files(self):
        drawn = {entry[:-3] for entry in os.listdir(os.path.join(SCRIPTS, "figures"))
                 if entry.endswith(".gp")}
        self.assertEqual(drawn, set(gallery.modules()))
        for name, module in gallery.modules().items():
            self.assertTrue(module.HEADING and module.CAPTION, name)
            self.assertNotEqual(hasattr(module, "make"), hasattr(module, "figures"), name)

    def test_all_of_them_are_drawn(self):
        lines = Accuracy.lines(self)
        for experiment, settings in {
                "arity": [{}], "dispatch": [{"dispatch": "vtable"}, {"dispatch": "inline"}],
                "intervals": [{"workload": "mix:intervals=1"}, {"workload": "mix:intervals=0"}],
                "lazy": [{}], "stops": [{"workload": "rpc:stop=disarm"},
                                        {"workload": "rpc:stop=remove"}],
                "cold": [{"cold": 0}, {"cold": 4}],
                "pages": [{"pages": "small"}, {"pages": "huge"}],
                "longest": [{"pass": "tail", "p999_ns": 900.0, "max_ns": 2000.0}]}.items():
            for setting in settings:
                lines += planted({"dary-heap:arity=2": 1, "dary-heap:arity=2,keys=timer": 2,
                                  "quad-heap": 1, "lazy:quad-heap": 0.5, "yardstick-prefetch": 0.1},
                                 3, experiment=experiment, **setting)
        folder = self.write(lines)
        done = self.script("figures.py", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in QUESTIONS:
            for form in ("svg", "pdf"):
                path = os.path.join(folder, "figures", f"{name}.{form}")
                self.assertGreater(os.path.getsize(path), 1000, path)
            with open(os.path.join(folder, "figures", f"{name}.svg"), encoding="utf-8") as svg:
                self.assertIn({"dispatch": " ns", "cold": " ns", "longest": " µs"}.get(name, "time"),
                              svg.read())
        done = self.script("report.py", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_too_little_is_no_figure(self):
        for name in QUESTIONS:
            run = records.Run(self.write([record("rbtree", 1, 5.0, experiment=name)], name=name))
            figures.draw(run)  # the test is that this does not fail


if __name__ == "__main__":
    sys.exit(main())
