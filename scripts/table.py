#!/usr/bin/python3
"""table.py DIR: a run as the one table that a person can read, on standard output.

First what a maintainer asks first: each structure's cost relative to the baseline in each workload
at the largest n. Then what stands behind it, cell by cell; then what failed, and what the null
control says can be resolved at all.
"""

import argparse
import fnmatch
import signal
import sys
import textwrap
from dataclasses import dataclass, field

import numpy

import records
import statistics
from records import count, duration, significant

WIDTH = 110


@dataclass
class Table:
    """A titled table, independent of how it is written. A row that is a string is a heading."""

    title: str
    header: list
    rows: list
    text: list = field(default_factory=list)  # sentences under the title
    right: int = 1  # columns from here on are numbers and stand to the right
    last_left: bool = False  # but the last one is words


def interval(ratio):
    """A ratio's 95 % interval as tables show it; empty where there is none."""
    return f"[{significant(ratio.low)}, {significant(ratio.high)}]" if ratio.has_interval else ""


# -------------------------------------------------------------------------------- what they show

def tables(run, measured="time", baseline=None, summary=False, choose=None,
           minimum_effect=statistics.MINIMUM_EFFECT):
    """Everything there is to show of a run of one family, in reading order."""
    baseline = baseline or run.baseline
    result = []
    found = {one: statistics.standings(run, one, baseline, minimum_effect, choose)
             for one in run.passes()}
    for one in sorted(found, key=lambda one: one != measured):
        for dispatch in run.dispatches(one)[:None if one == measured else 1]:
            mine = [standing for standing in statistics.ranking(found[one])
                    if standing.cell.dispatch == dispatch]
            if one in records.MORE:
                result.append(columns(run, mine, one))
            else:
                result += matrices(mine, one, baseline if one == measured else None, dispatch)
    if not summary and measured not in records.MORE:
        result += details(found.get(measured, []), measured, baseline)
    return result + [failures(run)] if run.failures else result


def columns(run, standings, measured):
    """Rows are subjects, columns all that the pass measures: medians over blocks."""
    words = records.MEASURES[measured][2]
    result = Table(words[0].upper() + words[1:] + ", and what goes with it",
                   [""] + [heading for _, heading in records.MORE[measured]], [],
                   ["Medians over blocks; max: the largest of all blocks.", evidence(standings)])
    for standing in standings:
        result.rows.append(f"{standing.cell.workload}, n = {count(standing.cell.n)}")
        found = [statistics.values(run, standing.cell, key)
                 for key, _ in records.MORE[measured]]
        for line in standing.lines:
            if line.subject.compared:
                result.rows.append([line.subject.name] + [
                    _column_text(key, values.get(line.subject.name))
                    for (key, _), values in zip(records.MORE[measured], found)])
    return result


def _column_text(key, blocks):
    if not blocks:
        return "-"
    value = max(blocks.values()) if key.endswith("_max_ns") else float(
        numpy.median(list(blocks.values())))
    return f"{100 * value:.1f} %" if key.endswith("_share") else significant(value)


def matrices(standings, measured, baseline, dispatch):
    """Rows are structures, columns workloads at their largest n; split where it gets too wide.

    With a baseline the cells are ratios to it, else values.
    """
    top = list(statistics.largest(standings).values())
    if not top:
        return []
    measure, unit, name = records.MEASURES[measured]
    if baseline and not any(standing.line(baseline) for standing in top):
        baseline = None
    title = f"Cost relative to {baseline}" if baseline else f"{name[0].upper()}{name[1:]} ({unit})"
    title += f", {sizes(top)}" + ("" if dispatch == "vtable" else f", {dispatch} dispatch")
    text = [(f"{name[0].upper()}{name[1:]} ({unit}). " if baseline else "") +
            "Less is better. * cheapest of its accuracy; = not told apart from it; - not measured.",
            evidence(top)]
    rows = _matrix_rows(top, baseline, unit)
    header = ["", "all" if baseline else ""] + [_column(standing, top) for standing in top]
    result = []
    for chosen in _chunks(header, rows):
        columns = [0, 1] + chosen if baseline else [0] + chosen
        result.append(Table(
            title + (", continued" if result else ""), [header[i] for i in columns],
            [row if isinstance(row, str) else [row[i] for i in columns] for row in rows],
            [] if result else text))
    return result


