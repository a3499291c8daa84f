#!/usr/bin/python3
"""answer-test.py [TIMERBED]: tests the answer on planted runs whose right answer is known, and that
all programs that print the answer print the same words.

The last line printed is "N passed, N failed".
"""

import errno
import html
import json
import os
import pty
import shutil
import re
import subprocess
import sys

from helpers import SCRIPTS, Case, failed, main, planted, record

import answer
import answer_tables
import firsts
import gallery
import paper
import readme
import records
import report
import words

ROOT = os.path.realpath(os.path.join(SCRIPTS, ".."))
overview = gallery.modules()["overview"]

# {(workload, n): {subject: its cost}}. The records have no noise, so the costs decide comparisons.
COSTS = {
    ("hold", 1000): {"binary-heap": 1, "quad-heap": 0.5, "interval-levels": 0.8},
    ("hold", 1000000): {"binary-heap": 1, "quad-heap": 0.5, "interval-levels": 0.25},
    ("idle", 1000): {"binary-heap": 1, "quad-heap": 1.5, "interval-levels": 2},
    ("idle", 1000000): {"binary-heap": 1, "quad-heap": 0.5, "interval-levels": 0.5},
}


def lines_of(costs, blocks=8, **more):
    return [line for place, ((workload, n), ratios) in enumerate(sorted(costs.items()))
            for line in planted(ratios, blocks, noise=0, seed=place, workload=workload, n=n, **more)]


def known():
    """Returns records of COSTS, of a cell with one block, of an inexact structure that would be the
    cheapest everywhere, and of a yardstick and a control."""
    lines = lines_of(COSTS) + lines_of({("rpc", 1000000): {"binary-heap": 1, "quad-heap": 0.1}}, 1)
    tick = {"when": "to a tick", "ordering": "by tick", "tick_ns": 1000000}
    for key in COSTS:
        lines += lines_of({key: {"wheel": 0.01}}, **tick)
        lines += lines_of({key: {"yardstick-touch": 0.001, "again:binary-heap": 0.5}})
    return lines


def squeezed(text):
    return re.sub(r"\s+", " ", text)


