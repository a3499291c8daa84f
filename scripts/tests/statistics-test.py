#!/usr/bin/python3
"""Tests of all that is computed from the raw records, with known answers.

The tests make runs in a temporary folder, from planted ratios. The last line printed is "N passed,
N failed".
"""

import contextlib
import json
import math
import os
import re
import sys

from helpers import SCRIPTS, Case, failed, main, planted, record

import console
import figures
import inference
import passes
import records
import report
import table


class Ratios(Case):
    def test_interval_and_p_are_students(self):
        # By hand: the mean is 0.2, the standard error 0.1/sqrt(3), and t(0.975; 2) = 4.302653. With
        # two degrees of freedom p = 1 - t / sqrt(2 + t^2), and here t^2 = 12.
        a = {block: math.exp(log) for block, log in enumerate((0.1, 0.2, 0.3))}
        ratio = inference.ratio(a, {0: 1.0, 1: 1.0, 2: 1.0})
        self.assertAlmostEqual(ratio.mean, math.exp(0.2))
        self.assertAlmostEqual(ratio.median, math.exp(0.2))
        half = 4.302653 * 0.1 / math.sqrt(3)
        self.assertAlmostEqual(math.log(ratio.low), 0.2 - half, places=6)
        self.assertAlmostEqual(math.log(ratio.high), 0.2 + half, places=6)
        self.assertAlmostEqual(ratio.p, 1 - math.sqrt(12 / 14), places=9)

    def test_planted_ratio_is_recovered_through_noisy_blocks(self):
        run = self.run_of(planted({"binary-heap": 1, "quad-heap": 0.5, "slow": 3.0}, 10))
        standing = self.only(run)
        for name, expected, verdict in (("quad-heap", 0.5, "faster"), ("slow", 3.0, "slower")):
            ratio = standing.line(name).to_baseline
            self.assertAlmostEqual(ratio.mean / expected, 1, delta=0.02)
            self.assertLess(ratio.low, expected)
            self.assertGreater(ratio.high, expected)
            self.assertLess(ratio.high / ratio.low, 1.1)
            self.assertEqual(passes.of("time").words(ratio), verdict)

    def test_seeds_are_never_mixed(self):
        a = [record("quad-heap", seed, 50.0 if 4 <= seed else 5e6) for seed in range(0, 8)]
        b = [record("binary-heap", seed, 100.0 if seed < 8 else 1e-3) for seed in range(4, 12)]
        ratio = self.only(self.run_of(a + b)).line("quad-heap").to_baseline
        self.assertEqual(ratio.blocks, 4)
        self.assertAlmostEqual(ratio.mean, 0.5)

    def test_no_common_seed_no_ratio(self):
        lines = [record("quad-heap", 1, 50.0), record("binary-heap", 2, 100.0)]
        self.assertIsNone(self.only(self.run_of(lines)).line("quad-heap").to_baseline)

    def test_one_seed_with_two_traces_is_two_blocks(self):
        lines = [record("quad-heap", 1, 50.0, trace_hash="a"),
                 record("binary-heap", 1, 100.0, trace_hash="b")]
        self.assertIsNone(self.only(self.run_of(lines)).line("quad-heap").to_baseline)

    def test_dispatch_pass_n_and_workload_are_never_mixed(self):
        for change in ({"dispatch": "inline"}, {"n": 10}, {"workload": "idle"},
                       {"experiment": "other"}, {"pass": "tail", "p999_ns": 3}):
            run = self.run_of([record("quad-heap", 1, 50.0, **change),
                               record("binary-heap", 1, 100.0)])
            for cell in run.cells:
                self.assertEqual(len(run.cells[cell]), 1, change)

    def test_strides_are_cells_of_their_own(self):
        run = self.run_of([record("binary-heap", 1, 50.0, stride=64),
                           record("binary-heap", 1, 90.0, stride=128)])
        self.assertEqual(sorted(cell.workload for cell in run.cells),
                         ["hold stride=128", "hold stride=64"])

    def test_replicates_of_one_seed_are_one_block(self):
        lines = [record("binary-heap", 1, ns, replicate=i) for i, ns in enumerate((1.0, 2.0, 9.0))]
        line = self.only(self.run_of(lines)).line("binary-heap")
        self.assertEqual((line.blocks, line.value), (1, 2.0))

    def test_zero_has_no_ratio(self):
        self.assertIsNone(inference.ratio({1: 0.0}, {1: 8.0}))

    def test_counts_that_repeat_exactly(self):
        same = inference.ratio({1: 2.0, 2: 6.0}, {1: 1.0, 2: 3.0})
        self.assertEqual((same.p, same.low, same.high), (0.0, same.mean, same.mean))
        self.assertEqual(inference.ratio({1: 2.0, 2: 6.0}, {1: 2.0, 2: 6.0}).p, 1.0)


