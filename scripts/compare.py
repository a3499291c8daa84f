#!/usr/bin/python3
"""compare.py A B: compares two subjects of one run, or two runs.

If A and B are names of subjects, the table has the ratio A/B in each cell, over the blocks in which
both replayed the same input. In the pass lateness it has the difference A - B in ns: a timer may
fire before its deadline, and a ratio of negative numbers means nothing.

If A and B are folders of runs, the table has the cost of each subject relative to the baseline in
both runs, side by side. Times of one run are never divided by times of the other run, as they may
be of different machines or days. Instead, the script compares the directions of the two ratios or
differences, and whether their intervals overlap.
"""

import functools
import math
import os
import sys
from typing import NamedTuple

import answer
import choices
import console
import inference
import passes
import records
import table
import words
from grid import Table, interval, write_text, write_markdown, write_sentence
from records import count, significant

USUAL_RUN = "out/quick"  # what make bench measures
KEPT_RUN = "results/quick"


def main():
    parser = console.Parser(
        prog="timerbed compare", description="Compares two structures in one run, or two runs: by "
        "ratios, or where numbers may be below 0, as in pass lateness, by differences.")
    parser.add_argument("a", metavar="A", help="a subject's name, or a run's folder")
    parser.add_argument("b", metavar="B", help="another")
    parser.add_argument("--run", metavar="DIR",
                        help=f"the run that two names are compared in ({USUAL_RUN})")
    parser.add_argument("--markdown", action="store_true", help="as Markdown")
    parser.add_argument("--mixed", action="store_true",
                        help="also compare records of different code, flags or compilers")
    choices.add(parser)
    arguments = parser.parse_args()
    if os.path.isdir(arguments.a) and os.path.isdir(arguments.b):
        return compare_runs(arguments)
    for name in (arguments.a, arguments.b):
        if os.sep in name and not os.path.isdir(name):
            console.fail(f"{name}: no such folder")
    arguments.run = arguments.run or usual_run()
    return compare_subjects(arguments)


def usual_run():
    """Returns the run that is compared without --run. Ends the program if there is none."""
    if not os.path.isdir(USUAL_RUN):
        kept = f" --run {KEPT_RUN} is a run that came with timerbed." \
            if os.path.isdir(KEPT_RUN) else ""
        console.fail(f"there is no {USUAL_RUN} to compare two subjects in: give --run FOLDER, or "
                     f"measure first with make bench.{kept}", 2)
    return USUAL_RUN


# ----------------------------------------------------------------------------- two structures

def compare_subjects(arguments):
    # choices.check() looks for the chosen workloads and n in all cells, so it needs all records.
    chosen = arguments.workload or arguments.n
    run = records.open_run(
        arguments.run, None if chosen else functools.partial(needed, arguments=arguments))
    choices.check(run, arguments)
    for name in (arguments.a, arguments.b):
        choices.check_subject(run, name)
    arguments.measured = arguments.measured or answer.main_pass(run)
    found = compared(run, arguments)
    if not found:
        console.fail(f"{arguments.run}: no block of pass {arguments.measured} holds both "
                     f"{arguments.a} and {arguments.b}")
    if refused(run, (arguments.a, arguments.b), {cell.dispatch for cell, _ in found}, arguments):
        return 1
    inference.decide([one for _, one in found], arguments.minimum_effect)
    write = write_markdown if arguments.markdown else write_text
    write(table_of(run, arguments, found), sys.stdout)
    write_sentence(overall(arguments, found), sys.stdout)
    write_sentence(table.closing(run, arguments.measured, some=bool(chosen)), sys.stdout)
    return 0


def needed(run, _, arguments):
    """Returns a function that returns whether a record is needed.

    It is an argument of records.open_run(). The needed records are those of the two subjects, of
    the null controls, and of the structures that the null controls repeat.
    """
    measured = arguments.measured or answer.main_pass(run)
    names = {arguments.a, arguments.b}
    for name, subject in run.subjects.items():
        if subject.control_of:
            names |= {name, subject.control_of}
    return lambda record: record["subject"] in names and record.get("pass", "time") == measured


def refused(run, names, dispatches, arguments):
    """Returns whether the records of these subjects must not be compared, and then prints why.

    With --mixed, all records may be compared.
    """
    measured = arguments.measured or answer.main_pass(run)
    doubts = [] if arguments.mixed else run.doubts(names, measured, dispatches)
    if doubts:
        more = f", and {len(doubts) - 1} more" if len(doubts) > 1 else ""
        console.say(f"{run.folder}: not compared: {doubts[0]}{more}; --mixed compares them all "
                    "the same")
    return bool(doubts)


