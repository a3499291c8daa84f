#!/usr/bin/python3
"""Tests of the output of table.py, compare.py and firsts.py, character by character.

    tables-test.py [TIMERBED] [--write]

The runs have round numbers, so each number in expected/*.txt can be checked by hand. --write writes
these files again; read the difference before you commit them. The last line printed is "N passed, N
failed".
"""

import io
import math
import os
import re
import sys
from unittest import mock

from helpers import Case, Expected, failed, main, record

import compare
import firsts
import grid
import records
import table

TICK = {"when": "to a tick", "ordering": "by tick", "tick_ns": 1000000}
# The lateness of exact structures, and of a wheel that fires 500 us later on average.
PROMPT = {"lateness_mean_ns": 2e5, "lateness_max_ns": 900000}
TARDY = {"lateness_mean_ns": 7e5, "lateness_max_ns": 1900000}


def cells(costs, blocks=8, spread=0.02, **more):
    """Returns records of blocks that cost 100, 200 and 400 ns in turn.

    A subject costs costs[subject] times as much as the block. For every second subject, `spread` is
    added to the logarithm of the cost in one block and subtracted in the next.
    """
    return [record(name, block, 100 * 2 ** (block % 3) * cost
                   * math.exp(spread * (-1) ** block * (place % 2)), **more)
            for block in range(blocks) for place, (name, cost) in enumerate(costs.items())]


def structures():
    """Returns records with everything that a table may have."""
    lines = cells({"binary-heap": 1, "quad-heap": 0.5, "rbtree": 1.01, "again:binary-heap": 1.001,
                   "yardstick-touch": 0.125, "yardstick-dispatch": 0.14, "replay": 0.1}, **PROMPT)
    for line in lines:
        if line["subject"] == "replay":
            line["kind"] = "harness"
    lines += cells({"wheel": 0.25}, **TICK, **TARDY)
    lines += cells({"vague": 0.9}, ordering="unordered")
    lines += cells({"late": 0.1}, overtaken=495, **TICK)
    lines += cells({"loose": 0.7, "prompt": 0.3}, blocks=7, when="late fraction", fraction=0.125,
                   ordering="unordered", **PROMPT)
    lines += cells({"binary-heap": 2, "quad-heap": 3, "rbtree": 0.4, "pairing-heap": 0.401,
                    "yardstick-touch": 0.5}, n=100000)
    lines += cells({"binary-heap": 1, "quad-heap": 1.5}, blocks=3, workload="idle")
    lines += cells({"quad-heap": 1.5, "rbtree": 1.2}, blocks=1, workload="rpc", n=100000)
    lines += cells({"binary-heap": 1, "quad-heap": 1.5}, dispatch="inline")
    lines += cells({"binary-heap": 1, "rbtree": 1.1}, spread=0.1, workload="noise")
    lines += cells({"binary-heap": 1, "quad-heap": 4}, experiment="arity", n=7)
    lines += cells({"binary-heap": 2}, blocks=9, experiment="more", workload="hold:dist=pareto")
    for number, size in enumerate((8.0, 16.0)):
        lines += [record(name, number, 1.0, **{"pass": "memory", "bytes_per_timer": size * times})
                  for name, times in (("binary-heap", 1), ("quad-heap", 0), ("rbtree", 1.5))]
    lines += [failed("sorted-list", seed, "too slow", n=n, workload=workload)
              for seed, n, workload in ((0, 100000, "hold"), (1, 100000, "hold"), (1, 1000, "idle"))]
    lines.append(failed("rbtree", 1, "killed by signal 9"))
    return lines


def wide():
    """Returns records that make more columns than fit on a page."""
    return [line for number in range(12) for line in cells(
        {"binary-heap": 1, "quad-heap": 2}, blocks=1, workload=f"mix:batch={number},dist=pareto")]


def loops():
    """Returns records of passes in real time, with all their fields."""
    late = {"lateness_p50_ns": 5e4, "lateness_p99_ns": 2e5, "early": 250,
            "wake_ups_per_firing": 1.25, "cpu_ns_per_firing": 2e4}
    lines = []
    for seed in range(3):
        for name, more in (("libevent", 1), ("loop:quad-heap@epoll", 2)):
            lines += [record(name, seed, 1.0, **{"pass": "lateness", "lateness_max_ns": 1e6 * (
                seed + more), **{key: value * more for key, value in late.items()}}),
                      record(name, seed, 1.0, **{"pass": "echo", "cpu_ns_per_message": 5000 * more})]
    return lines