class Verdicts(Case):
    def decide(self, logs, minimum_effect=0.05):
        ratio = inference.ratio({i: math.exp(log) for i, log in enumerate(logs)},
                                 {i: 1.0 for i in range(len(logs))})
        inference.decide([ratio], minimum_effect)
        return ratio

    def test_holm(self):
        # Sorted 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1, and never below the one before.
        corrected = inference.holm([0.01, 0.04, 0.03, 0.005])
        for found, expected in zip(corrected, (0.03, 0.06, 0.06, 0.02)):
            self.assertAlmostEqual(found, expected)
        self.assertEqual(list(inference.holm([0.6, 0.9])), [1.0, 1.0])
        self.assertEqual(len(inference.holm([])), 0)

    def test_correction_can_take_a_verdict_away(self):
        logs = [0.30, 0.05, 0.25, 0.02, 0.28, 0.10, 0.30, 0.03]
        alone = self.decide(logs)
        self.assertEqual(alone.verdict, "slower")
        family = [inference.ratio_of_logs(alone.logs)] + [
            inference.ratio_of_logs(alone.logs * 0.01) for _ in range(100)]
        for number, ratio in enumerate(family[1:]):
            ratio.p = 0.5 + number / 1000
        inference.decide(family)
        self.assertEqual(family[0].verdict, "not resolved")

    def test_fewer_than_eight_blocks_are_indicative(self):
        seven = self.decide([-0.7, -0.71, -0.69, -0.7, -0.72, -0.68, -0.7])
        self.assertEqual(passes.of("time").words(seven), "indicative: faster")
        eight = self.decide([-0.7, -0.71, -0.69, -0.7, -0.72, -0.68, -0.7, -0.71])
        self.assertEqual(passes.of("time").words(eight), "faster")

    def test_one_block_says_nothing(self):
        one = self.decide([-2.0])
        self.assertFalse(one.has_interval)
        self.assertTrue(math.isnan(one.p))
        self.assertEqual(passes.of("time").words(one), "indicative: not resolved")

    def test_a_real_but_small_difference_is_none(self):
        logs = [0.020, 0.021, 0.019, 0.020, 0.022, 0.018, 0.020, 0.021]
        self.assertLess(self.decide(logs).p, 1e-6)
        self.assertEqual(self.decide(logs).verdict, "no difference")
        self.assertEqual(self.decide(logs, minimum_effect=0.01).verdict, "slower")

    def test_a_large_but_noisy_difference_is_not_resolved(self):
        self.assertEqual(self.decide([0.9, -0.5, 0.8, -0.4, 0.7, 0.1, -0.3, 0.6]).verdict,
                         "not resolved")

    def test_null_control_is_not_called_different(self):
        lines = []
        for number in range(40):
            lines += planted({"binary-heap": 1, "again:binary-heap": 1}, 8, noise=0.05,
                             seed=number, workload=f"w{number}")
        control = inference.control(self.run_of(lines))
        self.assertEqual((control.cells, control.tested, control.different), (40, 40, 0))
        # Each log ratio is the difference of two normal errors with a standard deviation of 0.05.
        self.assertAlmostEqual(math.log(control.high), 1.96 * 0.05 * math.sqrt(2), delta=0.03)
        expected = 2.3646 * 0.05 * math.sqrt(2) / math.sqrt(8)
        self.assertAlmostEqual(math.log(control.resolvable), expected, delta=0.01)

    def test_control_that_differs_is_seen(self):
        run = self.run_of(planted({"binary-heap": 1, "again:binary-heap": 1.5}, 8))
        self.assertEqual(inference.control(run).different, 1)

    def test_no_control_is_said(self):
        run = self.run_of(planted({"binary-heap": 1}, 3))
        self.assertIsNone(inference.control(run))
        self.assertIn("no null control", table.closing(run))


