#!/usr/bin/python3
"""paper.py RESULTS OUT: writes all parts of the paper that come from measurements.

It reads paper/numbers.tsv, which defines each number in the paper's text, and RESULTS, a run or a
folder of runs. It writes into OUT:

  numbers.tex     the definitions of the numbers, which the paper uses by name
  firsts.tex      a table of the cells where the project's own structure is first and where not
  costs.tex       a table of the costs at a million timers
  claims.tex      a table of the claims and their verdicts; claims.tsv has the same as data
  structures.tex  the list of structures, as `timerbed list` prints it
  numbers.tsv     each number's value, and the records that it comes from
  *.pdf           the figures of the run, as figures.py has drawn them

A number whose records are missing is an error. So is a name in the paper that numbers.tex does not
define, at which LaTeX stops. In the paper's text,

  \\num{NAME}     0.071                  is the value
  \\with{NAME}    0.071 [0.065, 0.078]   is the value and its 95 % interval

Both are marked as indicative if a measured time has fewer blocks than a verdict needs.

numbers.tsv has these columns, separated by tabs. A line that begins with # is a comment.

  name, kind, subject, against, workload, n, experiment, dispatch, pass, measure

The kinds are

  ratio    subject / against, within blocks
  difference
           subject - against, within blocks, of a measure that may be at or below 0 and so has no
           ratio
  called   the subject called through the function table / the same subject inlined
  value    the median over blocks
  largest  the largest value of all blocks, and of all workloads if workload is *
  ahead, tied, behind, few
           the number of the answer's cells of an experiment with that rank (firsts.py)
  cells    the number of all these cells
  tofloor  the geometric mean over these cells of the cost relative to the floor

The defaults are the dispatch vtable, the pass time and the measure of the pass. The subject `floor`
is the fastest yardstick of each block. The paper can also use names that numbers.tsv does not have:
the points of the answer, answer-which, -often, -much, -wrong and -apart, the remarks,
answer-remarks, and the names in circumstances(), null_control() and write_claims().
"""

import csv
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

import numpy

import answer
import claims
import console
import firsts
import inference
import passes
import records
import words
from records import count, significant

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COLUMNS = ("name", "kind", "subject", "against", "workload", "n", "experiment", "dispatch", "pass",
           "measure")


class Bad(Exception):
    """The input is wrong or lacks records. The argument says what is wrong."""


@dataclass
class Number:
    text: str
    interval: str = ""
    blocks: int = 0
    cell: records.Cell = None
    words: str = ""  # what the number is, for OUT/numbers.tsv

    @property
    def indicative(self):
        return self.cell is not None and self.blocks < inference.ENOUGH_BLOCKS \
            and not passes.of(self.cell.measured).exact


# --------------------------------------------------------------------------------- reading