class Known(Case):
    def setUp(self):
        super().setUp()
        self.run_known = self.run_of(known())
        self.found = answer.work_out(self.run_known)
        self.exact = self.found[0]

    def finding(self, workload, n):
        return next(one for one in self.exact.findings if one.cell[1:3] == (workload, n))

    def test_states(self):
        states = {one.cell[1:3]: (one.state, one.leaders) for one in self.exact.findings}
        self.assertEqual(states, {
            ("hold", 1000): ("resolved", ["quad-heap"]),
            ("hold", 1000000): ("resolved", ["interval-levels"]),
            ("idle", 1000): ("resolved", ["binary-heap"]),
            ("idle", 1000000): ("close", ["interval-levels", "quad-heap"]),
            ("rpc", 1000000): ("few", ["quad-heap"])})

    def test_regret(self):
        """A regret is the geometric mean over cells of the cost divided by the least cost."""
        found = {one.name: one for one in self.exact.regrets}
        self.assertAlmostEqual(found["quad-heap"].mean, (1 * 2 * 1.5 * 1) ** 0.25)
        self.assertAlmostEqual(found["interval-levels"].mean, (1.6 * 1 * 2 * 1) ** 0.25)
        self.assertAlmostEqual(found["binary-heap"].mean, (2 * 4 * 1 * 2) ** 0.25)
        self.assertAlmostEqual(found["quad-heap"].worst, 2)
        self.assertEqual(found["quad-heap"].worst_at.cell[1:3], ("hold", 1000000))
        self.assertAlmostEqual(found["binary-heap"].worst, 4)
        self.assertEqual([(one.alone, one.close, one.behind) for one in self.exact.regrets],
                         [(1, 1, 2), (1, 1, 2), (1, 0, 3)])
        self.assertEqual(set(found), {"binary-heap", "quad-heap", "interval-levels"})

    def test_picks(self):
        self.assertEqual(self.exact.pick.name, "quad-heap")
        self.assertEqual({n: one.name for n, one in self.exact.picks.items()},
                         {1000: "quad-heap", 1000000: "interval-levels"})

    def test_the_five_sentences(self):
        self.assertEqual(words.sentences(self.run_known), [
            "On average over 2 workloads, quad-heap costs least with 1e3 timers and "
            "interval-levels with 1e6 timers, among the structures whose timers fire exactly and in "
            "order of deadline.",
            "Of 4 cells (one workload at one n), 3 have one structure that is cheaper than all others. "
            "quad-heap is alone the cheapest in 1 of the 4, cannot be told apart from the cheapest in 1, "
            "and costs more in 2. 1 more cell has too few blocks for a verdict.",
            "On average, quad-heap costs 0.66 times as much as binary-heap (0.50 to 1.50). Where "
            "quad-heap is the cheapest, the second cheapest costs 1.60 times as much.",
            "Taken everywhere, quad-heap costs 1.32 times as much as the cheapest of each cell on "
            "average, and 2.00 times at worst (hold, n = 1e6, where interval-levels is the cheapest). "
            "interval-levels costs 1.34 times as much on average, and 2.00 times at worst. binary-heap "
            "costs 2.00 times as much on average, and 4.00 times at worst.",
            "Other accuracies are ranked apart. Each of these is the only one of its accuracy: "
            "wheel (to a tick and in order of tick)."])

    def test_what_cost_is(self):
        """The answer says that its costs are bytes, so that no reader takes them for time."""
        lines = [{**line, "pass": "memory", "bytes_per_timer": line["ns_per_op"]} for line in known()]
        said = words.sentences(self.run_of(lines))
        self.assertIn("Cost is here: bytes per timer, beside its struct timer.", said[0])
        self.assertNotIn("Cost is here", words.sentences(self.run_known)[0])

    def test_cells_of_the_table(self):
        self.assertEqual(answer_tables.least(self.exact).rows, [
            ["hold", "quad-heap 0.50", "interval-levels 0.25"],
            ["idle", "binary-heap 1.00", "~ interval-levels 0.50 +1"],
            ["rpc", "-", "? quad-heap 0.10"]])

    def test_the_baseline_may_be_the_cheapest(self):
        self.assertEqual(words.least(self.finding("idle", 1000), "binary-heap"), "binary-heap 1.00")
        rows = list(readme.least(self.run_known))
        self.assertIn("| idle | **binary-heap 1.00** | ~ interval-levels 0.50 +1 |", rows)

    def test_one_set_of_cells(self):
        """Cells of questions, maps, other passes and the other dispatch mode do not count."""
        lines = known()
        lines += lines_of({("hold", 1000): {"binary-heap": 1, "x": 0.1}}, experiment="arity")
        axes = {axis: {"name": axis, "title": axis, "value": "1", "place": 0} for axis in "xy"}
        lines += lines_of({("mix", 1000): {"binary-heap": 1, "x": 0.1}}, experiment="m", map=axes)
        lines += lines_of({("hold", 1000): {"binary-heap": 1, "x": 0.1}}, dispatch="inline")
        lines += lines_of({("hold", 1000): {"binary-heap": 1, "x": 0.1}},
                          **{"pass": "tail", "p999_ns": 1})
        run = self.run_of(lines)
        self.assertEqual(words.sentences(run), words.sentences(self.run_known))
        self.assertEqual(sum(rank.place == "ahead" for rank in firsts.ranks(run, "quad-heap")), 1)
        [figure] = overview.figures(run, "time")
        self.assertEqual(set(figure.shown["cells"]) - answer.cells(run), set())

    def test_one_alone_has_no_lead(self):
        [one] = answer.work_out(self.run_of(lines_of({("hold", 1000): {"binary-heap": 1}})))
        self.assertEqual([(finding.state, finding.lead) for finding in one.alone], [("alone", None)])

    def test_what_the_plan_left_out(self):
        folder = self.write(lines_of({("idle", 1000): {"binary-heap": 1}}))
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as file:
            file.write("[cost.1]\nsubjects = binary-heap\nworkloads = idle hold rpc\nn = 1e6 1000\n"
                       "[cost.2]\nsubjects = again:loop:x@epoll\nworkloads = lifecycle\nn = 1000\n"
                       "[map]\nsubjects = binary-heap\nworkloads = mix\nn = 7\nx = stopped: 1\n"
                       "[arity.3]\nsubjects = binary-heap\nworkloads = hold\nn = 8\n"
                       "[cost.4]\nsubjects = binary-heap\nworkloads = hold\nn = 9\npass = tail\n")
        self.assertEqual(answer.left_out(records.Run(folder)), (
            [("hold", 1000), ("rpc", 1000), ("hold", 1000000), ("idle", 1000000), ("rpc", 1000000)],
            6))

    def test_phases_are_cells(self):
        phases = [{"name": "fill", "ns_per_op": 1.0}, {"name": "drain", "ns_per_op": 2.0}]
        run = self.run_of([record(name, seed, 1.5, workload="fill-drain", phases=phases)
                           for name in ("binary-heap", "quad-heap") for seed in range(8)])
        self.assertEqual({one.cell.workload for one in answer.work_out(run)[0].findings},
                         {"fill-drain/fill", "fill-drain/drain"})