class Reading(Case):
    def test_unfinished_last_line(self):
        lines = planted({"binary-heap": 1}, 2)
        run = self.run_of(lines, tail=json.dumps(record("binary-heap", 9, 1.0))[:60])
        self.assertEqual(len(run.records), 2)
        self.assertEqual([note for note in run.notes if "line 3 is unfinished" in note], run.notes)

    def test_broken_line_in_the_middle_is_named(self):
        run = self.run_of([record("binary-heap", 1, 1.0), "{nonsense", "[]",
                           record("binary-heap", 2, 1.0)])
        self.assertEqual(len(run.records), 2)
        self.assertIn("line 2 is unreadable", run.notes[0])
        self.assertIn("line 3 is unreadable", run.notes[1])

    def test_failures_are_listed_and_enter_nothing(self):
        run = self.run_of(planted({"binary-heap": 1}, 3) + [
            failed("sorted-list", 0, "beyond the limit of 10000 timers", n=100000),
            record("quad-heap", 0, 1.0, status="wrong checksum")])
        self.assertIsNone(self.only(run).line("quad-heap"))
        rows = table.failures(run).rows
        self.assertEqual([(row[0], row[-1]) for row in rows],
                         [("quad-heap", "wrong checksum"),
                          ("sorted-list", "beyond the limit of 10000 timers")])

    def test_resumed_cell_replaces_its_failure(self):
        run = self.run_of([failed("binary-heap", 0, "killed by signal 9"),
                           record("binary-heap", 0, 5.0)])
        self.assertEqual(run.failures, [])
        self.assertEqual(self.only(run).line("binary-heap").value, 5.0)

    def test_unknown_keys_and_missing_environment(self):
        folder = self.write([record("binary-heap", 0, 5.0, colour="blue")])
        os.remove(os.path.join(folder, "env.json"))
        run = records.Run(folder)
        self.assertEqual(len(run.cells), 1)
        self.assertIn("env.json is missing", run.notes[0])

    def test_phases_become_cells(self):
        phases = [{"name": "fill", "ops": 5, "ns_per_op": 10.0},
                  {"name": "drain", "ops": 5, "ns_per_op": 30.0}]
        run = self.run_of([record("binary-heap", 0, 20.0, workload="fill-drain", phases=phases)])
        found = {one.cell.workload: one.line("binary-heap").value
                 for one in inference.standings(run)}
        self.assertEqual(found, {"fill-drain/fill": 10.0, "fill-drain/drain": 30.0})

    def test_one_phase_does_not(self):
        run = self.run_of([record("binary-heap", 0, 20.0, phases=[{"name": "hold",
                                                                  "ns_per_op": 20.0}])])
        self.assertEqual([cell.workload for cell in run.cells], ["hold"])

    def test_two_versions_of_a_source_are_noted(self):
        run = self.run_of([record("binary-heap", 0, 1.0, source_hash="a"),
                           record("binary-heap", 1, 1.0, source_hash="b")])
        self.assertIn("2 versions of its code", run.notes[0])

    def test_numbers(self):
        for n, text in ((100, "100"), (1000, "1e3"), (1500, "1.5e3"), (1234, "1234"),
                        (1000000, "1e6"), (7, "7")):
            self.assertEqual(records.count(n), text)
        for value, text in ((0, "0"), (3210.4, "3210"), (321.4, "321"), (32.14, "32.1"),
                            (3.214, "3.21"), (0.3214, "0.32"), (0.0321, "0.032"), (1.0, "1.00")):
            self.assertEqual(records.significant(value), text)
        self.assertEqual(records.duration(1000000), "1 ms")
        self.assertEqual(records.duration(510000), "510 us")
        self.assertEqual(records.duration(0.5), "0.5 ns")
        self.assertEqual(records.duration(0), "0 ns")
        for ns, text in ((1.5e9, "1.5 s"), (9.99e8, "999 ms"), (1e3, "1 us"), (999, "999 ns")):
            self.assertEqual(records.duration(ns), text)

    def test_how_accurate_in_words(self):
        for more, text in (({}, "exact, by deadline"), ({"when": "late fraction"}, "late fraction, by deadline"),
                           ({"when": "late fraction", "fraction": 0.125}, "late fraction 12.5 %, by deadline"),
                           ({"when": "to a tick"}, "to a tick, by deadline"),
                           ({"when": "to a tick", "tick_ns": 2000}, "to a tick of 2 us, by deadline")):
            self.assertEqual(records.Subject(record("x", 1, 1.0, **more)).label, text)


