#!/usr/bin/python3
"""Tests how runs are read: plain and compressed cells.jsonl, lines that were edited by hand, and
records of different code. Prints "N passed, N failed" as its last line.
"""

import importlib
import json
import os
import subprocess
import sys
from unittest import mock

from helpers import SCRIPTS, Case, main, planted, record, records

import answer
import claims
import compare
import firsts
import provenance
import record_lines
import report
import table
import words


def line(**more):
    return json.dumps({**record("binary-heap", 1, 1.0), **more})


# (line that raises Unreadable, a part of the reason)
BY_HAND = (
    (line(ns_per_op=float("nan")), "NaN is not a number"),
    (line(ns_per_op=float("inf")), "Infinity is not a number"),
    (line(ns_per_op=float("-inf")), "-Infinity is not a number"),
    (line().replace('"ns_per_op": 1.0', '"ns_per_op": 1e999'), "1e999 is too large"),
    (line(ns_per_op=1e300), "1e+300 is too large"),
    (line(ns_per_op=1.85e19), "1.85e+19 is too large"),
    (line(timer_share=-1.85e19), "-1.85e+19 is too large"),
    (line(n=10 ** 20), "10000000000000000000... is too large"),
    (line(cpu_ns_per_firing=-1), "cpu_ns_per_firing is not a number"),
    (line(n=10 ** 400), "is too large"),
    (line(n=1e300), "1e+300 is too large"),
    (line(n=1000.5), "n is not a whole number"),
    (line(n=True), "n is not a whole number"),
    (line(n=-1), "n is not a whole number"),
    (line(n="1e3"), "n is not a whole number"),
    (line(n=None), "n is not a whole number"),
    (line(seed=[1]), "seed is not a whole number"),
    (line(subject=["binary-heap"]), "subject is not text"),
    (line(workload={}), "workload is not text"),
    (line(status=None), "status is not text"),
    (line(source_hash=7), "source_hash is not text"),
    (line(ns_per_op="1"), "ns_per_op is not a number"),
    (line(ns_per_op=-1.0), "ns_per_op is not a number"),
    (line(ns_per_op=True), "ns_per_op is not a number"),
    (line(tick_ns="1us"), "tick_ns is not a number"),
    (line(phases=7), "phases is not a list"),
    (line(phases=[7]), "phases is not a list"),
    (line(phases=[{"name": 7}, {"name": "b"}]), "the name of a phase"),
    (line(phases=[{"name": "a", "ns_per_op": []}, {"name": "b"}]), "ns_per_op is not a number"),
    ('{"subject": "binary-heap", "n": 1}', "workload is missing"),
    ("[" * 100000 + "]" * 100000, "nested too deeply"),
    ('{"a":' * 100000 + "1" + "}" * 100000, "nested too deeply"),
    ("[]", "not a JSON object"), ("null", "not a JSON object"), ("7", "not a JSON object"),
    ("{", "not JSON"), ("\0\0\0", "not JSON"), ("\ufeff{}", "not JSON"),
)

READERS = ((table, "run"), (report, "run"), (compare, "run", "run"),
           (compare, "quad-heap", "binary-heap", "--run", "run"), (firsts, "run"), (claims, "run"))