class Same(Case):
    """All programs that print the answer print the same words."""

    def setUp(self):
        super().setUp()
        self.folder_known = self.write(known())
        self.run_known = records.Run(self.folder_known)
        self.said = words.sentences(self.run_known)
        self.cells = [text for row in answer_tables.least(answer.work_out(self.run_known)[0]).rows
                      for text in row if text != "-"]

    def assert_all_in(self, wanted, text):
        for one in wanted:
            self.assertIn(squeezed(one), text)

    def test_table(self):
        done = self.script("table.py", self.folder_known)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assert_all_in(self.said + self.cells, squeezed(done.stdout))

    def test_readme(self):
        self.assert_all_in(self.said, "\n".join(readme.told(self.run_known)))
        self.assert_all_in(self.cells, "\n".join(readme.least(self.run_known)))

    def test_report(self):
        text = html.unescape(report.page(self.run_known, []))
        self.assert_all_in(self.said + self.cells, text)
        first = min(text.index(sentence) for sentence in self.said)
        self.assertEqual(first, text.index(self.said[0]))
        self.assertLess(first, text.index("<h2>"))

    def test_paper(self):
        found = [number.text for number in paper.answers([self.run_known]).values()]
        self.assertEqual(" ".join(found).strip(), paper.escape(" ".join(self.said)))

    def test_paper_marks_changed_code(self):
        self.run_known.stale = lambda subject, measured: subject == "quad-heap"
        self.assertEqual(paper.answers([self.run_known])["answer-remarks"].text,
                         r"\dag{} marks code that has changed since this run: quad-heap.")

    def test_paper_counts(self):
        row = {"subject": "quad-heap", "experiment": "cost", "n": "", "name": "", "line": ""}
        found = {kind: paper.places([self.run_known], {**row, "kind": kind}).text
                 for kind in ("cells", "ahead", "tied", "behind", "few")}
        self.assertEqual(found, {"cells": "5", "ahead": "1", "tied": "1", "behind": "2", "few": "1"})

    def test_explain(self):
        path = os.path.join(self.folder, "new", "answer.json")
        done = self.script("answer.py", self.folder_known, path)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.startswith('{\n "answer": [\n  "'), text[:40])
        self.assertTrue(text.endswith("\n}\n"), text[-40:])
        found = json.loads(text)
        self.assertEqual(found["answer"], self.said)
        about = found["subjects"]["interval-levels"]
        self.assertIn("in 1, cannot be told apart from the cheapest in 1, and costs more in 2", about[0])
        self.assertIn("hold, n = 1e6 (the next, quad-heap, costs 2.00 times as much)", about[1])
        self.assertIn("idle, n = 1e3 (2.00 times binary-heap)", about[2])
        self.assertNotIn("yardstick-touch", found["subjects"])

    def test_usage(self):
        status, out, said = self.called(answer, self.folder_known)
        self.assertEqual((status, out), (2, ""))
        self.assertIn("required: OUT; see answer.py --help", said)
        self.assertEqual(self.called(answer, self.folder_known, "here.json"), (0, "", ""))

    def test_first_screen(self):
        lines = [line for number in range(40) for line in lines_of(
            {(f"hold:batch={number}", 1000): {"binary-heap": 1, "quad-heap": 0.5}}, 2)]
        lines += lines_of({("lifecycle", 1000): {"libevent": 1, "loop:quad-heap@epoll": 0.5}}, 2)
        done = self.script("table.py", self.write(lines))
        self.assertLessEqual(len(done.stdout.splitlines()), answer_tables.LINES)
        self.assertIn("more workloads: table.py --all", done.stdout)
        self.assertIn("loop:quad-heap@epoll", done.stdout)
        whole = self.script("table.py", "--all", self.write(lines))
        for number in range(40):
            self.assertIn(f"hold:batch={number}\n", whole.stdout)