def _chunks(header, rows):
    """The columns from 2 on in groups that fit the page beside columns 0 and 1."""
    cells = [header] + [row for row in rows if not isinstance(row, str)]
    widths = [max(len(row[i]) for row in cells) + 2 for i in range(len(header))]
    groups, used = [[]], 0
    for i in range(2, len(header)):
        if groups[-1] and widths[0] + widths[1] + used + widths[i] > WIDTH:
            groups.append([])
            used = 0
        groups[-1].append(i)
        used += widths[i]
    return groups


def _column(standing, top):
    several = len({one.cell.experiment for one in top}) > 1
    same_n = len({one.cell.n for one in top}) == 1
    name = f"{standing.cell.experiment}: " if several else ""
    return name + standing.cell.workload + ("" if same_n else f" {count(standing.cell.n)}")


def _matrix_rows(top, baseline, unit):
    """Rows of [name, mean over all, one cell for each workload]."""
    rows = []
    if baseline:
        rows.append([f"{baseline}, {unit}", ""] + [
            significant(line.value) if (line := standing.line(baseline)) else "-"
            for standing in top])
    for accuracy in statistics.accuracies(top):
        rows.append(", ".join(accuracy))
        names = {line.subject.name for standing in top for line in standing.lines
                 if line.subject.accuracy == accuracy and line.subject.compared}
        block = [_matrix_row(name, [standing.line(name) for standing in top], baseline)
                 for name in names]
        rows += [row for _, row in sorted(block, key=lambda pair: pair[0])]
    if baseline and any(standing.floor_to_baseline for standing in top):
        floors = [standing.floor_to_baseline for standing in top]
        rows.append("the compulsory work alone")
        rows.append(["floor (fastest yardstick)", _overall(floors)] +
                    [significant(one.mean) if one else "-" for one in floors])
        alone = [next((line.to_baseline for line in standing.lines
                       if line.subject.kind == "harness"), None) for standing in top]
        if any(alone):
            rows.append(["replay alone (no work)", _overall(alone)] +
                        [significant(one.mean) if one else "-" for one in alone])
    return rows


def _matrix_row(name, lines, baseline):
    """(sorting key, row): the widest measured first, then the cheapest."""
    cells = []
    for line in lines:
        number = line and (line.to_baseline.mean if baseline and line.to_baseline
                           else None if baseline else line.value)
        mark = {"first": "*", "tied": "="}.get(line.place, " ") if line else " "
        cells.append("- " if number is None else significant(number) + mark)
    found = [line for line in lines if line]
    numbers = [line.to_baseline.mean if baseline and line.to_baseline else max(line.value, 1e-9)
               for line in found]
    mean = float(numpy.exp(numpy.mean(numpy.log(numbers))))
    overall = _overall([line.to_baseline if line else None for line in lines]) if baseline else ""
    return (-len(found), mean, name), [name, overall] + cells


def _overall(ratios):
    """The geometric mean over all workloads; a mean over some of them would flatter."""
    if not ratios or any(one is None for one in ratios):
        return "-"
    return significant(float(numpy.exp(numpy.mean([numpy.log(one.mean) for one in ratios]))))


def sizes(top):
    ns = sorted({standing.cell.n for standing in top})
    if len(ns) == 1:
        return f"n = {count(ns[0])}"
    return f"at the largest n of each workload ({count(ns[0])} to {count(ns[-1])})"


def evidence(standings):
    """How many blocks, and what that allows to say."""
    blocks = sorted({line.blocks for standing in standings for line in standing.lines})
    if not blocks:
        return ""
    if len(blocks) == 1:
        number = f"{blocks[0]} block{'s' if blocks[0] != 1 else ''}"
    else:
        number = f"{blocks[0]} to {blocks[-1]} blocks"
    if blocks[0] < statistics.ENOUGH_BLOCKS:
        return f"{number} a cell: INDICATIVE (a verdict needs {statistics.ENOUGH_BLOCKS})."
    return f"{number} a cell."


def details(standings, measured, baseline):
    """One table a workload: every n, every structure, by accuracy."""
    unit = records.MEASURES[measured][1]
    result = {}
    for standing in standings:
        cell = standing.cell
        title = cell.workload + ("" if cell.dispatch == "vtable" else f", {cell.dispatch}")
        if len({one.cell.experiment for one in standings}) > 1:
            title = f"{cell.experiment}: {title}"
        table = result.setdefault(title, Table(
            title, ["", unit, f"/ {baseline}", "95 %", "/ floor", "spread", "blocks", "verdict"],
            [], last_left=True))
        table.rows += _detail_rows(standing, baseline)
    return list(result.values())