class Lines(Case):
    def compress(self, folder):
        subprocess.run(["zstd", "-q", "--rm", os.path.join(folder, "cells.jsonl")], check=True)

    def test_by_hand(self):
        good = planted({"binary-heap": 1, "quad-heap": 0.5}, 2)
        for text, reason in BY_HAND:
            run = self.run_of([good[0], text, *good[1:]])
            self.assertEqual(len(run.records), 4, text[:100])
            self.assertEqual(len(run.notes), 1, text[:100])
            self.assertIn("cells.jsonl line 2 is unreadable", run.notes[0])
            self.assertIn(reason, run.notes[0], text[:100])

    def test_what_is_read_quickly_is_what_is_read_slowly(self):
        numbers = record_lines.Numbers(frozenset(["ns_per_op", "tick_ns", "cpu_ns_per_firing"]))
        for text, _ in BY_HAND:
            self.assertIsNone(record_lines._read_quickly(text, numbers), text[:100])
        for text in (line(), line(tick_ns=None, map={"x": [1, 2.5, None, True]}, lateness_ns=-3),
                     line(phases=[{"name": "a", "ops": 1}, {"name": "b"}]), line(phases=[]),
                     line(note="1e999", ccdf=[[1, 0.5], [2, 1e-9]])):
            found = record_lines._read_quickly(text, numbers)
            self.assertEqual(found, record_lines._read_slowly(text, numbers))
            self.assertIsNotNone(found, text)

    def test_numbers_in_lists_are_looked_at(self):
        numbers = record_lines.Numbers(frozenset())
        for found in ([1, 1e300], [[1, -1e300]], [{"a": [1e300]}]):
            self.assertIsNone(record_lines._read_quickly(line(samples_ns=found), numbers), found)
        self.assertIsNotNone(record_lines._read_quickly(line(samples_ns=[1, 2e9]), numbers))

    def test_what_needs_a_closer_look_may_be_right(self):
        for text in (line(fired=9 * 10 ** 19), line(seed=10 ** 18), line(phases=None)):
            self.assertEqual(record_lines.read(text, record_lines.Numbers(frozenset())), json.loads(text))

    def test_what_is_just_right(self):
        good = [record("binary-heap", seed, 1.84e19, fired=9 * 10 ** 19, timer_share=share, tick_ns=0,
                       wall_ns_per_op=1, samples_ns=[])
                for seed, share in ((1, -0.5), (2, -1.84e19), (3, None))]
        self.assertEqual((self.run_of(good).records, self.run_of(good).notes), (good, []))

    def test_a_timer_may_fire_before_its_deadline(self):
        late = {"pass": "lateness", "lateness_p50_ns": -2300, "lateness_p99_ns": -1, "lateness_max_ns": 0}
        lines = [record("libevent-precise", 1, 1.0, **late), record("libevent", 1, 1.0, **late)]
        run = self.run_of(lines)
        self.assertEqual((run.records, run.notes), (lines, []))
        for value in ("-2300", True, [], 1e300):
            run = self.run_of([lines[0], {**lines[1], "lateness_p50_ns": value}])
            self.assertEqual((run.records, len(run.notes)), (lines[:1], 1), value)

    def test_pages_were_small_before_records_said_so(self):
        run = self.run_of([record("binary-heap", 1, 1.0), record("binary-heap", 2, 1.0, pages="small")])
        self.assertEqual({cell.workload for cell in run.cells}, {"hold"})
        run = self.run_of([record("binary-heap", 1, 1.0), record("binary-heap", 2, 1.0, pages="huge")])
        self.assertEqual({cell.workload for cell in run.cells}, {"hold", "hold pages=huge"})

    def test_by_hand_in_every_script(self):
        good = planted({"binary-heap": 1, "quad-heap": 0.5}, 8)
        self.write([text for text, _ in BY_HAND] + good)
        for module, *arguments in READERS:
            _, _, said = self.called(module, *arguments)
            self.assertIn("line 1 is unreadable (NaN is not a number)", said, module)
            self.assertIn(f"line {len(BY_HAND)} is unreadable", said, module)

    def test_without_a_last_newline(self):
        good = planted({"binary-heap": 1}, 2)
        whole = self.run_of(good[:1], tail=json.dumps(good[1]))
        self.assertEqual((len(whole.records), whole.notes), (2, []))
        torn = self.run_of(good[:1], tail=json.dumps(good[1])[:-20])
        self.assertEqual(len(torn.records), 1)
        self.assertIn("line 2 is unfinished", torn.notes[0])

    def test_another_schema_is_told_and_read(self):
        run = self.run_of([record("binary-heap", 1, 1.0), record("binary-heap", 2, 1.0, schema=2)])
        self.assertEqual((len(run.records), run.notes),
                         (2, ["cells.jsonl line 2 has schema 2, not 1"]))

    def test_the_last_of_two_counts(self):
        run = self.run_of([record("binary-heap", 1, 1.0), record("binary-heap", 1, 2.0)])
        self.assertEqual([one["ns_per_op"] for one in run.records], [2.0])

    def test_compressed(self):
        lines = planted({"binary-heap": 1, "quad-heap": 0.5}, 8)
        plain, packed = self.write(lines), self.write(lines, name="packed")
        self.compress(packed)
        self.assertEqual(records.Run(plain).records, records.Run(packed).records)
        for name in ("table.py", "report.py", "figures.py"):
            done = self.script(name, packed)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)

    def test_the_file_that_a_run_still_grows_counts(self):
        folder = self.write(planted({"binary-heap": 1}, 8))
        self.compress(folder)
        self.write(planted({"binary-heap": 1}, 9))
        self.assertEqual(len(records.Run(folder).records), 9)

    def test_a_damaged_compressed_file(self):
        folder = self.write(planted({"binary-heap": 1}, 800))
        self.compress(folder)
        path = os.path.join(folder, "cells.jsonl.zst")
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) // 2)
        done = self.script("table.py", folder)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("cells.jsonl.zst: ", done.stderr)


    def test_a_zstd_that_fails(self):
        folder = self.write(planted({"binary-heap": 1}, 8))
        self.compress(folder)
        for text, words in (("printf 'first\\nlast\\n' >&2; exit 1", "last"),
                            ("exit 3", "zstd failed"), (None, "zstd can't be started: No such file "
                                                              "or directory")):
            program = os.path.join(self.folder, "zstd")
            if text:
                with open(program, "w", encoding="utf-8") as out:
                    out.write(f"#!/bin/sh\n{text}\n")
                os.chmod(program, 0o755)
            else:
                os.remove(program)
            with mock.patch.dict(os.environ, PATH=self.folder), \
                    self.assertRaises(record_lines.Unreadable) as caught:
                records.Run(folder)
            self.assertEqual(str(caught.exception), words)