class Ranking(Case):
    def test_floor_is_the_fastest_yardstick_of_each_block(self):
        lines = [record("binary-heap", 0, 100.0), record("binary-heap", 1, 100.0),
                 record("yardstick-touch", 0, 10.0), record("yardstick-touch", 1, 40.0),
                 record("yardstick-prefetch", 0, 30.0), record("yardstick-prefetch", 1, 20.0)]
        ratio = self.only(self.run_of(lines)).line("binary-heap").to_floor
        self.assertAlmostEqual(ratio.mean, math.sqrt(10 * 5))

    def test_places(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5, "twin": 0.5}, 12, noise=0.03)
        standing = self.only(self.run_of(lines))
        places = {line.subject.name: line.place for line in standing.lines}
        self.assertEqual(sorted((places["quad-heap"], places["twin"])), ["first", "tied"])
        self.assertEqual(places["binary-heap"], "")

    def test_ranked_within_an_accuracy_only(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8, lateness_mean_ns=2e5,
                        lateness_max_ns=900000)
        lines += planted({"wheel": 0.1}, 8, when="to a tick", ordering="by tick",
                         tick_ns=1000000, lateness_mean_ns=7e5, lateness_max_ns=1900000)
        standing = self.only(self.run_of(lines))
        self.assertEqual(standing.line("quad-heap").place, "first")
        self.assertEqual(standing.line("wheel").place, "only")
        self.assertEqual(table.remark(standing.line("wheel"), standing, "binary-heap"),
                         "fires 500 us later")

    def test_lateness_comes_from_another_pass_at_the_nearest_n(self):
        wheel = {"when": "to a tick", "ordering": "by tick"}
        lines = [record("wheel", 0, 5.0, **wheel), record("wheel", 0, 5.0, workload="idle",
                                                          lateness_max_ns=1, **wheel)]
        for n, late in ((10, 30), (2000, 20), (100000, 10)):
            lines.append(record("wheel", 0, 5.0, **{"pass": "memory", "n": n, "lateness_max_ns":
                                                    late, "lateness_mean_ns": late / 2, **wheel}))
        found = inference.standings(self.run_of(lines))
        at = next(one for one in found if one.cell.workload == "hold")
        self.assertEqual(at.line("wheel").lateness, (10.0, 20))

    def test_overtaken_is_shown_and_not_ranked(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8) + planted(
            {"late": 0.1}, 8, overtaken=50)
        standing = self.only(self.run_of(lines))
        self.assertEqual(standing.line("late").place, "")
        self.assertEqual(standing.first(records.EXACT).subject.name, "quad-heap")
        self.assertIn("10 % overtaken", table.remark(standing.line("late"), standing,
                                                     "binary-heap"))

    def test_yardsticks_and_controls_win_nothing(self):
        lines = planted({"binary-heap": 1, "again:binary-heap": 0.9, "yardstick-touch": 0.1}, 8)
        standing = self.only(self.run_of(lines))
        self.assertEqual(standing.first(records.EXACT).subject.name, "binary-heap")

    def test_a_subject_with_easy_blocks_only_does_not_win_by_them(self):
        lines = [record("binary-heap", seed, 1000.0 if seed else 10.0) for seed in range(8)]
        lines += [record("quad-heap", seed, 500.0 if seed else 5.0) for seed in range(8)]
        lines += [record("lucky", 0, 8.0)]
        standing = self.only(self.run_of(lines))
        self.assertEqual(standing.first(records.EXACT).subject.name, "quad-heap")