def read_numbers(path):
    with open(path, encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows, names = [], set()
    for number, line in enumerate(lines, 1):
        if not line or line[0].startswith("#"):
            continue
        if len(line) > len(COLUMNS):
            raise Bad(f"{path}:{number}: {len(line)} columns, not {len(COLUMNS)}")
        row = dict(zip(COLUMNS, line + [""] * (len(COLUMNS) - len(line))))
        if not re.fullmatch(r"[a-z0-9-]+", row["name"]):
            raise Bad(f"{path}:{number}: a name is of small letters, digits and -: {row['name']}")
        if row["name"] in names:
            raise Bad(f"{path}:{number}: {row['name']} is there twice")
        if row["kind"] not in KINDS:
            raise Bad(f"{path}:{number}: no kind '{row['kind']}': {', '.join(KINDS)}")
        names.add(row["name"])
        row["line"] = f"{path}:{number}"
        rows.append(row)
    return rows


def own(rows):
    """Returns the project's own structure: the one whose places the rows count. The tables are about
    it, too."""
    return next(row["subject"] for row in rows if row["kind"] in firsts.PLACES)


def find_cell(runs, row):
    """Returns (part of a run, cell): the first with records of the subjects of a row. Raises Bad if
    there is none."""
    measured = row["pass"] or "time"
    wanted = records.Cell(row["experiment"], row["workload"], int(float(row["n"])),
                          row["dispatch"] or "vtable", measured)
    for run in runs:
        for part in run.parts():
            subjects = part.cells.get(wanted, {})
            if all(name in subjects for name in (row["subject"], row["against"])
                   if name and name != "floor"):
                return part, wanted
    raise Bad(f"{row['line']}: {row['name']}: no records of {row['subject']} "
              f"{row['against']} in {wanted.experiment}/{wanted.measured}/{wanted.dispatch}/"
              f"{wanted.workload}, n = {wanted.n}")


def measure_of(row):
    return row["measure"] or passes.of(row["pass"] or "time").measure


def blocks_of(part, cell, name, measure):
    values = inference.values(part, cell, measure)
    found = inference.floor(part, values) if name == "floor" else values.get(name, {})
    if not found:
        raise Bad(f"{cell}: {name} has no {measure}")
    return found


# ------------------------------------------------------------------------------ kinds of number

def ratio(runs, row):
    refuse_signed(row)
    return within_blocks(runs, row, inference.ratio, "/")


def difference(runs, row):
    return within_blocks(runs, row, inference.difference, "-")


def within_blocks(runs, row, compare, sign):
    part, cell = find_cell(runs, row)
    found = compare(blocks_of(part, cell, row["subject"], measure_of(row)),
                    blocks_of(part, cell, row["against"], measure_of(row)))
    if not found:
        raise Bad(f"{row['line']}: {row['name']}: no block holds both")
    return of_ratio(found, cell, f"{measure_of(row)}: {row['subject']} {sign} {row['against']}")


def refuse_signed(row):
    """A ratio means nothing where values may be at or below 0."""
    if measure_of(row) in passes.of(row["pass"] or "time").signed:
        raise Bad(f"{row['line']}: {row['name']}: {measure_of(row)} may be at or below 0 and has no "
                  f"ratio: take difference")


def of_ratio(found, cell, words):
    interval = f"[{significant(found.low, 2)}, {significant(found.high, 2)}]" \
        if found.has_interval else ""
    return Number(significant(found.mean, 2), interval, found.blocks, cell, words)


def value(runs, row, choose=numpy.median, word="median"):
    part, cell = find_cell(runs, row)
    sample = list(blocks_of(part, cell, row["subject"], measure_of(row)).values())
    low, high = numpy.quantile(sample, (0.25, 0.75))
    interval = f"[{significant(low, 2)}, {significant(high, 2)}]" if len(sample) > 1 else ""
    return Number(significant(float(choose(sample)), 3), interval, len(sample), cell,
                  f"{measure_of(row)}: {row['subject']}, {word} (quartiles)")


def largest(runs, row):
    if row["workload"] == "*":
        return largest_of_all(runs, row)
    return value(runs, row, numpy.max, "largest of all blocks")


def largest_of_all(runs, row):
    """Returns the largest value over all workloads of an experiment."""
    asked = (row["experiment"], int(float(row["n"])), row["dispatch"] or "vtable",
             row["pass"] or "time")
    found = [(found, cell) for run in runs for part in run.parts() for cell in part.cells
             if (cell.experiment, cell.n, cell.dispatch, cell.measured) == asked
             and row["subject"] in part.cells[cell]
             for found in blocks_of(part, cell, row["subject"], measure_of(row)).values()]
    if not found:
        raise Bad(f"{row['line']}: {row['name']}: no records of {row['subject']}")
    most, cell = max(found)
    return Number(significant(most, 3), blocks=len(found), cell=cell,
                  words=f"{measure_of(row)}: {row['subject']}, largest of all blocks and workloads")


def called(runs, row):
    """Returns the ratio called / inlined. Both ways of calling replay the same traces, which pair
    the blocks."""
    refuse_signed(row)
    part, cell = find_cell(runs, {**row, "dispatch": "vtable"})
    _, other = find_cell(runs, {**row, "dispatch": "inline"})
    found = inference.ratio(*(blocks_of(part, one, row["subject"], measure_of(row))
                               for one in (cell, other)))
    if not found:
        raise Bad(f"{row['line']}: {row['name']}: no trace was replayed both ways")
    return of_ratio(found, cell, f"{measure_of(row)}: {row['subject']}, called / inlined")


def ranks_of(runs, subject, experiment, n=None):
    """Returns the ranks in the first run that has any. Runs are never mixed."""
    for run in runs:
        for part in run.parts():
            found = firsts.ranks(part, subject, lambda cell: (
                cell.experiment == experiment and n in (None, cell.n)))
            if found:
                return found
    raise Bad(f"{experiment} has nothing of {subject}")


def ranks_for(runs, row):
    return ranks_of(runs, row["subject"], row["experiment"],
                    int(float(row["n"])) if row["n"] else None)


def places(runs, row):
    found = ranks_for(runs, row)
    return Number(str(sum(row["kind"] in ("cells", rank.place) for rank in found)),
                  words=f"cells of {row['experiment']}: {row['kind']}")


def to_floor(runs, row):
    return Number(significant(firsts.to_floor(ranks_for(runs, row)), 2),
                  words=f"geometric mean over the cells of {row['experiment']}, to the floor")


KINDS = {"ratio": ratio, "difference": difference, "called": called, "value": value,
         "largest": largest, "ahead": places, "tied": places, "behind": places, "few": places, "cells": places, "tofloor": to_floor}


# --------------------------------------------------------------------- numbers that are no cell's

def circumstances(runs, command):
    """Returns {name: Number} of the machine, the run and the numbers of structures and workloads.

    `command` is the program timerbed.
    """
    environment = runs[0].environment
    rows = [record for run in runs for record in run.records]
    listed = {kind: subprocess.run([command, "list", kind], check=True, text=True,
                                   capture_output=True).stdout.splitlines()
              for kind in ("structures", "workloads", "experiments")}
    text = {
        "machine-cpu": environment.get("cpu", "unknown"),
        "machine-cores": environment.get("cores", "?"),
        "machine-memory": f"{environment.get('memory_gib', 0):.0f}",
        "machine-kernel": environment.get("kernel", "unknown"),
        "machine-os": environment.get("os", "unknown"),
        "machine-compiler": environment.get("compiler", "unknown"),
        "machine-flags": environment.get("flags", "unknown"),
        "machine-pages": environment.get("huge_pages", "unknown"),
        "run-date": str(environment.get("date", "unknown"))[:10],
        "run-revision": environment.get("revision", "unknown"),
        "run-records": f"{len(rows):,}".replace(",", r"\,"),
        "run-failed": str(sum(record.get("status") != "ok" for record in rows)),
        "run-blocks": f"{len({block_of(record) for record in rows}):,}".replace(",", r"\,"),
        "run-hours": f"{sum(record.get('cell_seconds') or 0 for record in rows) / 3600:.1f}",
        "structures": str(len(listed["structures"])),
        "workloads": str(len(listed["workloads"])),
    }
    return {name: Number(escape(value) if "\\" not in str(value) else value)
            for name, value in text.items()}


def block_of(record):
    return tuple(str(record.get(key)) for key in (
        "experiment", "workload", "n", "dispatch", "pass", "seed", "trace_hash"))


def answers(runs):
    """Returns {name: Number} of the answer for structures, from the first run that ranks any."""
    for run in runs:
        for part in run.parts():
            said = words.named(answer.work_out(part)) if part.family == "structures" else {}
            if said:
                said["remarks"] = " ".join(words.remarks(part))
                return {f"answer-{name}": Number(escape(sentence)) for name, sentence in said.items()}
    raise Bad("no run ranks any structures")


def null_control(runs):
    """Returns {name: Number} of the null control: a structure compared with itself, which shows
    what differences the run can resolve."""
    for run in runs:
        for part in run.parts():
            control = inference.control(part)
            if control and control.ratios > 10:
                return {"null-low": Number(significant(control.low, 2)),
                        "null-high": Number(significant(control.high, 2)),
                        "null-tested": Number(str(control.tested)),
                        "null-different": Number(str(control.different)),
                        "null-resolvable": Number(
                            f"{100 * (control.resolvable - 1):.0f}")}
    raise Bad("the run has no null control")


# --------------------------------------------------------------------------------- writing

ESCAPES = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
           "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\u2020": r"\dag{}", "\u2021": r"\ddag{}"}