MACHINE = {"governor": "none visible", "compiler": "gcc 12", "cpu": "Example CPU"}


def written(machine_last=False, order='"order":3', **more):
    """Returns a line with the keys in the order of the bench.

    If `machine_last`, the order is that of older runs, with the keys about the machine last.
    """
    head = record("binary-heap", 1, 1.0)
    measured = {key: head.pop(key) for key in list(head)[list(head).index("ops"):]
                if key not in ("trace_hash", "source_hash")}
    ends = {"trace_hash": head.pop("trace_hash"), "source_hash": head.pop("source_hash")}
    del head["order"]
    measured.update({key: value for key, value in more.items() if key not in head})
    head.update({key: value for key, value in more.items() if key in head})
    before, after = ({}, MACHINE) if machine_last else ({**MACHINE, "trace_seconds": 0.5}, {})
    parts = (head, None, {"block": "b", "stride": 64, **ends, **before}, {"load": 0.5, **measured}, after)
    return "{" + ",".join(json.dumps(part, separators=(",", ":"))[1:-1] if part is not None else order
                          for part in parts if part != {}) + "}\n"


def in_halves(text, numbers=record_lines.Numbers(frozenset(["ns_per_op"]))):
    """Returns (record, halves) of a line that a run needs.

    `halves` is whether begin() and finish() read the line in two steps.
    """
    head, rest = record_lines.begin(text, numbers)
    try:
        return (record_lines.finish(head, rest, numbers), True) if rest else (head, False)
    except record_lines.CloserLook:
        return record_lines.read(text, numbers), False


