#!/usr/bin/python3
"""Known answers for inference.py: intervals, p-values, corrections, verdicts.

Expected values come from closed forms, from tables of Student's t, or from the incomplete beta
function. inference.py uses none of these. Each test looks for one mistake that would otherwise go
unnoticed: a wrong sign, degrees of freedom, level, number of tails, size of a family, or a bound
that wrongly counts or does not count. The last line printed is "N passed, N failed".
"""

import math
import sys
import warnings

import numpy
from scipy import special

from helpers import Case, main, planted, record

import inference
import maps
import passes

SEED = 20
SEVEN = 2.364624251592785  # Student's t with 7 degrees of freedom: 97.5 % lie below
SMALL, BY = 1e-6, math.log1p(0.05)


def two_sided_p(t, freedom):
    """Returns P(|Student's t| >= |t|), by the incomplete beta function."""
    return float(special.betainc(freedom / 2, 0.5, freedom / (freedom + t * t)))


def quantile(level, freedom):
    """Returns the t for which two_sided_p is `level`, by the inverse incomplete beta function."""
    share = float(special.betaincinv(freedom / 2, 0.5, level))
    return math.sqrt(freedom * (1 - share) / share)


def logs_of(mean, t, blocks=8):
    """Returns an even number of logs with this mean and this value of t in the test against 0."""
    spread = abs(mean) * math.sqrt(blocks) / t  # standard deviation, with denominator n - 1
    half = spread * math.sqrt((blocks - 1) / blocks)
    return numpy.array([mean + half, mean - half] * (blocks // 2))


def decided(*all_logs, looks=1, **more):
    family = [inference.ratio_of_logs(numpy.array(logs), looks) for logs in all_logs]
    inference.decide(family, **more)
    return family


class Estimates(Case):
    def test_the_tables_and_the_beta_function_agree(self):
        self.assertAlmostEqual(quantile(0.05, 7), SEVEN, places=9)
        self.assertAlmostEqual(quantile(0.05, 1), math.tan(math.pi * 0.475), places=6)  # Cauchy's

    def test_two_blocks(self):
        # One degree of freedom is Cauchy's distribution, whose quantiles are tangents.
        found = inference.ratio_of_logs(numpy.array([0.3, 0.1]))
        error = 0.1  # standard deviation sqrt(0.02), by sqrt(2)
        t = math.tan(math.pi * 0.475)
        self.assertAlmostEqual(math.log(found.mean), 0.2)
        self.assertAlmostEqual(math.log(found.low), 0.2 - t * error)
        self.assertAlmostEqual(math.log(found.high), 0.2 + t * error)
        self.assertAlmostEqual(found.p, 1 - 2 * math.atan(2) / math.pi)

    def test_the_mean_by_itself(self):
        # The standard deviation is the root of 6.
        mean, low, high = inference.mean_interval(numpy.arange(8.0))
        half = SEVEN * math.sqrt(6 / 8)
        self.assertEqual(mean, 3.5)
        self.assertAlmostEqual(low, 3.5 - half)
        self.assertAlmostEqual(high, 3.5 + half)
        self.assertEqual(inference.mean_interval([2.0, 2.0, 2.0]), (2, 2, 2))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            mean, low, high = inference.mean_interval([2.0])
        self.assertEqual((mean, math.isnan(low), math.isnan(high)), (2.0, True, True))

    def test_eight_blocks(self):
        found = inference.ratio_of_logs(logs_of(-0.4, 3.0))
        error = 0.4 / 3
        self.assertAlmostEqual(math.log(found.low), -0.4 - SEVEN * error)
        self.assertAlmostEqual(math.log(found.high), -0.4 + SEVEN * error)
        self.assertAlmostEqual(found.p, two_sided_p(3.0, 7), places=12)

    def test_both_directions_are_one_p(self):
        up, down = (inference.ratio_of_logs(logs_of(mean, 2.0)) for mean in (0.3, -0.3))
        self.assertAlmostEqual(up.p, down.p)
        self.assertAlmostEqual(up.mean * down.mean, 1)
        self.assertAlmostEqual(up.low * down.high, 1)

    def test_ratio_is_the_first_by_the_second(self):
        a, b = {1: 2.0, 2: 8.0, 3: 5.0}, {1: 1.0, 2: 1.0, 4: 7.0}
        found = inference.ratio(a, b)
        self.assertEqual(found.blocks, 2)
        self.assertAlmostEqual(found.mean, 4.0)  # the geometric mean of 2 and 8
        self.assertAlmostEqual(found.median, 4.0)
        self.assertAlmostEqual(inference.ratio(b, a).mean, 0.25)

    def test_mean_and_median_are_two_things(self):
        found = inference.ratio({1: 1.0, 2: 2.0, 3: 32.0}, {1: 1.0, 2: 1.0, 3: 1.0})
        self.assertAlmostEqual(found.mean, 4.0)
        self.assertAlmostEqual(found.median, 2.0)

    def test_what_is_not_positive_is_absent_on_either_side(self):
        found = inference.ratio({1: 2.0, 2: 0.0, 3: 2.0, 4: -1.0}, {1: 1.0, 2: 1.0, 3: 0.0, 4: 1.0})
        self.assertEqual(found.blocks, 1)
        self.assertIsNone(inference.ratio({1: 0.0}, {1: 1.0}))
        self.assertIsNone(inference.ratio({1: 1.0}, {1: 0.0}))
        half = inference.ratio({1: 0.5}, {1: 0.25})
        self.assertAlmostEqual(half.mean, 2.0)

    def test_no_spread_is_no_t(self):
        for ratio, p in ((1.0, 1.0), (1.5, 0.0), (0.5, 0.0), (1 + 1e-9, 0.0)):
            found = inference.ratio_of_logs(numpy.full(8, math.log(ratio)))
            self.assertEqual((found.low, found.high, found.p), (found.mean, found.mean, p))
        # A spread of a billionth is not treated as zero, and the test is Student's.
        found = inference.ratio_of_logs(logs_of(1e-9, 2.0))
        self.assertAlmostEqual(found.p, two_sided_p(2.0, 7), places=6)
        # With large logs, a spread counts only if it exceeds the rounding errors.
        for mean in (500.0, -500.0):
            found = inference.ratio_of_logs(numpy.array([mean, mean + 4e-10]))
            self.assertEqual(found.p, 0.0)
            self.assertEqual(found.low, found.high)

    def test_a_single_block_has_a_ratio_and_no_more(self):
        [found] = decided([-2.0])
        self.assertAlmostEqual(found.mean, math.exp(-2))
        self.assertTrue(all(map(math.isnan, (found.low, found.high, found.p, found.corrected))))
        self.assertFalse(found.has_interval)
        self.assertEqual(passes.of("time").words(found), "indicative: not resolved")

    def test_looks_divide_the_level(self):
        for looks in (1, 2, 3, 7):
            found = inference.ratio_of_logs(logs_of(0.4, 3.0), looks)
            t = quantile(0.05 / looks, 7)
            self.assertAlmostEqual(math.log(found.low), 0.4 - t * 0.4 / 3)
            self.assertAlmostEqual(math.log(found.high), 0.4 + t * 0.4 / 3)
            self.assertAlmostEqual(found.p, two_sided_p(3.0, 7))
            inference.decide([found])
            self.assertAlmostEqual(found.corrected, min(1, looks * two_sided_p(3.0, 7)))

    def test_looks_are_the_most_of_the_two(self):
        one, three = inference.Blocks(1, {1: 1.0}), inference.Blocks(3, {1: 1.0})
        self.assertEqual(inference.ratio(one, three).looks, 3)
        self.assertEqual(inference.ratio(three, one).looks, 3)
        self.assertEqual(inference.ratio({1: 1.0}, {1: 1.0}).looks, 1)
        some = inference.Blocks(2, {1: 1.0, 2: 5.0, 3: 6.0}).within([3, 1])
        self.assertEqual((some.looks, dict(some)), (2, {1: 1.0, 3: 6.0}))


    def test_a_ratio_alone_is_looked_at_once(self):
        self.assertEqual(inference.Ratio(numpy.zeros(8)).level, 0.05)


class Differences(Case):
    """Of a pass whose values may be at or below 0."""

    def blocks(self, *values, looks=1):
        return inference.Blocks(looks, enumerate(values))

    def test_two_blocks(self):
        found = inference.difference(self.blocks(-30.0, 10.0), self.blocks(-50.0, -30.0))
        t = math.tan(math.pi * 0.475)
        self.assertEqual((found.mean, found.median, found.blocks), (30.0, 30.0, 2))
        self.assertAlmostEqual(found.low, 30 - 10 * t, places=6)
        self.assertAlmostEqual(found.high, 30 + 10 * t, places=6)
        self.assertAlmostEqual(found.p, two_sided_p(3.0, 1))

    def test_blocks_that_both_have(self):
        found = inference.difference({1: -1.0, 2: 0.0, 3: 5.0}, {2: 4.0, 4: 1.0})
        self.assertEqual((found.mean, found.blocks, found.has_interval), (-4.0, 1, False))
        self.assertTrue(math.isnan(found.p))
        self.assertIsNone(inference.difference({1: 1.0}, {2: 1.0}))

    def test_what_repeats_has_no_spread(self):
        for by, p in ((-7.0, 0.0), (0.0, 1.0)):
            found = inference.difference(self.blocks(*[by] * 8), self.blocks(*[0.0] * 8))
            self.assertEqual((found.mean, found.low, found.high, found.p), (by, by, by, p))

    def test_verdicts(self):
        nothing = self.blocks(*[0.0] * 8)
        for mean, factor, verdict in ((-400, 1 + SMALL, "faster"), (400, 1 + SMALL, "slower"),
                                      (400, 1 - SMALL, "not resolved"), (1e-9, 2, "slower")):
            one = inference.difference(self.blocks(*logs_of(mean, SEVEN * factor)), nothing)
            inference.decide([one])
            self.assertEqual(one.verdict, verdict, mean)
        looked = inference.difference(self.blocks(*logs_of(400, SEVEN * 1.1), looks=3), nothing)
        inference.decide([looked])
        self.assertEqual((looked.level, looked.verdict), (0.05 / 3, "not resolved"))

    def test_directions(self):
        for values, wanted in (((-5.0, -4.0), -1), ((4.0, 5.0), 1), ((-5.0, 5.0), 0), ((-5.0,), -1),
                               ((0.0,), 0), ((2.0, 2.0), 1)):
            found = inference.difference(self.blocks(*values * 4 if len(values) > 1 else values),
                                         self.blocks(*[0.0] * 8))
            self.assertEqual(found.direction(0.05), wanted, values)

    def late(self, ns):
        return [record(name, seed, 1.0, lateness_p50_ns=by + 10 * seed + (seed % 2),
                       **{"pass": "lateness"})
                for seed in range(8) for name, by in ns.items()]

    def test_nobody_is_ranked(self):
        standing = self.only(self.run_of(self.late(
            {"libevent": 1000, "libevent-precise": -2000, "loop:quad-heap@epoll": 500})), "lateness")
        self.assertEqual([line.subject.name for line in standing.lines],
                         ["libevent-precise", "loop:quad-heap@epoll", "libevent"])
        self.assertEqual({line.place for line in standing.lines}, {""})
        self.assertEqual([line.to_baseline.mean for line in standing.lines], [-3000, -500, 0])
        self.assertEqual({(line.to_floor, line.to_first) for line in standing.lines}, {(None, None)})
        self.assertEqual(maps.maps(self.run_of(self.late({"libevent": 1})), "lateness"), [])

    def test_the_null_control(self):
        lines = self.late({"libevent": -1000, "again:libevent": -1000})
        for line in lines:
            if line["subject"] == "libevent":
                line["lateness_p50_ns"] += (-1) ** (line["seed"] // 2) * 6
        found = inference.control(self.run_of(lines), "lateness")
        self.assertEqual((found.ratios, found.low, found.high, found.different), (8, -6, 6, 0))
        self.assertAlmostEqual(found.resolvable, SEVEN * 6 * math.sqrt(8 / 7) / math.sqrt(8))


class Corrections(Case):
    def corrected(self, *p):
        return [round(float(one), 12) for one in inference.holm(p)]

    def test_holm_by_hand(self):
        self.assertEqual(self.corrected(0.01), [0.01])
        self.assertEqual(self.corrected(0.01, 0.02), [0.02, 0.02])
        self.assertEqual(self.corrected(0.03, 0.01), [0.03, 0.02])
        self.assertEqual(self.corrected(0.04, 0.01, 0.02), [0.04, 0.03, 0.04])
        self.assertEqual(self.corrected(0.001, 0.5, 0.01, 0.6, 0.02), [0.005, 1.0, 0.04, 1.0, 0.06])
        self.assertEqual(self.corrected(0.2, 0.2, 0.2), [0.6, 0.6, 0.6])
        self.assertEqual(self.corrected(0.4, 0.5), [0.8, 0.8])

    def test_what_is_corrected_stays_as_it_was(self):
        p = numpy.array([0.04, 0.01])
        self.assertEqual(list(inference.holm(p)), [0.04, 0.02])
        self.assertEqual(list(p), [0.04, 0.01])

    def test_the_family_is_what_was_tested(self):
        first, second, single = decided(logs_of(0.4, 4.0), logs_of(0.4, 3.0), [1.0])
        self.assertAlmostEqual(first.corrected, 2 * two_sided_p(4.0, 7))
        self.assertAlmostEqual(second.corrected, two_sided_p(3.0, 7))
        self.assertTrue(math.isnan(single.corrected))

    def test_each_of_a_family_has_its_own_looks(self):
        family = [inference.ratio_of_logs(logs_of(0.4, 4.0), 3),
                  inference.ratio_of_logs(logs_of(0.4, 3.0), 1)]
        inference.decide(family)
        by_looks = [3 * two_sided_p(4.0, 7), two_sided_p(3.0, 7)]
        self.assertAlmostEqual(family[0].corrected, 2 * by_looks[0])
        self.assertAlmostEqual(family[1].corrected, max(2 * by_looks[0], by_looks[1]))

    def test_nothing_is_a_family_too(self):
        inference.decide([])


class Verdicts(Case):
    def verdict(self, mean, t, **more):
        return decided(logs_of(mean, t), **more)[0].verdict

    def test_directions(self):
        self.assertEqual(self.verdict(0.4, 9.0), "slower")
        self.assertEqual(self.verdict(-0.4, 9.0), "faster")

    def test_the_level_is_five_percent_two_sided(self):
        self.assertEqual(self.verdict(0.4, SEVEN * (1 + SMALL)), "slower")
        self.assertEqual(self.verdict(0.4, SEVEN * (1 - SMALL)), "not resolved")
        self.assertEqual(self.verdict(-0.4, SEVEN * (1 + SMALL)), "faster")
        self.assertEqual(self.verdict(-0.4, SEVEN * (1 - SMALL)), "not resolved")
        for looks in (2, 3):
            t = quantile(0.05 / looks, 7)
            self.assertEqual(self.verdict(0.4, t * (1 + SMALL), looks=looks), "slower")
            self.assertEqual(self.verdict(0.4, t * (1 - SMALL), looks=looks), "not resolved")

    def test_the_level_itself_is_not_below_it(self):
        [one] = decided(logs_of(0.4, 3.0))
        one.p = 0.05
        inference.decide([one])
        self.assertEqual(one.verdict, "not resolved")

    def test_the_family_moves_the_level(self):
        t = quantile(0.05 / 2, 7)
        for factor, wanted in ((1 + SMALL, "slower"), (1 - SMALL, "not resolved")):
            found = decided(logs_of(0.4, t * factor), logs_of(0.4, 0.5))
            self.assertEqual([one.verdict for one in found], [wanted, "not resolved"])

    def test_the_minimum_effect_itself_counts(self):
        for sign, wanted in ((1, "slower"), (-1, "faster")):
            self.assertEqual(self.verdict(sign * BY * (1 + SMALL), 1e4), wanted)
            # The mean is just below the minimum effect, and the interval reaches beyond it.
            self.assertEqual(self.verdict(sign * BY * (1 - SMALL), 1e4), "not resolved")
            self.assertEqual(self.verdict(sign * 0.9 * BY, 1e4), "no difference")
        exact = inference.Ratio(numpy.zeros(8), mean=1.25, low=1.25, high=1.25, p=0.0)
        inference.decide([exact], 0.25)
        self.assertEqual(exact.verdict, "slower")

    def test_no_difference_needs_the_whole_interval(self):
        for sign in (1, -1):
            # The interval ends at mean + SEVEN * mean / t: for t = SEVEN at the minimum effect.
            mean = 0.5 * BY
            for t, wanted in ((SEVEN * (1 + 1e-4), "no difference"),
                              (SEVEN * (1 - 1e-4), "not resolved")):
                self.assertEqual(self.verdict(sign * mean, t), wanted)
        # An interval that ends at the minimum effect is within it.
        for low, high in ((1.0, 1.25), (1 / 1.25, 1.0)):
            one = inference.Ratio(numpy.zeros(8), mean=1.0, low=low, high=high, p=0.5)
            inference.decide([one], 0.25)
            self.assertEqual(one.verdict, "no difference")

    def test_a_wider_minimum_effect(self):
        self.assertEqual(self.verdict(0.4, 20.0, minimum_effect=0.6), "no difference")
        self.assertEqual(self.verdict(0.4, 20.0, minimum_effect=0.4), "slower")

    def test_quantiles_are_those_of_numpy(self):
        source = numpy.random.default_rng(SEED)
        for size in (1, 2, 3, 4, 5, 8, 9, 16, 31):
            sample = sorted(map(float, source.lognormal(0, 3, size)))
            for share in (0.0, 0.25, 0.5, 0.75, 1.0):
                self.assertEqual(inference._quantile(sample, share),
                                 float(numpy.quantile(sample, share)), f"seed {SEED}")

    def test_eight_blocks_are_enough(self):
        for blocks, wanted in ((6, "indicative: faster"), (8, "faster"), (10, "faster")):
            one = decided(logs_of(-0.4, 30.0, blocks))[0]
            self.assertEqual(passes.of("time").words(one), wanted)
        self.assertTrue(inference.ratio_of_logs(numpy.zeros(7)).indicative)


class Cells(Case):
    def standing(self, costs, **more):
        """Returns the standing of {subject: costs by block}."""
        lines = [record(name, block, float(cost), **more)
                 for name, row in costs.items() for block, cost in enumerate(row)]
        return self.only(self.run_of(lines))

    def test_quartiles_and_medians(self):
        line = self.standing({"binary-heap": (1, 2, 3, 4, 9)}).line("binary-heap")
        self.assertEqual((line.low, line.value, line.high, line.blocks), (2, 3, 4, 5))
        self.assertAlmostEqual(line.spread, 2 / 3)

    def test_to_baseline_and_to_floor(self):
        standing = self.standing({"binary-heap": (2, 2, 2), "quad-heap": (1, 1, 1),
                                  "yardstick-touch": (0.5, 0.5, 0.25),
                                  "yardstick-dispatch": (0.25, 1, 0.5)})
        quad = standing.line("quad-heap")
        self.assertAlmostEqual(quad.to_baseline.mean, 0.5)
        # The fastest yardsticks of the blocks cost 0.25, 0.5 and 0.25.
        self.assertAlmostEqual(quad.to_floor.mean, (4 * 2 * 4) ** (1 / 3))
        self.assertAlmostEqual(standing.floor, 0.25)
        self.assertAlmostEqual(standing.floor_to_baseline.mean, (1 / 8 / 4 / 8) ** (1 / 3))
        self.assertEqual([line.subject.name for line in standing.lines][:2],
                         ["quad-heap", "binary-heap"])

    def test_a_tie_needs_an_interval(self):
        one = self.standing({"binary-heap": [1.0], "quad-heap": [1.01]})
        self.assertEqual([line.place for line in one.lines], ["first", ""])
        two = self.standing({"binary-heap": [1.0, 1.0], "quad-heap": [1.01, 1.02]})
        self.assertEqual([line.place for line in two.lines], ["first", "tied"])

    def test_who_is_told_apart_is_not_tied(self):
        costs = {"binary-heap": [1.0] * 8, "quad-heap": [1.5 + i / 100 for i in range(8)],
                 "rbtree": [1.0 + i / 100 for i in range(8)]}
        standing = self.standing(costs)
        self.assertEqual([(line.subject.name, line.place) for line in standing.lines],
                         [("binary-heap", "first"), ("rbtree", "tied"), ("quad-heap", "")])
        self.assertEqual(standing.line("quad-heap").to_first.verdict, "slower")
        self.assertAlmostEqual(standing.line("rbtree").to_first.mean,
                               math.exp(sum(math.log(1 + i / 100) for i in range(8)) / 8))

    def test_first_is_by_the_geometric_mean(self):
        # 1, 1, 8 have the arithmetic mean 10/3 and the geometric mean 2. The other costs are 2.5.
        standing = self.standing({"binary-heap": (1, 1, 8), "quad-heap": (2.5, 2.5, 2.5)})
        self.assertEqual(standing.line("binary-heap").place, "first")
        standing = self.standing({"binary-heap": (1, 1, 32), "quad-heap": (2.5, 2.5, 2.5)})
        self.assertEqual(standing.line("quad-heap").place, "first")

    def test_family_leaves_the_baseline_and_controls_out(self):
        lines = planted({"binary-heap": 1, "quad-heap": 1.5, "again:binary-heap": 1.0,
                         "yardstick-touch": 0.1}, 8, noise=0.1)
        quad = self.only(self.run_of(lines)).line("quad-heap").to_baseline
        self.assertAlmostEqual(quad.corrected, quad.p)

    def test_standings_are_kept(self):
        run = self.run_of(planted({"binary-heap": 1, "quad-heap": 1.5}, 2))
        found = inference.standings(run)
        self.assertIs(inference.standings(run), found)
        self.assertIs(inference.standings(run, "time", "binary-heap", 0.05), found)
        for more in ({"baseline": "quad-heap"}, {"minimum_effect": 0.1}, {"measured": "tail"},
                     {"choose": lambda cell: True}):
            self.assertIsNot(inference.standings(run, **more), found)

    def test_all_cells_are_one_family(self):
        lines = []
        for number, workload in enumerate(("hold", "idle", "rpc")):
            lines += planted({"binary-heap": 1, "quad-heap": 1.05}, 8, noise=0.1, seed=number,
                             workload=workload)
        found = [standing.line("quad-heap").to_baseline
                 for standing in inference.standings(self.run_of(lines))]
        least = min(found, key=lambda one: one.p)
        self.assertAlmostEqual(least.corrected, min(1.0, 3 * least.p))

    def test_share_that_was_overtaken(self):
        lines = [record("a", 1, 1.0, overtaken=3, expected=20),
                 record("a", 2, 1.0, overtaken=2, expected=30)]
        standing = self.only(self.run_of(lines))
        self.assertAlmostEqual(standing.line("a").overtaken, 0.1)
        self.assertFalse(standing.line("a").ranked)

    def test_overtaken_without_anything_expected_is_all_or_nothing(self):
        for late, share in ((3, 1.0), (0, 0.0)):
            run = self.run_of([record("a", 1, 1.0, overtaken=late, expected=0)])
            self.assertEqual(self.only(run).line("a").overtaken, share)

    def test_common_blocks(self):
        common = inference.common_blocks
        self.assertEqual(common([{1, 2, 3}, {2, 3, 4}]), {2, 3})
        # No block is common to all sets. The smallest set is left out, at any position.
        for sets in ([{9}, {1, 2, 3}, {2, 3}], [{1, 2, 3}, {2, 3}, {9}], [{2, 3}, {9}, {1, 2, 3}]):
            self.assertEqual(common(sets), {2, 3})

    def test_the_largest_n_of_each(self):
        lines = [record("binary-heap", 1, 1.0, n=n, workload=workload)
                 for n in (100, 10000, 1000) for workload in ("hold", "idle")]
        found = inference.largest(inference.standings(self.run_of(lines)))
        self.assertEqual(sorted((key[1], one.cell.n) for key, one in found.items()),
                         [("hold", 10000), ("idle", 10000)])

    def test_accuracies_in_order(self):
        pairs = [("exact", "by deadline"), ("exact", "by tick"), ("exact", "unordered"),
                 ("exact", "somehow"), ("to a tick", "by deadline"), ("to a tick", "unordered"),
                 ("late fraction", "by deadline"), ("loosely", "by deadline"), ("loosely", "by tick")]
        for order in (pairs, pairs[::-1]):
            run = self.run_of([record(f"s{place}", 1, 1.0, when=when, ordering=ordering)
                               for place, (when, ordering) in enumerate(order)])
            self.assertEqual(inference.accuracies(inference.standings(run)), pairs)

    def test_the_floor_has_the_looks_of_its_blocks(self):
        run = self.run_of([record("yardstick-touch", 1, 1.0), record("binary-heap", 1, 2.0)])
        looks = {"yardstick-touch": inference.Blocks(3, {1: 1.0}),
                 "binary-heap": inference.Blocks(5, {1: 2.0})}
        self.assertEqual(inference.floor(run, looks).looks, 3)
        self.assertEqual(inference.floor(run, {}).looks, 1)


class Resolved(Case):
    def resolved(self, ratios, blocks=8, noise=0.01):
        standing = self.only(self.run_of(planted(ratios, blocks, noise=noise)))
        return inference.resolved(standing, "binary-heap")

    def test_all_told_apart(self):
        self.assertTrue(self.resolved({"binary-heap": 1, "quad-heap": 0.5, "rbtree": 2}))

    def test_shown_not_to_differ(self):
        self.assertTrue(self.resolved({"binary-heap": 1, "quad-heap": 1}))

    def test_one_that_is_not_told_from_the_baseline(self):
        self.assertFalse(self.resolved({"binary-heap": 1, "quad-heap": 1.05}, noise=0.3))

    def test_two_that_are_not_told_from_each_other(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.1, "rbtree": 0.101}, 8, noise=0.15)
        standing = self.only(self.run_of(lines))
        self.assertEqual({line.to_baseline.verdict for line in standing.lines
                          if line.subject.name != "binary-heap"}, {"faster"})
        self.assertFalse(inference.resolved(standing, "binary-heap"))

    def test_too_few_blocks(self):
        self.assertFalse(self.resolved({"binary-heap": 1, "quad-heap": 0.5}, blocks=7))
        self.assertFalse(self.resolved({"binary-heap": 1, "quad-heap": 0.5}, blocks=1))

    def test_a_subject_without_a_ratio_is_not_resolved(self):
        lines = planted({"binary-heap": 1}, 8) + [record("quad-heap", 99, 1.0)]
        self.assertFalse(inference.resolved(self.only(self.run_of(lines)), "binary-heap"))


class Controls(Case):
    def control(self, *all_logs):
        """Returns the control. Each argument is a cell's log ratios of again:binary-heap."""
        lines = []
        for number, logs in enumerate(all_logs):
            more = {"workload": f"w{number}"}
            for block, log in enumerate(logs):
                lines += [record("binary-heap", block, 10.0, **more),
                          record("again:binary-heap", block, 10.0 * math.exp(log), **more)]
        return inference.control(self.run_of(lines))

    def test_what_can_be_resolved(self):
        one, two = logs_of(0.01, 1.0), logs_of(0.03, 1.0)
        spread = math.sqrt((8 * 0.01 ** 2 + 8 * 0.03 ** 2) / 2)
        found = self.control(one, two)
        self.assertAlmostEqual(math.log(found.resolvable), SEVEN * spread / math.sqrt(8))
        self.assertEqual((found.cells, found.tested, found.different, found.blocks, found.ratios),
                         (2, 2, 0, 8, 16))

    def test_what_differs_counts_in_either_direction(self):
        found = self.control(logs_of(0.4, 20.0), logs_of(-0.4, 20.0), logs_of(0.01, 1.0), [0.2])
        self.assertEqual((found.cells, found.tested, found.different), (4, 3, 2))

    def test_the_middle_of_single_ratios(self):
        logs = [number / 100 for number in range(-20, 21)]
        found = self.control(logs)
        self.assertAlmostEqual(math.log(found.low), -0.19)
        self.assertAlmostEqual(math.log(found.high), 0.19)

    def test_a_single_block_has_no_spread_to_add(self):
        logs = logs_of(0.01, 1.0)
        found = self.control(logs, logs, [0.5])
        self.assertAlmostEqual(math.log(found.resolvable), SEVEN * 0.01)
        self.assertEqual((found.cells, found.tested, found.blocks), (3, 2, 8))

    def test_two_blocks_have(self):
        found = self.control([0.1, 0.3])
        self.assertAlmostEqual(math.log(found.low), 0.105)
        self.assertAlmostEqual(math.log(found.high), 0.295)
        t = math.tan(math.pi * 0.475)
        self.assertAlmostEqual(math.log(found.resolvable), t * 0.1)

    def test_single_blocks_resolve_nothing(self):
        self.assertTrue(math.isnan(self.control([0.2]).resolvable))


if __name__ == "__main__":
    sys.exit(main())