def escape(text):
    return "".join(ESCAPES.get(character, character) for character in str(text))


def write(folder, name, lines):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write("% by scripts/paper.py; do not edit\n" + "\n".join(lines) + "\n")


def write_numbers(folder, found):
    lines = []
    for name, number in sorted(found.items()):
        mark = r"\indicative" if number.indicative else ""
        lines.append(rf"\definenumber{{{name}}}{{{number.text}{mark}}}"
                     rf"{{{(number.text + ' ' + number.interval).strip()}{mark}}}")
    write(folder, "numbers.tex", lines)


def write_provenance(folder, rows, found):
    with open(os.path.join(folder, "numbers.tsv"), "w", encoding="utf-8") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(("name", "number", "interval", "what", "experiment", "pass", "dispatch",
                        "workload", "n", "blocks"))
        for row in rows:
            number, cell = found[row["name"]], found[row["name"]].cell
            where = (cell.experiment, cell.measured, cell.dispatch, cell.workload, count(cell.n)) \
                if cell else (row["experiment"], "", "", "", "")
            table.writerow((row["name"], number.text, number.interval, number.words,
                            *where, number.blocks or "all"))


def write_firsts(folder, runs, subject):
    """Writes firsts.tex, with a row per workload and a column per n.

    A cell has the subject's cost relative to the cheapest other structure, the name of that
    structure, and the place as a mark.
    """
    found = ranks_of(runs, subject, "cost")
    sizes = sorted({rank.cell.n for rank in found})
    workloads = sorted({rank.cell.workload for rank in found})
    marks = {"ahead": r"\textbf{%s}", "tied": r"%s\tied", "behind": "%s", "few": r"%s\indicative"}
    lines = [r"\begin{tabular}{@{}l" + "rl" * len(sizes) + "@{}}", r"\toprule",
             "workload & " + " & ".join(rf"\multicolumn{{2}}{{c}}{{$n={latex_count(n)}$}}"
                                        for n in sizes) + r" \\", r"\midrule"]
    for workload in workloads:
        cells = []
        for n in sizes:
            rank = next((rank for rank in found if rank.cell.workload == workload
                         and rank.cell.n == n), None)
            cells.append(" & " if not rank else
                         marks[rank.place] % significant(rank.against.mean, 2)
                         + rf" & \other{{{escape(rank.best)}}}")
        lines.append(rf"{escape(workload)} & " + " & ".join(cells) + r" \\")
    write(folder, "firsts.tex", lines + [r"\bottomrule", r"\end{tabular}"])