class Halves(Case):
    """Reading lines in two steps, the measurements only if they are needed."""

    PLACE = '"order":3,"map":{"x":{"name":"n","value":"100"}}'

    def test_what_is_read_in_halves_is_what_is_read_at_once(self):
        numbers = record_lines.Numbers(frozenset(["ns_per_op"]))
        for machine_last in (False, True):
            for more in ({}, {"order": self.PLACE}, {"phases": [{"name": "a", "ops": 1}, {"name": "b"}]},
                         {"timer_share": -0.5}, {"ccdf": [[1, 0.5]]}, {"experiment": "other"}):
                text = written(machine_last, **more)
                self.assertEqual(in_halves(text), (json.loads(text), True), text)
                self.assertEqual(record_lines._read_quickly(text, numbers), json.loads(text))

    def test_what_failed_is_read_at_once(self):
        text = written(status="too slow")
        self.assertEqual(in_halves(text), (json.loads(text), False))

    def test_a_line_by_hand_is_what_the_decoder_says(self):
        for text in (written(order='"order":{"a":1'), written(order='"order":[1,2]'),
                     written(order='"order":3,"order":4'), written(order='"order":3,"n":4'),
                     written(order='"order":1.5'), written(order='"order":"a"'),
                     written().replace('"n":1000', '"n":1000,"n":2000'),
                     written().replace('"block":', '"ns_per_op":7,"block":'),
                     written().replace('"stride":', '"status":"failed","stride":'),
                     written(True).replace('"cpu":', '"status":"failed","cpu":'),
                     written(True).replace('"cpu":', '"ns_per_op":7,"cpu":'),
                     written(order='"order":3,"x":{"y":[1').replace('"load":', '"z":2]},"load":')):
            for read in (in_halves, lambda text: (record_lines.read(text, record_lines.Numbers(frozenset())), None)):
                try:
                    wanted = json.loads(text)
                except ValueError:
                    with self.assertRaises(record_lines.Unreadable, msg=text):
                        read(text)
                else:
                    self.assertEqual(read(text)[0], wanted, text)

    def test_what_is_not_to_be_read_is_refused(self):
        good = written()
        for old, new, reason in (
                ('"ns_per_op":1.0', '"ns_per_op":-1.0', "ns_per_op is not a number of at least 0"),
                ('"ns_per_op":1.0', '"ns_per_op":1e999', "1e999 is too large"),
                ('"fired":500', '"fired":null', "fired is not a whole number"),
                ('"stride":64', '"stride":NaN', "NaN is not a number"),
                ('"workload":"hold",', "", "workload is missing"),
                ('"samples_ns":[', '"samples_ns":[[', "not JSON"),
                ('"governor":', '"phases":[{"phases":[-1e999]}],"governor":', "is too large"),
                ('"load":0.5', '"load":0.5}', "not JSON")):
            text = good.replace(old, new)
            self.assertNotEqual(text, good)
            with self.assertRaises(record_lines.Unreadable) as caught:
                record_lines.read(text, record_lines.Numbers(frozenset(["ns_per_op"])))
            self.assertIn(reason, str(caught.exception))

    def lines(self, **more):
        """Returns lines of two structures and a null control in two passes, like the bench's."""
        return [written(subject=one["subject"], kind=one["kind"], seed=one["seed"], workload=workload,
                        ns_per_op=one["ns_per_op"], bytes_per_timer=8.0,
                        **{"pass": measured, "samples_ns": [one["ns_per_op"]], **more}).strip()
                for measured in ("time", "memory") for workload in ("hold", "idle")
                for one in planted({"binary-heap": 1, "quad-heap": 0.5, "again:binary-heap": 1}, 8)]

    def test_what_is_not_needed_is_in_no_cell(self):
        folder = self.write(self.lines())
        asked = []

        def needed(run, measured):
            asked.append((run.cells, len(measured), sorted(run.subjects)))
            return lambda one: one["subject"] == "quad-heap" and one["pass"] == "time"

        run, whole = records.Run(folder, needed), records.Run(folder)
        self.assertEqual(asked[0][1:], (96, ["again:binary-heap", "binary-heap", "quad-heap"]))
        self.assertEqual(run.passes(), ["time", "memory"])
        self.assertEqual((len(run.records), run.notes), (96, []))
        self.assertEqual({cell: set(subjects) for cell, subjects in run.cells.items()},
                         {cell: {"quad-heap"} for cell in whole.select("time")})
        for one, other in zip(run.records, whole.records):
            read = one["subject"] == "quad-heap" and one["pass"] == "time"
            self.assertEqual("ns_per_op" in one, read)
            self.assertEqual(one, other if read else {key: other[key] for key in one})
            self.assertEqual(one["status"], "ok")

    def test_scripts_say_the_same_of_a_run_that_is_read_at_once(self):
        lines = self.lines()
        self.write(lines, name="halves")
        # With a blank after each colon, a line can't be read in two steps.
        self.write([json.dumps(json.loads(text)) for text in lines], name="whole")
        begun = []
        with mock.patch.object(record_lines, "finish", side_effect=record_lines.finish) as finish:
            for module, *arguments in ((table,), (compare, "quad-heap", "binary-heap", "--run"),
                                       (compare, "quad-heap", "binary-heap", "--pass", "memory", "--run")):
                halves, whole = (self.called(module, *arguments, name) for name in ("halves", "whole"))
                begun.append(finish.call_count)
                finish.reset_mock()
                self.assertEqual(halves, tuple(text.replace("whole", "halves") if isinstance(text, str)
                                               else text for text in whole))
        self.assertEqual(begun, [48, 48, 48])

    def test_the_answer_needs_what_is_in_no_map(self):
        axis = '{"name":"%s","title":"%s","value":"%s","place":0}'
        order = '"order":3,"map":{"x":%s,"y":%s}' % (
            axis % ("n", "n", 1000), axis % ("stopped", "stopped", 0))
        lines = self.lines() + [
            written(order=order, workload="mix:stopped=0", experiment="map-small", seed=one["seed"],
                    subject=one["subject"], ns_per_op=one["ns_per_op"])
            for one in planted({"binary-heap": 1, "quad-heap": 3}, 8)]
        self.write(lines)
        needed = words.sentences(records.open_run(os.path.join(self.folder, "run"), answer.needed))
        self.assertEqual(needed, words.sentences(records.open_run(os.path.join(self.folder, "run"))))

    def test_what_is_damaged_and_needed_is_told(self):
        lines = self.lines()
        for place, told in ((0, True), (-1, False)):
            damaged = list(lines)
            damaged[place] = damaged[place].replace('"samples_ns":[', '"samples_ns":[[')
            self.write(damaged)
            status, _, said = self.called(table, "run")
            self.assertEqual((status, "line 1 is unreadable (not JSON)" in said), (0, told), said)
            self.assertEqual(len(said.splitlines()), told)