def compared(run, arguments):
    """Returns [(cell, inference.Comparison of A and B), ...] of the cells with a common block."""
    one = passes.of(arguments.measured)
    choose = choices.chooser(arguments)
    result = []
    for cell in run.select(arguments.measured):
        if choose(cell):
            values = inference.values(run, cell, one.measure, (arguments.a, arguments.b))
            found = inference.comparer(one.name)(values.get(arguments.a, {}),
                                                 values.get(arguments.b, {}))
            if found:
                result.append((cell, found))
    return result


def table_of(run, arguments, found):
    """Returns the Table with a row for each cell: the ratio A / B, or the difference A - B."""
    several = len({cell.experiment for cell, _ in found}) > 1
    dispatches = len({cell.dispatch for cell, _ in found}) > 1
    measured = passes.of(arguments.measured)
    rows = []
    for cell, one in found:
        name = (f"{cell.experiment}: " if several else "") + cell.workload
        name += f", {cell.dispatch}" if dispatches else ""
        rows.append([name, count(cell.n), significant(one.mean), interval(one),
                     significant(one.median), str(one.blocks), probability(one.p),
                     probability(one.corrected), measured.words(one)])
    sign, kind = ("-", f"difference, {measured.unit}") if measured.differences else ("/", "ratio")
    a, b = (words.marked(run, name) for name in (arguments.a, arguments.b))
    return Table(f"{a} {sign} {b}",
                 ["workload", "n", kind, "95 %", "median", "blocks", "p", "Holm", "verdict"], rows,
                 remarks(run, arguments, found), last_left=True)


def remarks(run, arguments, found):
    """Returns sentences about the numbers of the table and about the two subjects."""
    one = passes.of(arguments.measured)
    what, test = ("Ratio", "log ratios")
    below = f"below 1, {arguments.a} costs less."
    if one.differences:
        what, test = ("Difference", "differences")
        below = f"below 0, {arguments.a} {one.verdict('faster')}. A ratio of such numbers would mean " \
                "nothing, as they may be at or below 0."
    text = [f"{what} of {one.title}, within blocks; {below} The p-values are of the t test of the "
            f"{test}, as they are and corrected (Holm) over this table."]
    a, b = (run.subjects[name] for name in (arguments.a, arguments.b))
    if a.accuracy != b.accuracy:
        text.append(f"They do not promise the same: {a.name} is {a.label}; {b.name} is {b.label}. "
                    "This is cost alone, not a ranking.")
    for name in (arguments.a, arguments.b):
        share = max(inference.overtaken(run, cell, name) for cell, _ in found)
        if share:
            text.append(f"{name} left up to {100 * share:.2g} % of firings overtaken: it did less "
                        "work than was asked.")
    return text + words.changed(run, {arguments.a, arguments.b})


def overall(arguments, found):
    measured = passes.of(arguments.measured)
    means = [one.mean for _, one in found]
    if measured.differences:
        kind, mean = "Mean", f"{significant(sum(means) / len(means))} {measured.unit}"
    else:
        kind, mean = "Geometric mean", significant(math.exp(sum(map(math.log, means)) / len(means)))
    verdicts = [one.verdict for _, one in found]
    say = measured.verdict
    counts = ", ".join(f"{say(word)} {verdicts.count(word)}" for word in
                       ("faster", "slower", "no difference", "not resolved") if word in verdicts)
    cells = "1 cell" if len(found) == 1 else f"{len(found)} cells"
    marked = sum(one.indicative for _, one in found)
    if marked:
        counts += (f"; {marked} of them indicative: fewer than {inference.ENOUGH_BLOCKS} blocks")
    return f"{kind} over {cells}: {mean}. Verdicts on {arguments.a}: {counts}."


def probability(p):
    if math.isnan(p):
        return "-"
    return "<0.001" if p < 0.001 else f"{p:.3f}"


# ------------------------------------------------------------------------------------- two runs