class Tables(Expected):
    def setUp(self):
        super().setUp()
        self.write(structures())

    def test_everything(self):
        self.expect("table-all", self.called(table, "run", "--all"))

    def test_markdown(self):
        self.expect("table-markdown", self.called(table, "run", "--summary", "--markdown"),
                    self.called(table, "run", "--markdown"))

    def test_what_is_chosen(self):
        self.expect("table-chosen", self.called(table, "run", "--pass", "memory"),
                    self.called(table, "run", "--workload", "hold", "--n", "1e3..2e3"),
                    self.called(table, "run", "--n", "1e5", "--baseline", "quad-heap",
                                 "--minimum-effect", "0.6"))

    def test_the_answer(self):
        self.expect("table-answer", self.called(table, "run"), self.called(table, "run", "--next"))

    def test_a_path_from_the_root_stays_one(self):
        folder = os.path.join(self.folder, "run")
        _, out, _ = self.called(table, folder, "--next")
        self.assertIn(f"\nFigures and report:   timerbed report {folder}\n", out)

    def test_which_there_are(self):
        run = records.Run(os.path.join(self.folder, "run"))
        titles = ["Cost relative to binary-heap, n = 1e3", "Cost relative to binary-heap, n = 1e5",
                  "Cost relative to binary-heap, n = 1e3, inline dispatch",
                  "Bytes per timer, beside its struct timer (B/timer), n = 1e3"]
        every = ["arity: hold", "cost: hold", "cost: idle", "cost: noise", "cost: rpc",
                 "more: hold:dist=pareto", "cost: hold, inline"]
        self.assertEqual([one.title for one in table.tables(run)], titles + every + ["Not measured"])
        self.assertEqual([one.title for one in table.tables(run, summary=True)],
                         titles + ["Not measured"])

    def test_what_fits_on_a_screen(self):
        """The runs have 40 and 12 workloads, and 10 structures."""
        ratios = {f"heap-{number}": 1 + number / 10 for number in range(10)}
        for number, name in ((40, "many"), (12, "fewer")):
            self.write([line for place in range(number) for line in cells(
                ratios, blocks=1, workload=f"mix:batch={place}")])
            self.expect(f"table-screen-{name}", self.called(table, "run"))

    def test_more_columns_than_fit(self):
        self.write(wide())
        self.expect("table-wide", self.called(table, "run", "--summary"))

    def test_nothing_is_no_evidence(self):
        self.assertEqual(table.evidence([]), "")

    def test_columns_that_just_fit(self):
        """A column is 2 wider than its widest cell: the first two columns take 12 of 110."""
        row = ["x" * 4, "x" * 4] + ["x" * 7] * 6 + ["x" * 42] + ["x" * 7] * 10 + ["x" * 6] + ["x" * 7] * 9
        header = ["" for _ in row]
        # 12 + 6 * 9 + 44 = 110, and 12 + 10 * 9 + 8 = 110.
        self.assertEqual(table._chunks(header, [row, "a heading" * 99]),
                         [list(range(2, 9)), list(range(9, 20)), list(range(20, 29))])
        row[19] += "x"
        self.assertEqual(table._chunks(header, [row])[:2], [list(range(2, 9)), list(range(9, 19))])
        row[8] += "x"
        self.assertEqual(table._chunks(header, [row])[0], list(range(2, 8)))

    def test_the_pick_of_the_first_accuracy_is_compared(self):
        self.write(cells({"binary-heap": 1, "quad-heap": 0.5}) + cells({"wheel": 1, "late": 2}, **TICK))
        _, out, _ = self.called(table, "run", "--next")
        self.assertIn("timerbed compare quad-heap binary-heap --run run\n", out)
        self.write(cells({"binary-heap": 0.1, "quad-heap": 0.5}) + cells({"wheel": 1, "late": 2}, **TICK))
        self.assertNotIn("timerbed compare", self.called(table, "run", "--next")[1])

    def test_what_passes_have_besides(self):
        self.write(loops())
        self.expect("table-loops", self.called(table, "run", "--all"), self.called(table, "run"))

    def test_two_families(self):
        self.write(cells({"binary-heap": 1, "quad-heap": 0.5}) + cells(
            {"libevent": 1, "loop:quad-heap@epoll": 0.5}, workload="lifecycle"))
        self.expect("table-families", self.called(table, "run"),
                    self.called(table, "run", "--summary", "--baseline", "quad-heap"))