class Settings(Case):
    def test_what_an_experiment_says(self):
        folder = self.write(planted({"binary-heap": 1, "quad-heap": 0.5}, 8))
        with open(os.path.join(folder, "experiment.ini"), "w", encoding="utf-8") as file:
            file.write("[experiment]\nname = mine\nquestion = Which one?\n")
        run = records.open_run(folder)
        self.assertEqual(run.setting("question"), "Which one?")
        self.assertIsNone(run.setting("budget"))

    def test_the_memory_after_a_peak_is_for_each_timer(self):
        more = {"pass": "memory", "footprint_peak": 4000}
        run = self.run_of(planted({"binary-heap": 1, "quad-heap": 0.5}, 8, armed_peak=100,
                                  armed_after_peak=50, **more)
                          + planted({"rbtree": 1}, 8, armed_peak=100, **more))
        found = {one["subject"]: one.get("after_peak_per_timer") for one in run.records}
        self.assertEqual(found, {"binary-heap": 0.5, "quad-heap": 0.5, "rbtree": None})


class Environment(Case):
    def test_what_it_may_be(self):
        folder = self.write([record("binary-heap", 1, 1.0)])
        for text, environment, notes in (
                ('{"cpu": "x"}', {"cpu": "x"}, []), ("[1]", {}, []),
                ("", {}, ["env.json is missing: the machine is not known"]),
                ("{", {}, ["env.json is not JSON (Expecting property name enclosed in double quotes: "
                           "line 1 column 2 (char 1)): the machine is not known"])):
            with open(os.path.join(folder, "env.json"), "w", encoding="utf-8") as out:
                out.write(text)
            run = records.Run(folder)
            self.assertEqual((run.environment, run.notes, run.settings), (environment, notes, ""))