def brief(standings, measured, baseline):
    """One table of every workload at its largest n: what a person looks at first."""
    top = list(statistics.largest(
        [one for one in standings if one.cell.dispatch == standings[0].cell.dispatch]).values())
    unit = records.MEASURES[measured][1]
    table = Table(f"{records.MEASURES[measured][2]}, {sizes(top)}".capitalize(),
                  ["", unit, f"/ {baseline}", "95 %", "/ floor", "spread", "blocks", "verdict"],
                  [], ["Less is better. * cheapest of its accuracy; = not told apart from it. A "
                       "verdict is against the baseline.", evidence(top)], last_left=True)
    for standing in top:
        rows = _detail_rows(standing, baseline)
        table.rows += [f"{standing.cell.workload}: {row}" if isinstance(row, str) else row
                       for row in rows]
    return table


def _detail_rows(standing, baseline):
    rows = []
    for accuracy in statistics.accuracies([standing]):
        heading = f"n = {count(standing.cell.n)}; {', '.join(accuracy)}"
        yardsticks = [line for line in standing.lines if line.subject.kind == "yardstick"]
        if yardsticks:
            heading += f"; floor {significant(standing.floor)} ({yardsticks[0].subject.name})"
        rows.append(heading)
        rows += [_detail_row(line, accuracy, standing, baseline) for line in standing.lines
                 if line.subject.compared and line.subject.accuracy == accuracy]
    return rows


def _detail_row(line, accuracy, standing, baseline):
    mark = {"first": "*", "tied": "="}.get(line.place, " ")
    one = line.to_baseline
    interval = ""
    if one and one.has_interval:
        interval = f"[{significant(one.low)}, {significant(one.high)}]"
    return [f"{mark} {line.subject.name}", significant(line.value),
            significant(one.mean) if one else "-", interval,
            significant(line.to_floor.mean) if line.to_floor else "-",
            f"{100 * line.spread:.0f} %" if line.blocks > 1 else "-", str(line.blocks),
            remark(line, standing, baseline)]


def remark(line, standing, baseline):
    """The verdict; for what may not be ranked against the baseline, what it pays with instead."""
    if line.overtaken:
        return f"not ranked: {100 * line.overtaken:.2g} % overtaken"
    if line.subject.name == baseline or not line.to_baseline:
        return ""
    reference = standing.line(baseline)
    if reference and line.subject.accuracy != reference.subject.accuracy:
        if line.lateness and reference.lateness and line.subject.when != reference.subject.when:
            later = line.lateness[0] - reference.lateness[0]
            return f"fires {duration(later)} later" if later > 0 else "fires no later here"
        return "other accuracy"
    return line.to_baseline.words


def failures(run):
    """Rows that are in no statistic, by subject and reason."""
    groups = {}
    for failure in run.failures:
        key = (failure.subject, failure.status, failure.measured)
        groups.setdefault(key, []).append(failure)
    rows = []
    for (subject, status, measured), members in sorted(groups.items()):
        workloads = sorted({member.workload for member in members})
        ns = sorted({member.n for member in members})
        where = workloads[0] if len(workloads) == 1 else f"{len(workloads)} workloads"
        at = count(ns[0]) if len(ns) == 1 else f"{count(ns[0])}..{count(ns[-1])}"
        rows.append([subject, measured, where, f"n = {at}", str(len(members)), status])
    return Table("Not measured", ["", "pass", "workload", "n", "rows", "status"], rows,
                 ["Rows whose status is not ok. They enter no statistic."], right=6)


def closing(run, measured="time"):
    """What the null control resolves, in a sentence or two."""
    control = statistics.control(run, measured)
    if not control:
        return "There was no null control, so what this run can resolve is not known."
    text = (f"Null control ({control.subject}: the same code, measured twice in each block): of "
            f"{control.ratios} ratios 95 % lay within {significant(control.low)} and "
            f"{significant(control.high)}; ")
    if not control.tested:
        return text + "with one block a cell nothing can be tested."
    text += f"called different in {control.different} of {control.tested} cells"
    if not numpy.isnan(control.resolvable):
        least = (f"differences below about {100 * (control.resolvable - 1):.1f} %"
                 if control.resolvable < 2
                 else f"ratios below about {significant(control.resolvable)}")
        text += f". With {control.blocks} blocks, {least} are not resolved here"
    return text + "."