class Doubts(Case):
    """Subjects that must not be ranked, or only with a mark."""

    def test_a_wrong_one_is_ranked_nowhere(self):
        lines = lines_of(COSTS) + lines_of({key: {"liar": 0.001} for key in COSTS})
        lines.append(failed("liar", 99, "checksum differs", outcome="wrong", n=10))
        run = self.run_of(lines)
        said = words.sentences(run)
        self.assertIn("liar fired wrongly in 1 measurement and is ranked nowhere.", said)
        self.assertFalse([text for text in said if "liar" in text and "wrongly" not in text])
        self.assertNotIn("liar", str(answer_tables.least(answer.work_out(run)[0]).rows))
        self.assertNotIn("liar", words.for_explain(run)["subjects"])

    def test_those_that_leave_firings_out_are_not_ranked(self):
        run = self.run_of(lines_of(COSTS) + lines_of(
            {key: {"late": 0.001} for key in COSTS}, overtaken=50))
        self.assertEqual({one.name for one in answer.work_out(run)[0].regrets},
                         {"binary-heap", "quad-heap", "interval-levels"})

    def test_inexact_ones_are_named_apart(self):
        tick = {"when": "to a tick", "ordering": "by tick"}
        run = self.run_of(lines_of(COSTS) + lines_of(
            {key: {"wheel": 0.2, "other-wheel": 0.1} for key in COSTS}, **tick))
        said = words.sentences(run)
        self.assertFalse([text for text in said[:4] if "wheel" in text])
        self.assertIn("Of those whose timers fire to a tick and in order of tick, other-wheel costs "
                      "least on average (4 cells).", said[4])

    def test_few_blocks_give_no_verdict(self):
        run = self.run_of(lines_of(COSTS, blocks=7))
        one = answer.work_out(run)[0]
        self.assertTrue(one.indicative)
        said = words.sentences(run)
        self.assertIn("This is indicative: 7 blocks a cell, and a verdict needs 8.", said[0])
        self.assertIn("None of 4 cells (one workload at one n) is resolved", said[1])
        self.assertTrue(all(cell[:1] in "?-" for row in answer_tables.least(one).rows
                            for cell in row[1:]))
        self.assertIn("Indicative.", report.page(run, []))
        self.assertEqual({rank.place for rank in firsts.ranks(run, "quad-heap")}, {"few"})

    def test_one_with_few_blocks_takes_no_verdict_from_the_others(self):
        lines = lines_of({("hold", 1000): {"binary-heap": 1, "quad-heap": 0.5}})
        lines += lines_of({("hold", 1000): {"rare": 0.1}}, blocks=2)
        one = answer.work_out(self.run_of(lines))[0]
        self.assertEqual((one.findings[0].state, one.findings[0].leaders), ("resolved", ["quad-heap"]))

    def test_ties_are_counted_as_not_resolved(self):
        run = self.run_of(planted({"binary-heap": 1, "quad-heap": 0.5, "twin": 0.5}, 8, noise=0.1))
        one = answer.work_out(run)[0]
        self.assertEqual((one.count(answer.RESOLVED), one.unresolved), (0, 1))
        self.assertRegex(words.least(one.findings[0], "binary-heap"), r"^~ \S+ 0\.\d+ \+1$")

    def test_marks_of_changed_code(self):
        run = self.run_of(known())
        run.stale = lambda subject, measured: subject == "quad-heap"
        one = answer.work_out(run)[0]
        self.assertEqual(answer_tables.least(one).rows[0][1], "quad-heap† 0.50")
        self.assertEqual(answer_tables.least(one).rows[0][2], "interval-levels 0.25")
        self.assertEqual(words.sentences(run)[-1], "† marks code that has changed since this run: quad-heap.")
        self.assertIn("† marks code that has changed since this run: quad-heap.", "\n".join(readme.told(run)))

    def test_marks_of_mixed_code(self):
        lines = known()
        next(line for line in lines if line["subject"] == "interval-levels")["source_hash"] = "other"
        run = self.run_of(lines)
        self.assertIn("‡ marks records of several versions of the code: interval-levels.",
                      words.sentences(run))
        self.assertEqual(words.marked(run, "interval-levels"), "interval-levels‡")

    def test_the_answer_needs_what_is_in_no_map(self):
        x = {"name": "n", "title": "number of timers, n", "value": "1000", "place": 0}
        y = {"name": "stopped", "title": "share stopped", "value": "0", "place": 0}
        place = {"experiment": "map-small", "workload": "mix", "map": {"x": x, "y": y}}
        folder = self.write(known() + planted({"binary-heap": 1, "quad-heap": 3}, 8, **place))
        whole = words.sentences(records.open_run(folder))
        self.assertEqual(words.sentences(records.open_run(folder, answer.needed)), whole)

    def test_what_was_not_measured_is_said(self):
        lines = known() + [failed("slow", 0, "too slow"), failed("slow", 1, "too slow"),
                           failed("list", 0, "beyond the limit of 10000 timers"),
                           failed("broken", 0, "killed by signal 11", outcome="failed")]
        self.assertIn("Not measured: 2 measurements too slow, 1 measurement beyond the subject's "
                      "limit of timers and 1 measurement failed.", words.sentences(self.run_of(lines)))

    def test_what_a_budget_left_out_is_said(self):
        folder = self.write(known())
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as file:
            file.write("[experiment]\nname = quick\n[cost.1]\nsubjects = binary-heap quad-heap\n"
                       "workloads = hold idle rpc\nn = 1000 1e6\n"
                       "[arity]\nsubjects = x\nworkloads = hold\nn = 7\n"
                       "[memory]\nsubjects = x\nworkloads = hold\nn = 9\npass = memory\n")
        self.assertIn("The run ended before 1 of 6 planned combinations of workload and n: 1 with 1e3 "
                      "timers.", words.sentences(records.Run(folder)))


    def test_what_the_run_says_it_left_out_is_said(self):
        folder = self.write(known())
        for said in ("the budget of 0:03 left out 3 of 9 cells", ""):
            with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as file:
                json.dump({"schema": 1, "left_out": said}, file)
            with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as file:
                file.write("[cost]\nsubjects = binary-heap\nworkloads = x\nn = 1\n")
            self.assertEqual(words.left_out(records.Run(folder)), [f"T{said[1:]}."] if said else [])
            done = self.script("table.py", "--next", folder)
            self.assertEqual("--resume" in done.stdout, bool(said))
            self.assertIn(said[1:], squeezed(done.stdout))