class Code(Case):
    """Records of different code, flags, compilers or libraries."""

    def lines(self, **more):
        """Returns records of eight blocks. In the last four, those of quad-heap have `more`."""
        found = planted({"binary-heap": 1, "quad-heap": 0.5}, 8)
        for one in found:
            one.update({"flags": "-O2", "compiler": "gcc 12", "libc": "2.36"})
            if one["subject"] == "quad-heap" and one["seed"] >= 4:
                one.update(more)
        return found

    def test_what_mixes(self):
        for key, words in (("source_hash", "2 versions of its code"), ("flags", "2 sets of flags"),
                           ("compiler", "2 compilers"), ("libc", "2 C libraries")):
            run = self.run_of(self.lines(**{key: "another"}))
            self.assertEqual(run.mixed, {("quad-heap", "time", "vtable"): words})
            self.assertEqual(run.notes, [f"measured from {words}: quad-heap"])
            self.assertEqual(len(run.doubts(["quad-heap", "binary-heap"], "time")), 1)
            self.assertEqual(run.doubts(["quad-heap"], "time", ["inline"]), [])

    def test_many_that_mix_are_counted(self):
        names = {"d": 1, "c": 1, "b": 1, "a": 1}
        for number, shown in ((3, "b, c, d"), (4, "a, b, c and 1 more")):
            chosen = dict(list(names.items())[:number])
            lines = planted(chosen, 2) + planted(chosen, 1, source_hash="another")
            run = self.run_of(lines)
            self.assertEqual(run.notes, [f"measured from 2 versions of its code: {shown}"])
            self.assertEqual([name for name, _, _ in run.mixed], sorted(chosen))

    def test_what_does_not(self):
        apart = [dict(one, source_hash="another", **{"pass": "memory"}, bytes_per_timer=8)
                 for one in self.lines()]
        failed = [record("quad-heap", 9, 1.0, source_hash="another", status="too slow"),
                  record("quad-heap", 9, 1.0, source_hash="another", outcome="wrong")]
        inline = [dict(one, source_hash="another", dispatch="inline") for one in self.lines()]
        run = self.run_of(self.lines() + apart + failed + inline)
        self.assertEqual(run.mixed, {})
        self.assertEqual(run.doubts(["quad-heap", "binary-heap"], "time"), [])

    def test_subjects_of_different_builds(self):
        lines = self.lines()
        for one in lines:
            if one["subject"] == "quad-heap":
                one["flags"] = "-O3"
        run = self.run_of(lines)
        self.assertEqual(run.mixed, {})
        self.assertEqual(run.doubts(["quad-heap", "binary-heap"], "time"),
                         ["they were built with 2 sets of flags"])
        self.assertEqual(run.doubts(["quad-heap"], "time"), [])

    def test_compare_refuses(self):
        self.write(self.lines(source_hash="another"))
        self.write(self.lines(), name="other")
        for words in (("quad-heap", "binary-heap", "--run", "run"), ("run", "other"),
                      ("other", "run")):
            status, out, said = self.called(compare, *words)
            self.assertEqual((status, out), (1, ""))
            self.assertIn("run: not compared: quad-heap was measured from 2 versions of its code",
                          said.splitlines()[-1])
            status, out, _ = self.called(compare, *words, "--mixed")
            self.assertEqual(status, 0)
            self.assertIn("quad-heap", out)

    def test_compare_says_what_is_of_other_code(self):
        self.write(self.lines())
        self.write([dict(one, source_hash=one["source_hash"] + "2") if one["subject"] == "quad-heap"
                    else one for one in self.lines()], name="other")
        status, out, _ = self.called(compare, "run", "other")
        self.assertEqual(status, 0)
        self.assertIn("Of other code or flags in B: quad-heap.", out)

    def test_outcomes(self):
        cases = ({"status": "ok"}, "ok"), ({"status": "too slow"}, "too slow"), \
            ({"status": "beyond the limit of 10000 timers"}, "left out"), \
            ({"status": "killed by signal 11 (SIGSEGV)"}, "failed"), \
            ({"status": "fired 3 of 4", "outcome": "wrong"}, "wrong"), \
            ({"status": "too slow", "outcome": "too slow"}, "too slow"), ({}, "failed")
        for keys, expected in cases:
            self.assertEqual(records.outcome(keys), expected)
        run = self.run_of([record("quad-heap", 1, 1.0, status="fired 3 of 4", outcome="wrong")])
        self.assertEqual((run.failures[0].outcome, run.cells), ("wrong", {}))

    def test_the_build_that_is_asked(self):
        def program(**environment):
            with mock.patch.dict(os.environ, environment):
                if not environment:
                    del os.environ["TIMERBED_HASHES"]
                return importlib.reload(provenance).PROGRAM

        self.addCleanup(importlib.reload, provenance)
        root = os.path.realpath(os.path.join(SCRIPTS, ".."))
        self.assertEqual(os.path.realpath(program()), os.path.join(root, "build", "timerbed-hashes"))
        self.assertEqual(program(TIMERBED_HASHES="x"), "x")

    def test_stale(self):
        program = os.path.join(self.folder, "hashes")
        with open(program, "w", encoding="utf-8") as out:
            out.write("#!/bin/sh\nfor name; do printf '%s\\ttime\\tquad-heap\\n' $name; done\n")
        os.chmod(program, 0o755)
        lines = self.lines()
        here = provenance.Provenance(lines, program)
        self.assertIs(here.stale("quad-heap", "time"), False)
        self.assertIs(here.stale("binary-heap", "time"), True)
        self.assertIsNone(here.stale("quad-heap", "memory"))
        self.assertIsNone(here.stale("nosuch", "time"))
        self.assertIsNone(provenance.Provenance(lines, program + "-nosuch").stale("quad-heap",
                                                                                  "time"))
        self.assertIs(provenance.Provenance(self.lines(source_hash="another"), program).stale(
            "quad-heap", "time"), True)
        with open(program, "a", encoding="utf-8") as out:
            out.write("exit 1\n")
        self.assertIsNone(provenance.Provenance(lines, program).stale("quad-heap", "time"))


if __name__ == "__main__":
    sys.exit(main())