class Chosen(Case):
    """All that table.py prints is of the chosen cells, and says what is left out."""

    def said(self, *words, stale=()):
        with mock.patch.object(records.Run, "stale", lambda self, name, measured: name in stale):
            status, out, err = self.called(table, "run", *words)
        self.assertEqual((status, err), (0, ""))
        return out

    def test_failures(self):
        self.write(structures())
        for words, names in ((("--workload", "idle"), {"sorted-list"}),
                             (("--workload", "noise"), set()), (("--n", "1e5"), {"sorted-list"}),
                             (("--all",), {"rbtree", "sorted-list"})):
            _, found, failed_here = self.said(*words).partition("Not measured\n-")
            said = set(re.findall("^[a-z]+-?[a-z]+(?=  )", failed_here, re.M))
            self.assertEqual((bool(found), said), (bool(names), names), words)

    def test_no_empty_sections(self):
        """The cells of echo are of another workload, and those of loops are of another family."""
        self.write(structures() + [line for line in loops() if line["pass"] == "echo"]
                   + cells({"libevent": 1, "loop:quad-heap@epoll": 0.5}, workload="lifecycle"))
        for words in (("--workload", "noise"), ("--workload", "lifecycle"), ("--n", "7"),
                      ("--pass", "echo", "--workload", "hold")):
            out = self.said(*words)
            for title, header in re.findall(r"^(.*)\n-+\n(?:[A-Z/*].*\n)*(.*\n.+|.*)", out, re.M):
                self.assertIn("\n", header, f"{words}: {title} is empty")
        self.assertNotIn("echo server", self.said("--workload", "noise"))
        self.assertNotIn("libevent", self.said("--workload", "noise"))

    def test_the_answer(self):
        self.write(structures())
        for words in (("--workload", "hold"), ("--n", "1e3"), ("--pass", "memory")):
            self.assertTrue(self.said(*words).startswith("The answer is left out, because "), words)
        self.assertNotIn("left out", self.said("--all"))

    def test_marks(self):
        self.write(structures())
        stale = ("quad-heap", "pairing-heap")
        for words, shown in ((("--workload", "noise"), []), (("--n", "7"), ["quad-heap"]),
                             (("--pass", "memory"), ["pairing-heap", "quad-heap"])):
            out = self.said(*words, stale=stale)
            explained = re.findall("^† marks .*: (.*)[.]$", out, re.M)
            self.assertEqual(explained, [", ".join(shown)] if shown else [], words)
            self.assertEqual(set(re.findall("([a-z-]+)†", out)), set(shown), words)
        everything = self.said("--all", stale=stale)
        self.assertEqual(re.findall("quad-heap(?!†|[.,]| costs| is)", everything), [])

    def test_words_are_defined(self):
        self.write(structures())
        everything = self.said("--all")
        for word in ("spread", "/ floor", "fires T later", "fires no later here", "other accuracy",
                     "overtaken"):
            self.assertRegex(everything, rf"(?m)(^|[.] ){word}:", word)
        idle = self.said("--workload", "idle")
        self.assertNotIn("other accuracy", idle)
        self.assertIn(" spread:", idle)