def latex_count(n):
    text = count(n)
    if "e" in text:
        head, power = text.split("e")
        return (f"{head}\\cdot " if head != "1" else "") + f"10^{{{power}}}"
    return text


SHOWN = ("binary-heap", "cached-binary-heap", "quad-heap", "ladder-queue", "common-timeout",
         "lazy:quad-heap", "lazy:common-timeout", "hierarchical-wheel")


def write_costs(folder, runs, subject, n=1000000):
    """Writes costs.tex, with a row per workload: the first of SHOWN in ns, and the others, the
    subject and the floor relative to the baseline."""
    part = next((part for run in runs for part in run.parts()
                 if any(cell.experiment == "cost" and cell.n == n for cell in part.cells)), None)
    if part is None:
        raise Bad(f"no cells of experiment cost at n = {n}")
    names = [name for name in (*SHOWN, subject) if name in part.subjects]
    lines = [r"\begin{tabular}{@{}l" + "r" * (len(names) + 1) + "@{}}", r"\toprule",
             "workload & " + " & ".join(
                 rf"\rotatebox{{55}}{{{escape(name)}{', ns' if not index else ''}}}"
                 for index, name in enumerate(names))
             + r" & \rotatebox{55}{floor} \\", r"\midrule"]
    for standing in answer.standings(part):
        if (standing.cell.experiment, standing.cell.n) == ("cost", n):
            lines.append(_cost_row(standing, names))
    write(folder, "costs.tex", lines + [r"\bottomrule", r"\end{tabular}"])


def _cost_row(standing, names):
    """Returns a row in LaTeX. The cheapest of the subjects that are exact and in order, and those
    that cannot be told apart from it, are bold."""
    shown = []
    for index, name in enumerate(names):
        line = standing.line(name)
        if not line or (index and not line.to_baseline):
            shown.append("--")
            continue
        text = significant(line.to_baseline.mean, 2) if index else significant(line.value, 3)
        least = line.place in ("first", "tied") and line.subject.accuracy == records.EXACT
        shown.append(rf"\textbf{{{text}}}" if least else text)
    floor = standing.floor_to_baseline
    shown.append(significant(floor.mean, 2) if floor else "--")
    return rf"{escape(standing.cell.workload)} & " + " & ".join(shown) + r" \\"


def write_structures(folder, command):
    lines = []
    for line in subprocess.run([command, "list", "structures"], check=True, text=True,
                               capture_output=True).stdout.splitlines():
        name, _, summary = line.partition(" ")
        lines.append(rf"\structure{{{escape(name)}}}{{{escape(summary.strip())}}}")
    write(folder, "structures.tex", lines)