def compare_runs(arguments):
    runs = [records.open_run(folder) for folder in (arguments.a, arguments.b)]
    for run in runs:
        choices.check(run, arguments)
    sides = [against_baselines(run, arguments) for run in runs]
    shared = [key for key in sides[0] if key in sides[1]]
    if not shared:
        console.fail(f"{arguments.a} and {arguments.b} share no cell in which the same two were "
                     "compared")
    names = {name for key in shared for name in (key.subject, key.baseline)}
    for run in runs:
        if refused(run, names, {key.dispatch for key in shared}, arguments):
            return 1
    rows, same, overlapping = [], 0, 0
    for key in sorted(shared, key=lambda key: (key.workload, key.dispatch, key.n, key.subject)):
        a, b = sides[0][key], sides[1][key]
        agree, overlap, said = agreement(a, b, arguments.minimum_effect)
        same += agree
        overlapping += overlap
        name = key.workload if key.dispatch == "vtable" else f"{key.workload}, {key.dispatch}"
        unit = f" {passes.of(key.measured).unit}" if passes.of(key.measured).differences else ""
        rows.append([name, key.subject, count(key.n), significant(a.mean) + unit, interval(a),
                     significant(b.mean) + unit, interval(b), said])
    kind, text = explained(shared, arguments.minimum_effect)
    others = of_other_code(runs, names, arguments)
    if others:
        text.append(f"Of other code or flags in B: {', '.join(others)}.")
    write = write_markdown if arguments.markdown else write_text
    write(Table(f"A = {arguments.a}, B = {arguments.b}",
                      ["workload", "subject", "n", "A", "95 %", "B", "95 %", "A and B"], rows,
                      text, right=2, last_left=True), sys.stdout)
    write_sentence(
        f"{same} of {len(shared)} {kind}s point the same way; {overlapping} of {len(shared)} have "
        f"overlapping intervals. Only in one of the runs: "
        f"{len(sides[0]) + len(sides[1]) - 2 * len(shared)}.", sys.stdout)
    return 0


def explained(shared, minimum_effect):
    """Returns (kind, [text]). The kind is "ratio", "difference", or "comparison" if there are both.

    The text explains the columns A and B of the table.
    """
    said = {"ratio": f"Direction counts from a difference of {100 * minimum_effect:g} % on.",
            "difference": "Direction counts where the interval excludes 0."}
    kinds = sorted({"difference" if passes.of(key.measured).differences else "ratio" for key in shared},
                   reverse=True)
    baselines = " or ".join(sorted({key.baseline for key in shared}))
    text = " ".join([f"Each {' and each '.join(kinds)} is to {baselines} in its own run."]
                    + [said[kind] for kind in kinds]
                    + ["overlap: the two intervals have a common part; apart: they have none."])
    return kinds[0] if len(kinds) == 1 else "comparison", [text]


def of_other_code(runs, names, arguments):
    """Returns the names whose hashes of code and flags are known in both runs and differ."""
    measured = arguments.measured or answer.main_pass(runs[0])
    names = sorted(names)
    codes = [[run.hashes(name, measured) for name in names] for run in runs]
    return [name for name, a, b in zip(names, *codes) if a and b and a != b]


class Key(NamedTuple):
    """Identifies a comparison that both runs may have. The name of the experiment is not part of
    the key, so that runs of different experiments, such as quick and full, can be compared.
    """

    workload: str
    n: int
    dispatch: str
    measured: str
    subject: str
    baseline: str


def against_baselines(run, arguments):
    """Returns {Key: inference.Comparison of the subject with the baseline} of a run."""
    choose = choices.chooser(arguments)
    result = {}
    for part in run.parts():
        baseline = arguments.baseline or part.baseline
        measured = arguments.measured or answer.main_pass(part)
        for standing in inference.standings(part, measured, baseline, arguments.minimum_effect,
                                             choose):
            cell = standing.cell
            for line in standing.lines:
                if line.to_baseline and line.subject.compared and line.subject.name != baseline:
                    key = Key(cell.workload, cell.n, cell.dispatch, measured, line.subject.name,
                              baseline)
                    result.setdefault(key, line.to_baseline)
    return result


def agreement(a, b, minimum_effect):
    """Returns (whether the directions are equal, whether the intervals overlap, both in words)."""
    agree = a.direction(minimum_effect) == b.direction(minimum_effect)
    overlap = a.has_interval and b.has_interval and a.low <= b.high and b.low <= a.high
    said = "same direction" if agree else "DIFFERENT direction"
    if a.has_interval and b.has_interval:
        said += ", overlap" if overlap else ", apart"
    return agree, overlap, said


if __name__ == "__main__":
    console.run(main)