class Poor(Case):
    """Runs with hardly any records give an answer, too, and no traceback."""

    def say(self, lines):
        folder = self.write(lines)
        run = records.Run(folder)
        said = [sentence for part in run.parts() for sentence in words.sentences(part)]
        for name in ("table.py", "report.py"):
            done = self.script(name, folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("Traceback", done.stderr)
        printed = squeezed(self.script("table.py", folder).stdout)
        self.assertIn(said[0], printed)
        words.for_explain(run)
        return said

    def test_one_block(self):
        said = self.say(lines_of({("hold", 1000): {"binary-heap": 1, "quad-heap": 0.5}}, 1))
        self.assertIn("This is indicative: 1 block a cell", said[0])
        self.assertIn("None of 1 cell", said[1])

    def test_one_structure(self):
        said = self.say(lines_of({("hold", 1000): {"binary-heap": 1}}))
        self.assertIn("Nothing has been ranked: binary-heap is alone", said[0])

    def test_no_baseline(self):
        said = self.say(lines_of({("hold", 1000): {"rbtree": 1, "quad-heap": 0.5}}))
        self.assertIn("In hold, quad-heap costs least with 1e3 timers, among the structures", said[0])
        self.assertFalse([text for text in said if "binary-heap" in text or "nan" in text])

    def test_only_loops(self):
        said = self.say(lines_of({("hold", 1000): {"libevent": 1, "loop:quad-heap@epoll": 0.5}}))
        self.assertIn("among the loops whose timers", said[0])
        self.assertIn("0.50 times as much as libevent", said[2])

    def test_only_a_question(self):
        said = self.say(lines_of({("hold", 1000): {"binary-heap": 1, "quad-heap": 0.5}},
                                 experiment="arity"))
        self.assertIn("quad-heap costs least with 1e3 timers", said[0])

    def test_nothing(self):
        for lines in ([], [failed("binary-heap", 0, "too slow")], [record("yardstick-touch", 0, 5.0)]):
            self.assertIn("Nothing has been ranked", self.say(lines)[0])

    def test_blocks_that_share_nothing(self):
        self.say([record("binary-heap", 0, 5.0), record("quad-heap", 1, 5.0)])


def unmarked(text):
    """Removes the marks of code that has changed since the run: they depend on the build."""
    return re.sub(r"\n+† [^\n]*", "", text).replace("†", "")


class Committed(Case):
    """README.md and answer.json have the answer that the scripts now give for results/full."""

    @classmethod
    def setUpClass(cls):
        cls.full = records.Run(os.path.join(ROOT, "results/full"))
        cls.full.stale = lambda subject, measured: False

    def test_readme(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            text = file.read()
        for mark in ("answer", "table", "loops-answer", "loops"):
            wanted = "\n".join(readme.MARKS[mark](self.full))
            begin, end = f"<!-- {mark}: scripts/readme.py -->\n\n", f"\n\n<!-- end of {mark} -->"
            self.assertEqual(unmarked(text.partition(begin)[2].partition(end)[0]), wanted, mark)
        tables = [line for line in text.splitlines() if line.startswith("|")]
        self.assertLessEqual(max(line.count("|") for line in tables) - 1, 5)
        self.assertLess(text.index("## The answer"), 1000)

    def test_explain(self):
        with open(os.path.join(ROOT, "results/answer.json"), encoding="utf-8") as file:
            found = json.load(file)
        found["answer"] = [unmarked(text) for text in found["answer"] if not text.startswith("† ")]
        self.assertEqual(found, words.for_explain(self.full))

    def test_figure(self):
        """The figure in README has the cells of the answer, and each panel has one n."""
        [figure] = overview.figures(self.full.parts()[0], "time")
        with open(os.path.join(ROOT, "results/full/data/overview.tsv"), encoding="utf-8") as file:
            rows = [line.split("\t") for line in file.read().splitlines()[1:]]
        self.assertEqual({(row[2], int(row[1])) for row in rows},
                         {(cell.workload, cell.n) for cell in figure.shown["cells"]})
        for panel in {row[0] for row in rows}:
            self.assertEqual(len({row[1] for row in rows if row[0] == panel}), 1)

    def test_paper_counts_what_readme_counts(self):
        ours = paper.own(paper.read_numbers(os.path.join(ROOT, "paper/numbers.tsv")))
        row = {"subject": ours, "experiment": "cost", "n": "", "name": "", "line": ""}
        found = {kind: int(paper.places([self.full], {**row, "kind": kind}).text)
                 for kind in ("cells", "ahead", "tied", "behind", "few")}
        self.assertEqual(found.pop("cells"), sum(found.values()))
        often = words.named(answer.work_out(self.full.parts()[0]))["often"]
        measured = found["ahead"] + found["tied"] + found["behind"]
        self.assertIn(f"{ours} is alone the cheapest in {found['ahead']} of the {measured}, cannot "
                      f"be told apart from the cheapest in {found['tied']}, and costs more in "
                      f"{found['behind']}", often)


class Command(Case):
    """What `timerbed run` prints at its end, and what `timerbed explain` prints."""

    ARGUMENTS = ("run", "binary-heap", "quad-heap", "-w", "hold", "-n", "100", "--reps", "2",
                 "--least-operations", "2000", "--out", "mine")

    def on_terminal(self, command):
        """Returns what a program writes if stdout and stderr are the same terminal."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=theirs,
                              stderr=theirs) as child:
            os.close(theirs)
            text = b""
            try:
                while piece := os.read(ours, 65536):
                    text += piece
            except OSError as error:  # read() gives EIO at the end of a terminal
                if error.errno != errno.EIO:
                    raise
        os.close(ours)
        self.assertEqual(child.returncode, 0, text)
        return text.decode()

    def test_run_on_a_terminal(self):
        text = squeezed(self.on_terminal((TIMERBED, *self.ARGUMENTS)))
        for sentence in words.sentences(records.Run(os.path.join(self.folder, "mine"))):
            self.assertIn(sentence, text)
        self.assertIn("timerbed report mine", text)
        self.assertTrue(text.strip().endswith("mine"))

    def test_run_into_a_pipe(self):
        done = subprocess.run((TIMERBED, *self.ARGUMENTS), cwd=self.folder, capture_output=True,
                              text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "mine\n"))
        self.assertNotIn("costs", done.stderr)

    def test_explain(self):
        with open(os.path.join(ROOT, "results/answer.json"), encoding="utf-8") as file:
            subjects = json.load(file)["subjects"]
        for name in ("quad-heap", "lazy:quad-heap", "loop:quad-heap@epoll"):
            done = subprocess.run((TIMERBED, "explain", name), capture_output=True, text=True,
                                  check=True)
            for sentence in subjects[name]:
                self.assertIn(sentence, squeezed(done.stdout))

    def moved_explain(self):
        """Returns what a copy of the program, in a folder of its own, says of quad-heap."""
        program = os.path.join(self.folder, "bin", "timerbed")
        os.makedirs(os.path.dirname(program), exist_ok=True)
        shutil.copy(TIMERBED, program)
        done = subprocess.run((program, "explain", "quad-heap"), capture_output=True, text=True,
                              check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_explain_without_the_file(self):
        """Without an installed results/answer.json, explain prints no REFERENCE section."""
        self.assertNotIn("REFERENCE", self.moved_explain())

    def test_explain_says_that_code_has_changed(self):
        program = os.path.join(os.path.dirname(TIMERBED), "timerbed-hashes")
        lines = subprocess.run((program, "quad-heap"), capture_output=True, text=True,
                               check=True).stdout.splitlines()
        [now] = [code for _, of_pass, code in map(str.split, lines) if of_pass == "time"]
        os.makedirs(os.path.join(self.folder, "results"))
        for measured, changed in ((now, False), ("0" * len(now), True), (None, False)):
            known = {"answer": [], "subjects": {"quad-heap": ["It wins."]}, "pass": "time",
                     "hashes": {"quad-heap": measured} if measured else {}}
            with open(os.path.join(self.folder, "results/answer.json"), "w",
                      encoding="utf-8") as file:
                json.dump(known, file)
            said = squeezed(self.moved_explain())
            self.assertIn("It wins.", said)
            self.assertEqual("The code of this subject has changed since this run." in said, changed)


TIMERBED = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else None
if not TIMERBED:
    del Command  # it tests the built program

if __name__ == "__main__":
    sys.exit(main())