def judge(runs, draft):
    """Returns a row for each claim. In a draft, claims that the runs cannot judge are left out;
    otherwise they raise Bad."""
    rows, missing = [], []
    for claim in claims.read_claims(claims.CLAIMS):
        try:
            rows.append(claims.judge(claim, runs))
        except claims.Missing as error:
            missing.append(f"claim {claim.id}: {error}")
    if missing and not draft:
        raise Bad("\npaper.py: ".join(missing))
    return rows


def write_claims(folder, runs, draft):
    """Writes claims.tex and claims.tsv. Returns {name: Number} of each claim's verdict and of the
    counts of verdicts."""
    rows = judge(runs, draft)
    claims.write_rows(os.path.join(folder, "claims.tsv"), rows)
    found = {f"claim-{claim.id.lower()}": Number("??")
             for claim in claims.read_claims(claims.CLAIMS)}
    found["claims"] = Number(str(len(rows)))
    lines = []
    for row in rows:
        mark = r"\indicative" if row["indicative"] == "yes" else ""
        shown = f"{claims.number(row['value'])} [{claims.number(row['low'])}, " \
                f"{claims.number(row['high'])}]"
        lines.append(rf"\claim{{{row['id']}}}{{{escape(row['statement'])}}}"
                     rf"{{{escape(row['source'])}}}{{{row['verdict']}{mark}}}{{{shown}}}")
        found[f"claim-{row['id'].lower()}"] = Number(row["verdict"])
    write(folder, "claims.tex", lines)
    for verdict, name in ((claims.REPRODUCED, "reproduced"), (claims.CONSTANT, "constant"),
                          (claims.REFUTED, "refuted"), (claims.UNRESOLVED, "unresolved")):
        found[f"claims-{name}"] = Number(str(sum(row["verdict"] == verdict for row in rows)))
    return found


def copy_figures(folder, runs):
    """Copies the figures of all runs. If several have a figure of one name, the last run wins."""
    for run in runs:
        figures = os.path.join(run.folder, "figures")
        for name in sorted(os.listdir(figures) if os.path.isdir(figures) else []):
            if name.endswith(".pdf"):
                shutil.copyfile(os.path.join(figures, name), os.path.join(folder, name))


def open_runs(folder):
    """Returns the run in a folder, or all runs inside the folder, as a list.

    `full` is the first, and the others are ordered by name.
    """
    if records.is_run(folder):
        return [records.open_run(folder)]
    inside = sorted(name for name in (os.listdir(folder) if os.path.isdir(folder) else [])
                    if records.is_run(os.path.join(folder, name)))
    if not inside:
        raise Bad(f"{folder}: neither a run nor a folder of runs")
    inside.sort(key=lambda name: name != "full")
    return [records.open_run(os.path.join(folder, name)) for name in inside]


def main():
    parser = console.Parser(prog="paper.py",
                            description="What the paper takes from measurements.")
    parser.add_argument("results", metavar="RESULTS", help="a run, or a folder of runs")
    parser.add_argument("out", metavar="OUT", help="where the parts of the paper go")
    parser.add_argument("--draft", action="store_true",
                        help="go on without what the run has not: ?? in the text")
    parser.add_argument("--command", default="build/timerbed", help="the command timerbed")
    arguments = parser.parse_args()
    try:
        os.makedirs(arguments.out, exist_ok=True)
        runs = open_runs(arguments.results)
        rows = read_numbers(os.path.join(ROOT, "paper/numbers.tsv"))
        missing, found = [], {}
        for row in rows:
            try:
                found[row["name"]] = KINDS[row["kind"]](runs, row)
            except Bad as error:
                missing.append(str(error))
        if missing and not arguments.draft:
            raise Bad("\npaper.py: ".join(missing))
        for row in rows:
            found.setdefault(row["name"], Number("??"))
        found.update(circumstances(runs, arguments.command))
        found.update(answers(runs))
        found.update(null_control(runs))
        found.update(write_claims(arguments.out, runs, arguments.draft))
        write_numbers(arguments.out, found)
        write_provenance(arguments.out, rows, found)
        write_firsts(arguments.out, runs, own(rows))
        write_costs(arguments.out, runs, own(rows))
        write_structures(arguments.out, arguments.command)
        copy_figures(arguments.out, runs)
    except (Bad, claims.Malformed) as error:
        console.fail(error)
    return 0


if __name__ == "__main__":
    console.run(main)