class Grid(Expected):
    def test_width_is_that_of_the_longest_line(self):
        for header, rows in ((["a", "bb", "ccc"], [["aaaa", "b", "cc"], "a heading", ["a", "b", "c"]]),
                             (["a"], [["aaaa"]]), (["a", "b"], [])):
            one, out = grid.Table("", header, rows), io.StringIO()
            grid.write_text(one, out)
            self.assertEqual(grid.width(one), max(map(len, out.getvalue().splitlines()[2:])), header)

    def test_a_terminal_gets_the_same_letters(self):
        one = grid.Table("t", ["", "b", "words"], [["x", "1.00*", "[0.5] :smile: 7"], "a heading",
                                                   ["†y", "12.0 ", ""]], ["A sentence."], last_left=True)
        plain, terminal = io.StringIO(), io.StringIO()
        terminal.isatty = lambda: True
        grid.write_text(one, plain)
        self.assertEqual(plain.getvalue(), "t\n-\nA sentence.\n        b  words\n"
                         "x   1.00*  [0.5] :smile: 7\na heading\n†y  12.0\n\n")
        with mock.patch.dict(os.environ, TERM="xterm-256color"):
            os.environ.pop("NO_COLOR", None)
            grid.write_text(one, terminal)
        self.assertIn("\x1b[1m", terminal.getvalue())
        letters = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue())
        self.assertEqual([line.rstrip() for line in letters.split("\n")], plain.getvalue().split("\n"))

    def test_marks_of_markdown_are_text(self):
        out = io.StringIO()
        grid.write_markdown(grid.Table("t", ["a", "b|*"], [["x|y*", "|"]], ["a*b|"]), out)
        self.assertEqual(out.getvalue(), "### t\n\na\\*b|\n\n| a | b\\|\\* |\n| --- | --: |\n"
                         "| x\\|y\\* | \\| |\n\n")


class Choices(Expected):
    def test_what_is_refused(self):
        self.write(structures())
        self.expect("choices", *(self.called(table, "run", *words) for words in (
            ("--baseline", "quadheap"), ("--pass", "echo"), ("--pass", "nothing"),
            ("--workload", "holt"), ("--workload", "???"), ("--n", "5"), ("--n", "5.5..6"),
            ("--n", "2..1e2", "--pass", "memory"), ("--n", "many"), ("--n", "1..2..3"),
            ("--minimum-effect", "-0.1"), ("--minimum-effect", "inf"), ("--minimum-effect", "x"),
            ("--workload", "rpc", "--n", "1e3"), ("--workload", "h?ld", "--n", "7"),
            ("--workload", "hold", "--n", "8..999"), ("--colour",),
            ("--workload", "zzz"), ("--pass", "memory", "--minimum-effect", "0"),
            ("--workload", "rpc", "--n", "1e3..1e5"))))

    def test_each_family_has_its_baseline(self):
        self.write(cells({"binary-heap": 1, "quad-heap": 0.5}, blocks=1) + cells(
            {"libevent": 1, "loop:quad-heap@epoll": 0.5}, blocks=1, workload="lifecycle"))
        self.expect("choices-families", *(self.called(table, "run", "--summary", *words) for words in (
            ("--baseline", "quad-heap"), ("--baseline", "loop:quad-heap@epoll"),
            ("--workload", "lifecycle"))))

    def test_a_phase_is_chosen_with_its_workload(self):
        phases = [{"name": name, "ns_per_op": ns} for name, ns in (("fill", 2.0), ("drain", 3.0))]
        self.write([{**line, "phases": phases} for line in cells({"binary-heap": 1, "quad-heap": 2},
                                                                blocks=1, workload="fill-drain")])
        self.expect("choices-phases", *(self.called(table, "run", "--workload", words) for words in (
            "fill-drain", "*/drain")))