def answer(standings, baseline):
    """The run's answer, one sentence for each accuracy, computed from the data."""
    if standings and standings[0].cell.measured in records.MORE:
        return [_range(standing) for standing in statistics.largest(standings).values()]
    sentences = []
    for accuracy in statistics.accuracies(standings):
        summary = statistics.summarise(standings, accuracy)
        if summary:
            sentences.append(_sentence(summary, standings, baseline))
    if not sentences:
        return ["Nothing has been ranked: there is no measurement to rank."]
    return sentences


def _range(standing):
    """From whom to whom: what nobody is ranked by, such as lateness, which can be early."""
    lines = sorted((line for line in standing.lines if line.subject.compared),
                   key=lambda line: line.value)
    _, unit, words = records.MEASURES[standing.cell.measured]
    low, high = lines[0], lines[-1]
    text = (f"{words[0].upper()}{words[1:]}, n = {count(standing.cell.n)}: from "
            f"{significant(low.value)} {unit} ({low.subject.name}) to {significant(high.value)} "
            f"{unit} ({high.subject.name})")
    fewest = min(line.blocks for line in lines)
    if fewest < statistics.ENOUGH_BLOCKS:
        text += f" (indicative: {fewest} block{'s' if fewest != 1 else ''})"
    return text + "."


def _sentence(summary, standings, baseline):
    low, high = summary.n
    at = count(high) if low == high else f"{count(low)} to {count(high)}"
    won = len(summary.wins[summary.winner])
    candidates = {line.subject.name
                  for standing in statistics.largest(standings).values()
                  for line in standing.lines
                  if line.ranked and line.subject.accuracy == summary.accuracy}
    text = f"With {at} timers, {promise(summary.accuracy)}: "
    if len(candidates) == 1:
        text += f"{summary.winner} is the only one"
    elif len(summary.wins) == 1:
        text += f"{summary.winner} costs least in all {summary.workloads} workloads" \
            if won > 1 else f"{summary.winner} costs least"
    else:
        text += f"{summary.winner} costs least in {won} of {summary.workloads} workloads"
    if summary.close:
        text += f" (in {summary.close} of them not told apart from the next)"
    parts = []
    if summary.winner != baseline and not numpy.isnan(summary.to_baseline):
        parts.append(f"{significant(summary.to_baseline)} x the cost of {baseline}")
    if not numpy.isnan(summary.to_floor):
        parts.append(f"{significant(summary.to_floor)} x the floor")
    if parts:
        text += "; on average " + " and ".join(parts)
    others = [f"{name} in {', '.join(sorted(workloads))}"
              for name, workloads in sorted(summary.wins.items()) if name != summary.winner]
    if others:
        text += "; elsewhere " + ", ".join(others)
    if summary.blocks < statistics.ENOUGH_BLOCKS:
        text += f" (indicative: {summary.blocks} block{'s' if summary.blocks != 1 else ''})"
    return text + "."


def promise(accuracy):
    """An accuracy pair as what is promised of each timer."""
    when = {"exact": "fired exactly", "to a tick": "fired to a tick",
            "late fraction": "fired late by a fraction"}
    ordering = {"by deadline": "in order of deadline", "by tick": "in order of tick",
                "unordered": "in any order"}
    return f"{when.get(accuracy[0], accuracy[0])} and {ordering.get(accuracy[1], accuracy[1])}"


# ------------------------------------------------------------------------------- how it is written

def write_sentence(sentence, out):
    for line in textwrap.wrap(sentence, WIDTH, break_on_hyphens=False):
        print(line, file=out)


def write_text(table, out):
    rows = [table.header] + [row for row in table.rows if not isinstance(row, str)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.header))]
    print(f"{table.title}\n{'-' * len(table.title)}", file=out)
    for sentence in table.text:
        write_sentence(sentence, out)
    print(_text_row(table, table.header, widths), file=out)
    for row in table.rows:
        print(f"{row}" if isinstance(row, str) else _text_row(table, row, widths), file=out)
    print(file=out)


def _text_row(table, row, widths):
    cells = []
    for i, (cell, width) in enumerate(zip(row, widths)):
        left = i < table.right or (table.last_left and i == len(row) - 1)
        cells.append(cell.ljust(width) if left else cell.rjust(width))
    return "  ".join(cells).rstrip()