def small_run():
    """Returns records that contain everything that figures draw."""
    lines = []
    for workload in ("hold", "idle", "rpc:stop=remove", "timers@loop_1"):
        for n in (100, 10000):
            ratios = {"binary-heap": n / 100, "quad-heap": n / 150, "brand-new": 0.4,
                      "yardstick-touch": 0.2, "again:binary-heap": n / 100}
            lines += planted(ratios, 3, workload=workload, n=n)
            lines += planted({"hashed-wheel": 0.3}, 3, workload=workload, n=n, when="to a tick",
                             ordering="unordered", tick_ns=1000000)
            for subject, size in (("binary-heap", 8.0), ("brand-new", 0.0)):
                lines.append(record(subject, 0, 1.0, **{
                    "pass": "memory", "bytes_per_timer": size, "footprint_peak": 4096,
                    "armed_after_peak": 77, "workload": workload, "n": n}))
                lines.append(record(subject, 0, 1.0, **{
                    "pass": "count", "instructions_per_op": 90.0 + size, "d1_misses_per_op": 0.0,
                    "ll_misses_per_op": 0.0, "workload": workload, "n": n}))
                lines.append(record(subject, 0, 1.0, **{
                    "pass": "tail", "p50_ns": 10, "p99_ns": 90, "p999_ns": 500, "p9999_ns": 700,
                    "max_ns": 900, "workload": workload, "n": n,
                    "ccdf": [[10, 0.5], [90, 0.01], [500, 0.001], [900, 0]]}))
    for number in range(5):
        lines += [record(subject, number, 1.0, **{"pass": "process", "seconds": 0.5 + number / 50})
                  for subject in ("binary-heap", "brand-new")]
    return lines + [failed("sorted-list", 0, "too slow", n=10000)]


LATENESS = {"lateness_p50_ns": 5e4, "lateness_p99_ns": 2e5, "lateness_max_ns": 1e6, "early": 250,
            "wake_ups_per_firing": 1.0, "cpu_ns_per_firing": 2e4}


