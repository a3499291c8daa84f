#!/usr/bin/python3
"""Tests of the figures' data, and of the matrices of structures by attacks.

The last line printed is "N passed, N failed".
"""

import os
import re
import sys

from helpers import SCRIPTS, Case, failed, main, planted, record

import drawing
import figures
import gallery
import inference
import records
import report

RESULTS = os.path.join(SCRIPTS, "..", "results")
adversary = gallery.modules()["adversary"]


class Adversary(Case):
    """The matrices of structures by attacks."""

    CASCADE, CROWD = "adversary:attack=cascade", "adversary:attack=crowd"

    def attacked(self):
        more = {"experiment": "adversary", "n": 100000}
        wheel = {"when": "to a tick", "ordering": "by tick"}
        lines = planted({"binary-heap": 2.0, "quad-heap": 1.0}, 5, noise=0, workload="hold", **more)
        lines += planted({"binary-heap": 1.0, "quad-heap": 8.0}, 5, noise=0, seed=8,
                         workload=self.CASCADE, **more)
        lines += planted({"quad-heap": 3.0, "binary-heap": 1.0}, 5, noise=0, seed=9,
                         workload=self.CROWD, **more)
        for workload, ratio in (("hold", 0.5), (self.CASCADE, 40.0)):
            lines += [record("wheel", line["seed"], line["ns_per_op"] * ratio, workload=workload,
                             **more, **wheel) for line in lines
                      if line["workload"] == workload and line["subject"] == "binary-heap"]
        lines.append(failed("wheel", 0, "too slow", workload=self.CROWD, **more, **wheel))
        # A structure that is measured only with fewer timers than the others.
        lines += planted({"a-list": 4.0, "binary-heap": 2.0}, 5, noise=0, seed=10, workload="hold",
                         **{**more, "n": 1000})
        lines += [record(name, 0, 1.0, workload=self.CASCADE, max_ns=ns, p999_ns=ns,
                         **more, **{"pass": "tail"})
                  for name, ns in (("binary-heap", 250.0), ("quad-heap", 1.5e6))]
        lines += [record("binary-heap", 0, 1.0, workload="adversary:attack=stop-all",
                         bytes_per_timer=16.0, spurious_wake_ups=0, **more, **{"pass": "memory"})]
        return self.run_of(lines)

    def cells(self, figure, panel):
        return {(row[1], row[2]): row for row in figure.rows if row[0] == panel}

    def test_cost_is_relative_to_the_cheapest_of_the_same_blocks(self):
        figure = adversary.make(self.attacked(), "adversary", [])
        cells = self.cells(figure, "cost")
        self.assertAlmostEqual(cells["binary-heap", "hold"][5], 2.0)
        self.assertAlmostEqual(cells["quad-heap", "hold"][5], 1.0)
        self.assertAlmostEqual(cells["quad-heap", self.CASCADE][5], 8.0)
        # A wheel is not exact. Its cost is still relative to the cheapest exact structure.
        self.assertAlmostEqual(cells["wheel", "hold"][5], 1.0)
        self.assertAlmostEqual(cells["wheel", self.CASCADE][5], 40.0)

    def test_the_frame_is_the_worst_attack(self):
        figure = adversary.make(self.attacked(), "adversary", [])
        framed = {key for key, row in self.cells(figure, "cost").items() if row[8]}
        # No attack is worse for binary-heap than plain hold. "too slow" is the worst result of all.
        self.assertEqual(framed, {("quad-heap", self.CASCADE), ("wheel", self.CROWD)})

    def test_what_is_too_slow_says_so(self):
        figure = adversary.make(self.attacked(), "adversary", [])
        self.assertEqual(self.cells(figure, "cost")["wheel", self.CROWD][6], "slow")

    def test_rows(self):
        figure = adversary.make(self.attacked(), "adversary", [])
        self.assertEqual(figure.variables["label"],
                         ["binary-heap", "quad-heap", "a-list (1e3)", "wheel"])
        self.assertEqual(figure.variables["group"], ["exact, in order", "to a tick"])
        self.assertAlmostEqual(self.cells(figure, "cost")["a-list", "hold"][5], 2.0)

    def test_tail_and_memory(self):
        figure = adversary.make(self.attacked(), "adversary", [])
        self.assertEqual({key[0]: row[6] for key, row in self.cells(figure, "tail").items()},
                         {"binary-heap": ".25", "quad-heap": "1.5k"})
        self.assertEqual([row[6] for row in self.cells(figure, "bytes").values()], ["16"])

    def test_drawn(self):
        run = self.attacked()
        done = self.script("report.py", run.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(os.path.join(run.folder, "figures", "adversary.svg"), encoding="utf-8") as file:
            drawn = file.read()
        for text in ("a-list (1e3)", "cascade", "slow", "1.5k"):
            self.assertTrue(text in drawn, text)

    def test_short_numbers(self):
        self.assertEqual([adversary._compact(value) for value in
                          (0.001, 0.72, 1.26, 9.97, 312, 1234, 12345, 3.1e6, 9999.0)],
                         ["0", "0.7", "1.3", "10", "312", "1.2k", "12k", "3.1M", "10k"])
        self.assertEqual([adversary._micro(ns) for ns in (30, 930, 999.7, 45678, 1.5e6, 2.5e9)],
                         [".03", ".93", "1.0", "46", "1.5k", "2.5M"])


class Drawing(Case):
    def test_looks_are_fixed_and_distinct(self):
        names = list(drawing.KNOWN) + [f"new-{number}" for number in range(12)]
        looks = drawing.appearance(names)
        self.assertEqual(len(set(looks.values())), len(names))
        for name in drawing.KNOWN:
            self.assertEqual(drawing.appearance([name])[name], looks[name])
        alone = drawing.appearance(["new-3"])
        self.assertEqual(alone, drawing.appearance(["new-3"]))

    def test_a_loop_looks_like_its_structure(self):
        look = drawing.appearance(["loop:quad-heap@epoll", "loop:quad-heap@epoll+reinsert",
                                   "libevent"])
        self.assertEqual(look["loop:quad-heap@epoll"], drawing.KNOWN["quad-heap"])
        self.assertEqual(look["loop:quad-heap@epoll+reinsert"][0], drawing.KNOWN["quad-heap"][0])
        self.assertEqual(len(set(look.values())), 3)

    def test_curve_is_the_median_over_blocks(self):
        ccdfs = ([[10, 0.5], [100, 0.1], [900, 0]], [[20, 0.5], [200, 0.1], [700, 0]],
                 [[30, 0.5], [300, 0.1], [800, 0]])
        blocks = {seed: [{"ccdf": ccdf}] for seed, ccdf in enumerate(ccdfs)}
        curve = gallery.modules()["tail"].curve(blocks)
        self.assertEqual(curve[0], (20.0, 1.0))
        at_a_tenth = [ns for ns, share in curve if abs(share - 0.1) < 1e-9]
        self.assertEqual(at_a_tenth, [200.0, 800.0])

    def test_what_fires_before_its_deadline_stands_at_the_least(self):
        run = self.run_of([record(name, 0, 1.0, lateness_p50_ns=ns, **{"pass": "lateness"})
                           for name, ns in (("libevent", 50000), ("early", -300), ("earlier", -2000))])
        figure = gallery.modules()["lateness"].make(run, "lateness", inference.standings(run, "lateness"))
        self.assertEqual({row[4]: row[6:10] for row in figure.rows},
                         {"earlier": (0, -2.0, 1.0, "-2.00"), "early": (1, -0.3, 1.0, "-0.30"),
                          "libevent": (2, 50.0, 50.0, "50.0")})
        self.assertEqual(figure.variables["subject"], ["earlier", "early", "libevent"])

    def memory(self, **more):
        """Returns a figure of libevent, which keeps its memory, and a loop, which frees memory."""
        run = self.run_of([record(name, 0, 1.0, armed_peak=1000, bytes_per_timer=size / 1000,
                                  footprint_peak=size, **{"pass": "memory"},
                                  **{key: size / divisor for key in more})
                           for name, size, divisor in (("libevent", 9000, 1),
                                                       ("loop:quad-heap@epoll", 16000, 100))])
        return gallery.modules()["memory"].make(run, "memory", inference.standings(run, "memory"))

    def test_a_ring_is_what_is_left_after_a_peak(self):
        figure = self.memory(armed_after_peak=True)
        self.assertEqual(figure.variables["rings"], "after_peak_per_timer")
        self.assertEqual({(row[2], row[4]): row[7] for row in figure.rows},
                         {("bytes_per_timer", "libevent"): 9.0,
                          ("after_peak_per_timer", "libevent"): 9.0,
                          ("bytes_per_timer", "loop:quad-heap@epoll"): 16.0,
                          ("after_peak_per_timer", "loop:quad-heap@epoll"): 0.16})
        self.assertLessEqual(figure.variables["x_low"][0], 0.16)
        self.assertIn("ring", figure.variables["words"][0])

    def test_no_ring_where_it_was_not_measured(self):
        figure = self.memory()
        self.assertNotIn("rings", figure.variables)
        self.assertEqual({row[2] for row in figure.rows}, {"bytes_per_timer"})
        self.assertNotIn("ring", figure.variables["words"][0])

    def test_a_pair_names_both_workloads(self):
        lines = [line for workload in ("rpc", "rpc:stop=remove") for line in planted(
            {"binary-heap": 1}, 3, workload=workload, experiment="stops")]
        run = self.run_of(lines)
        figure = gallery.modules()["stops"].make(run, "stops", inference.standings(run, "time"))
        self.assertEqual([row[:2] for row in figure.rows], [(1, "rpc"), (1, "rpc:stop=remove")])

    def test_gnuplot_strings(self):
        self.assertEqual(drawing.assignment("a", ["it's", 2, 0.5]),
                         "array a[3] = ['it''s', 2, 0.5]\na_count = 3")
        self.assertEqual(drawing.bold_text("a_b@c"), "{/:Bold a\\_b\\@c}")

    def test_ids_in_a_page_are_its_own(self):
        svg = "<?xml?><svg id='a'><use xlink:href='#b'/><g fill='url(#c)' id='b'/></svg>"
        self.assertEqual(report.inlined(svg, "x", "h"),
                         '<svg id="x-a"><use xlink:href="#x-b"/>'
                         "<g fill='url(#x-c)' id=\"x-b\"/></svg>")


class Documented(Case):
    """CONTRIBUTING.md on figures: its example is drawn, and its tables are complete."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(SCRIPTS, "..", "CONTRIBUTING.md"), encoding="utf-8") as file:
            _, _, text = file.read().partition("### The two files of a figure\n")
        self.text = text.partition("\n## ")[0]
        self.parts = dict(re.findall(r"<!-- figure: (NAME[.]\w+) -->\n```\w+\n(.*?)```\n",
                                     self.text, re.S))
        self.run_here = self.run_of([line for n in (100, 1000) for line in planted(
            {"binary-heap": 1, "quad-heap": 0.5}, 8, seed=n, n=n)])

    def example(self):
        """Returns the Figure of the example, drawn."""
        for name, text in self.parts.items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        module = {}
        exec(self.parts["NAME.py"], module)
        standings = inference.standings(self.run_here, module["PASS"])
        figure = module["make"](self.run_here, "NAME", standings)
        figure.script = os.path.join(self.folder, "NAME")  # of no folder but its own
        for folder in ("data", "figures"):
            os.makedirs(os.path.join(self.folder, folder))
        return figure, figure.draw(self.folder)

    def test_the_example(self):
        figure, path = self.example()
        with open(path, encoding="utf-8") as file:
            drawn = file.read()
        self.assertIn("quad-heap", drawn)
        # The points, and those of the key.
        self.assertEqual(len(re.findall("<use [^>]*translate", drawn)), 4 + 2)

    def test_the_tables(self):
        figure, _ = self.example()
        rows = re.findall(r"^\| ([\d, to]+) \| (.*?) \|", self.text, re.M)
        self.assertEqual(re.findall(r"`(\w+)`", " ".join(columns for _, columns in rows)),
                         list(figure.header))
        numbers = [number for said, _ in rows for number in (
            range(int(said.split(" to ")[0]), int(said.split(" to ")[1]) + 1) if " to " in said
            else map(int, said.split(", ")))]
        self.assertEqual(numbers, list(range(1, len(figure.header) + 1)))
        named = re.findall(r"`(\w+)(?:\(\w+\))?`", " ".join(
            re.findall(r"^\| (`.*?) \|", self.text, re.M)))
        with open(os.path.join(drawing.SCRIPTS, "layouts", "style.gp"), encoding="utf-8") as file:
            style = re.findall(r"^(?:array )?(\w+)(?:\[\d+\]|\(\w+\))? *=", file.read(), re.M)
        self.assertEqual(set(named), {"scripts", "format", *figure.variables, *style} - {"inch"})


class Data(Case):
    """The data files of all figures, of the runs in results/, can be read without the figures."""

    RUNS = ("full", "lateness", "echo")
    WORKLOAD = re.compile(r"[a-z-]+(:[a-z-]+=[\w.,=%-]+)?(/[a-z-]+)?")

    def test_columns(self):
        scripts = set()
        for name in self.RUNS:
            for figure in figures.figures(records.open_run(os.path.join(RESULTS, name))):
                scripts.add(figure.script)
                with self.subTest(f"{name}: {figure.name}"):
                    self.check(figure)
        self.assertEqual(scripts, set(gallery.modules()))

    def check(self, figure):
        self.assertEqual(len(set(figure.header)), len(figure.header))
        self.assertEqual({len(row) for row in figure.rows}, {len(figure.header)})
        # A place of a map has a winner in place of a subject, and n may be the setting x or y.
        wanted = {"workload", "winner"} if "winner" in figure.header \
            else {"workload", "n", "subject"}
        self.assertLessEqual(wanted, set(figure.header))
        for row in figure.rows:
            cells = dict(zip(figure.header, map(drawing.plain, row)))
            self.assertTrue(self.WORKLOAD.fullmatch(cells["workload"]), cells)
            self.assertTrue(re.fullmatch(r"\d+", cells.get("n", "1")), cells)
            for column in figure.header:
                self.assertNotRegex(column + cells[column], r"[{}\\\t\n]", cells)


if __name__ == "__main__":
    sys.exit(main())