class Compare(Expected):
    def test_two_structures(self):
        self.write(structures())
        self.expect("compare", *(self.called(compare, *words, "--run", "run") for words in (
            ("quad-heap", "binary-heap"), ("wheel", "rbtree"), ("late", "binary-heap", "--markdown"),
            ("binary-heap", "late", "--n", "1000", "--workload", "h*"),
            ("rbtree", "binary-heap", "--minimum-effect", "0.001"),
            ("loose", "prompt"), ("wheel", "loose"), ("quad-heap", "rbtree", "--workload", "rpc"),
            ("quad-heap", "binary-heap", "--pass", "memory"))))

    def test_what_may_be_below_0(self):
        """A loop that fires early, beside its baseline and its null control."""
        names = ("libevent", "again:libevent", "libevent-precise", "loop:quad-heap@epoll")
        lines = [record(name, seed, 1.0, workload=workload, early=100, lateness_p99_ns=9000,
                        lateness_max_ns=10000, lateness_p50_ns=by + 7 * seed + 60 * (seed % place + 1),
                        **{"pass": "lateness"})
                 for workload, more in (("hold", 0), ("idle", 1000)) for seed in range(8)
                 for place, name, by in zip((2, 3, 2, 5), names, (900, 900, -2500 + more, 880))]
        self.write(lines)
        self.write([{**line, "lateness_p50_ns": 2 * line["lateness_p50_ns"]} for line in lines
                    if line["seed"] < 3], name="few")
        self.expect("compare-lateness", self.called(table, "run", "--next"), self.called(table, "run", "--all"),
                    self.called(compare, "libevent-precise", "libevent", "--run", "run"),
                    self.called(compare, "libevent", "loop:quad-heap@epoll", "--run", "few"),
                    self.called(compare, "run", "few"))

    def test_what_cannot_be_compared(self):
        self.write(structures())
        self.write(cells({"rbtree": 1, "quad-heap": 0.5}), name="other")
        mixed = cells({"binary-heap": 1, "quad-heap": 0.5, "rbtree": 1})
        for line in mixed:
            if line["seed"] == 3:
                line["source_hash"] = "another"
        self.write(mixed, name="mixed")
        self.expect("compare-refused", *(self.called(compare, *words) for words in (
            ("wheel", "rbtree", "--run", "run", "--n", "1e5"), ("./none", "run"), ("run", "./none"),
            (".", "run"), ("wheel", "rbtree", "--run", "run", "--workload", "zzz"),
            ("wheel", "squirrel", "--run", "run"), ("run", "other"), ("run", "mixed"),
            ("quad-heap", "rbtree", "--run", "mixed"),
            ("quad-heap", "rbtree", "--run", "mixed", "--mixed"),
            ("run", "mixed", "--mixed"))))

    def test_two_runs(self):
        self.write(structures(), name="a")
        lines = cells({"binary-heap": 1, "quad-heap": 0.5, "rbtree": 0.8})
        lines += cells({"binary-heap": 2, "quad-heap": 0.9}, n=100000)
        lines += cells({"binary-heap": 1, "quad-heap": 1.5}, blocks=1, workload="idle")
        lines += cells({"binary-heap": 1, "quad-heap": 1.51}, dispatch="inline")
        for line in lines:
            if line["subject"] == "rbtree":
                line["source_hash"] = "another"
        self.write(lines, name="b")
        self.expect("compare-runs", self.called(compare, "a", "b"),
                    self.called(compare, "b", "a", "--markdown", "--n", "1000"),
                    self.called(compare, "a", "b", "--minimum-effect", "0.6", "--baseline",
                                 "quad-heap"))


    def test_two_runs_of_two_families(self):
        lines = cells({"libevent": 1, "loop:quad-heap@epoll": 0.5}, blocks=2, workload="lifecycle")
        lines += cells({"binary-heap": 1, "quad-heap": 0.5}, blocks=2)
        self.write(lines, name="a")
        self.write(lines, name="b")
        self.expect("compare-families", self.called(compare, "a", "b"))


    def test_ratios_are_explained_before_differences(self):
        shared = [mock.Mock(measured="lateness", baseline="libevent"),
                  mock.Mock(measured="time", baseline="libevent")]
        self.assertIn("Each ratio and each difference is to libevent in its own run.",
                      str(compare.explained(shared, 0.05)))


class Firsts(Expected):
    def test_where_a_structure_is_first(self):
        lines = cells({"interval-levels": 0.5, "quad-heap": 1, "rbtree": 3, "yardstick-touch": 0.25})
        lines += cells({"interval-levels": 2, "quad-heap": 1}, n=100000)
        lines += cells({"quad-heap": 1, "interval-levels": 1.2}, workload="idle")
        lines += cells({"quad-heap": 1, "interval-levels": 1.001}, workload="rpc")
        lines += cells({"quad-heap": 1, "interval-levels": 0.1}, workload="mix", blocks=7)
        lines += cells({"wheel": 1}, **TICK)
        self.write(lines)
        self.expect("firsts", self.called(firsts, "run"), self.called(firsts, "run", "--behind"),
                    self.called(firsts, "run", "rbtree"), self.called(firsts, "run", "wheel"),
                    self.called(firsts, "run", "wheels"))

    def test_of_some_cells(self):
        run = self.run_of(cells({"interval-levels": 0.5, "quad-heap": 1}) + cells(
            {"interval-levels": 2, "quad-heap": 1}, n=100000))
        found = firsts.ranks(run, "interval-levels", lambda cell: cell.n > 1000)
        self.assertEqual([(one.cell.n, one.place) for one in found], [(100000, "behind")])
        self.assertIsNone(firsts.of_answer(run, "rbtree"))


if __name__ == "__main__":
    sys.exit(main())