class Families(Case):
    def both(self):
        return self.run_of(
            planted({"binary-heap": 1, "quad-heap": 0.5, "yardstick-touch": 0.1}, 8) +
            planted({"libevent": 1, "libevent-common": 0.9, "loop:quad-heap@epoll": 0.25,
                     "again:loop:quad-heap@epoll": 0.25}, 8, workload="lifecycle"))

    def test_loops_and_structures_are_parts_of_a_run(self):
        structures, loops = self.both().parts()
        self.assertEqual((structures.family, structures.baseline), ("structures", "binary-heap"))
        self.assertEqual((loops.family, loops.baseline), ("loops", "libevent"))
        self.assertNotIn("libevent", structures.subjects)
        self.assertIn("again:loop:quad-heap@epoll", loops.subjects)
        self.assertEqual({cell.workload for cell in loops.cells}, {"lifecycle"})
        self.assertIsNotNone(inference.control(loops))
        self.assertIsNone(inference.control(structures))

    def test_a_run_of_one_family_is_its_own_part(self):
        run = self.run_of(planted({"libevent": 1, "loop:quad-heap@epoll": 0.25}, 8))
        self.assertEqual(run.parts(), [run])
        line = inference.standings(run)[0].line("loop:quad-heap@epoll")
        self.assertAlmostEqual(line.to_baseline.mean, 0.25, delta=0.02)
        self.assertEqual(line.to_baseline.verdict, "faster")

    def test_without_libevent_loops_are_relative_to_a_loop(self):
        run = self.run_of(planted({"loop:binary-heap@epoll": 1, "loop:quad-heap@epoll": 0.5}, 8))
        self.assertEqual(run.baseline, "loop:binary-heap@epoll")

    def test_both_are_in_the_tables(self):
        run = self.both()
        done = self.script("table.py", run.folder, "--summary")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Cost relative to binary-heap", done.stdout)
        self.assertIn("Cost relative to libevent", done.stdout)

    def test_figures_of_both(self):
        run = self.both()
        done = self.script("report.py", run.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        drawn = os.listdir(os.path.join(run.folder, "figures"))
        self.assertTrue({"overview.svg", "overview-loops.svg", "cost-loops.pdf"} <= set(drawn))

    def real_time(self, measured, values):
        return self.run_of([
            record(name, seed, 1.0, **{"pass": measured, **values})
            for name in ("libevent", "loop:quad-heap@epoll") for seed in range(3)])

    def test_lateness(self):
        run = self.real_time("lateness", LATENESS)
        done = self.script("table.py", run.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("50.0 %", done.stdout)  # 250 of 500 were early
        self.assertEqual(self.script("report.py", run.folder).returncode, 0)
        self.assertTrue(os.path.exists(os.path.join(run.folder, "figures", "lateness.pdf")))

    def test_what_fires_early_is_reported(self):
        run = self.real_time("lateness", {**LATENESS, "lateness_p50_ns": -5e4})
        done = self.script("report.py", run.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(os.path.join(run.folder, "report.html"), encoding="utf-8") as file:
            page = file.read()
        for words in ("from -50000 ns", "Below 0: before the deadline.", "This rests on 3 blocks",
                      "compared by differences"):
            self.assertIn(words, page)

    def test_what_repeats_a_run(self):
        """The commands are in the order in which a fresh clone needs them."""
        run = self.run_of(planted({"binary-heap": 1, "quad-heap": 0.5}, 2), revision="0123abcd")
        with contextlib.chdir(self.folder):
            found = report.repetition(run)
        self.assertEqual([command.split()[:2] for command in found], [
            ["git", "checkout"], ["scripts/setup", "bench"], ["make", "programs"],
            ["build/timerbed", "run"], ["build/timerbed", "report"], ["build/timerbed", "compare"]])
        self.assertEqual(found[-1], "build/timerbed compare run new-run")
        for path in ("scripts/setup", "Makefile"):
            self.assertTrue(os.path.exists(os.path.join(SCRIPTS, "..", path)))
        run.environment.pop("revision")
        self.assertEqual(report.repetition(run)[0], "scripts/setup bench")
        self.assertEqual(self.script("report.py", run.folder).returncode, 0)
        with open(os.path.join(run.folder, "report.html"), encoding="utf-8") as file:
            page = file.read()
        self.assertIn("scripts/setup bench\nmake programs\n", page)

    def test_echo(self):
        run = self.real_time("echo", {"cpu_ns_per_message": 5000, "timer_share": 0.02,
                                      "cpu_ns_without_timers": 4900})
        done = self.script("table.py", run.folder)
        self.assertIn("2.0 %", done.stdout)
        self.assertEqual(self.script("report.py", run.folder).returncode, 0)
        self.assertTrue(os.path.exists(os.path.join(run.folder, "figures", "echo.svg")))


class Programs(Case):
    def test_table(self):
        done = self.script("table.py", "--all", self.write(small_run(), tail="{"))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("unfinished", done.stderr)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 110)
        for words in ("brand-new", "INDICATIVE", "too slow", "Null control", "indicative: "):
            self.assertIn(words, done.stdout)

    def test_memory_after_a_peak(self):
        done = self.script("table.py", "--all", "--pass", "memory", self.write(small_run()))
        self.assertIn("Memory after a peak", done.stdout)
        self.assertRegex(done.stdout, r"brand-new +4096 +77")
        before = [record("heap", 0, 1.0, **{"pass": "memory", "bytes_per_timer": 8.0})]
        done = self.script("table.py", "--all", self.write(before))
        self.assertNotIn("after a peak", done.stdout)

    def test_markdown_rows_have_one_width(self):
        done = self.script("table.py", "--all", "--markdown", self.write(small_run()))
        blocks = re.findall(r"(?:^\|.*\n)+", done.stdout, flags=re.M)
        self.assertGreater(len(blocks), 4)
        for block in blocks:
            self.assertEqual(len({line.count("|") for line in block.splitlines()}), 1)

    def test_compare(self):
        folder = self.write(small_run())
        done = self.script("compare.py", "quad-heap", "binary-heap", "--run", folder, "--n", "1e4",
                           "--workload", "h*")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"hold +1e4 +0\.6[5-8] ")
        self.assertNotIn("idle", done.stdout)

    def test_compare_unknown_name(self):
        done = self.script("compare.py", "quadheap", "binary-heap", "--run",
                           self.write(small_run()))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("did you mean quad-heap?", done.stderr)

    def test_missing_folder(self):
        for arguments in (("compare.py", "a", "b", "--run", "nowhere"), ("table.py", "nowhere"),
                          ("figures.py", "nowhere"), ("report.py", "nowhere"),
                          ("map.py", "nowhere")):
            done = self.script(*arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
            command = console.COMMANDS.get(arguments[0])
            name = f"timerbed: {command}" if command else arguments[0]
            self.assertEqual(done.stderr, f"{name}: nowhere: no such folder\n")

    def test_compare_runs(self):
        a = self.write(planted({"binary-heap": 1, "quad-heap": 0.5, "x": 0.5}, 8), name="a")
        b = self.write(planted({"binary-heap": 9, "quad-heap": 4.4, "x": 18}, 8, seed=3), name="b")
        done = self.script("compare.py", a, b)
        self.assertEqual(done.returncode, 0)
        lines = {line.split()[1]: line for line in done.stdout.splitlines()
                 if line.startswith("hold")}
        self.assertIn("same direction", lines["quad-heap"])
        self.assertIn("DIFFERENT direction, apart", lines["x"])
        self.assertIn("1 of 2 ratios point the same way", done.stdout)

    def test_figures_and_report(self):
        folder = self.write(small_run())
        done = self.script("report.py", folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, os.path.join(folder, "report.html") + "\n")
        names = ["cost", "instructions", "memory", "overview", "processes", "tail"]
        self.assertEqual(sorted(os.listdir(os.path.join(folder, "figures"))),
                         sorted(f"{name}.{form}" for name in names for form in ("svg", "pdf")))
        with open(os.path.join(folder, "report.html"), encoding="utf-8") as file:
            page = file.read()
        ids = re.findall(r"\bid=[\"']([^\"']+)", page)
        self.assertEqual(len(ids), len(set(ids)))
        for link in re.findall(r"(?:href|src)=[\"']([^\"']*)", page):
            self.assertTrue(link.startswith("#"), link)
        self.assertNotIn("<script", page)
        self.assertIn("gcc &lt;12&gt;", page)
        self.assertIn("timers@loop_1", page)
        for name in names:
            with open(os.path.join(folder, "figures", f"{name}.svg"), encoding="utf-8") as file:
                self.assertTrue("brand-new" in file.read(), name)

    def test_figures_are_reproducible(self):
        folder = self.write(small_run())
        seen = []
        for _ in range(2):
            self.assertEqual(self.script("figures.py", folder).returncode, 0)
            drawn = os.path.join(folder, "figures")
            seen.append({})
            for name in os.listdir(drawn):
                with open(os.path.join(drawn, name), "rb") as file:
                    seen[-1][name] = file.read()
        self.assertEqual(seen[0], seen[1])
        self.assertIn(b"D:20000101000000", seen[0]["cost.pdf"])

    def test_runs_with_next_to_nothing(self):
        for lines in ([], [failed("binary-heap", 0, "too slow")], [record("lonely", 0, 5.0)],
                      [record("yardstick-touch", 0, 5.0)],
                      [record("binary-heap", 0, 5.0), record("quad-heap", 1, 5.0)]):
            folder = self.write(lines)
            for name in ("table.py", "report.py"):
                done = self.script(name, folder)
                self.assertEqual(done.returncode, 0, (name, lines, done.stderr))
                self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    sys.exit(main())