def write_markdown(table, out):
    def line(cells):
        print("| " + " | ".join(cell.replace("|", "\\|").replace("*", "\\*") for cell in cells)
              + " |", file=out)

    print(f"### {table.title}\n", file=out)
    for sentence in table.text:
        if sentence:
            print(sentence.replace("*", "\\*") + "\n", file=out)
    line(table.header)
    line_marks = ["---" if i < table.right or (table.last_left and i == len(table.header) - 1)
                  else "--:" for i in range(len(table.header))]
    print("| " + " | ".join(line_marks) + " |", file=out)
    for row in table.rows:
        if isinstance(row, str):
            print("| **" + row + "** |" + " |" * (len(table.header) - 1), file=out)
        else:
            line(row)
    print(file=out)


def machine(environment):
    """The machine in one line."""
    parts = [str(environment[key]) for key in ("cpu", "hypervisor", "kernel", "compiler", "flags")
             if environment.get(key)]
    if environment.get("cores"):
        parts.insert(1 if environment.get("cpu") else 0, f"{environment['cores']} cores")
    return "; ".join(parts)


def parse_range(text):
    """'1e3..1e6' or '1e4' as (smallest, largest)."""
    low, _, high = text.partition("..")
    try:
        low = float(low)
        high = float(high) if high else low
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number or a range such as 1e3..1e6")
    return low, high


def add_choices(parser):
    """The options by which table and compare choose cells."""
    parser.add_argument("--workload", metavar="GLOB", help="only workloads that match")
    parser.add_argument("--n", metavar="RANGE", type=parse_range,
                        help="only these n: 1e4 or 1e3..1e6")
    parser.add_argument("--pass", dest="measured", choices=list(records.MEASURES),
                        help="what was measured (time, or what there is)")
    parser.add_argument("--baseline", metavar="NAME",
                        help="what the others are relative to (binary-heap; for loops, libevent)")
    parser.add_argument("--minimum-effect", metavar="SHARE", type=float,
                        default=statistics.MINIMUM_EFFECT,
                        help="the smallest difference worth a verdict (0.05)")


def chooser(arguments):
    """The function that says whether a cell was asked for."""
    def choose(cell):
        if arguments.workload and not (
                fnmatch.fnmatchcase(cell.workload, arguments.workload)
                or fnmatch.fnmatchcase(cell.workload.split("/")[0], arguments.workload)):
            return False
        return not arguments.n or arguments.n[0] <= cell.n <= arguments.n[1]
    return choose


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # table.py DIR | head is no error
    parser = argparse.ArgumentParser(prog="table.py", description="Prints a run as a table.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    parser.add_argument("--markdown", action="store_true", help="as Markdown")
    parser.add_argument("--summary", action="store_true", help="without the details")
    parser.add_argument("--brief", action="store_true",
                        help="one table of the largest n, and the answer after it")
    add_choices(parser)
    arguments = parser.parse_args()
    run = records.open_run(arguments.folder)
    for number, part in enumerate(run.parts()):
        if number:
            print()
        show(part, arguments)
    return 0


def show(run, arguments):
    """A run of one family."""
    measured = arguments.measured or main_pass(run)
    baseline = arguments.baseline or run.baseline
    choose = chooser(arguments)
    write = write_markdown if arguments.markdown else write_text
    shown = statistics.standings(run, measured, baseline, arguments.minimum_effect, choose)
    if not shown:
        print(f"{arguments.folder}: no row of pass {measured} with status ok here",
              file=sys.stderr)
    if arguments.brief and shown:
        write(columns(run, shown, measured) if measured in records.MORE
              else brief(shown, measured, baseline), sys.stdout)
        write_answer(run, shown, baseline, arguments)
        write_sentence(closing(run, measured), sys.stdout)
        return
    write_answer(run, shown, baseline, arguments)
    print()
    for table in tables(run, measured, baseline, arguments.summary, choose,
                        arguments.minimum_effect):
        write(table, sys.stdout)
    write_sentence(closing(run, measured), sys.stdout)


def main_pass(run):
    """The pass that tables are about when nobody says which."""
    return next(iter(run.passes()), "time")


def write_answer(run, shown, baseline, arguments):
    """Who wins, in sentences, and on which machine."""
    shown = statistics.ranking(shown)
    first = [standing for standing in shown if standing.cell.dispatch == shown[0].cell.dispatch]
    for sentence in answer(first, baseline) if shown else []:
        write_sentence(sentence, sys.stdout)
        print(end="\n" if arguments.markdown else "")
    if machine(run.environment):
        write_sentence(f"Measured on {machine(run.environment)}.", sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
