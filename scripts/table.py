#!/usr/bin/python3
"""table.py DIR: prints the answer of a run, and the tables on which it rests.

With --all, it then prints all other tables: each structure's cost in each workload, n by n; each
cell in full; and the cells that failed. The last sentence is about the smallest difference that the
null control resolves. --summary is like --all, but leaves out the cells in full. With an option
that chooses cells or a pass, the script does not print the answer, and says so. Then all tables
have only the chosen cells, and those of the chosen pass come first.
"""

import os
import sys
import textwrap

import numpy

import answer
import answer_tables
import choices
import console
import inference
import passes
import records
import words
from grid import WIDTH, Table, interval, write_markdown, write_sentence, write_text
from records import count, duration, significant


# Lines of a screen for the two sentences about a second family and for the commands to type next.
RESERVED = 9

# What a table says of a structure that has no verdict, because its accuracy is another. legend()
# defines these words.
OTHER, NO_LATER = "other accuracy", "fires no later here"

# ------------------------------------------------------------------------------------- tables

def tables(run, measured="time", baseline=None, summary=False, choose=None,
           minimum_effect=inference.MINIMUM_EFFECT):
    """Returns all Tables of a run of one family, in reading order."""
    baseline = baseline or run.baseline
    result = []
    found = {one: inference.standings(run, one, baseline, minimum_effect, choose)
             for one in run.passes()}
    for one in sorted(found, key=lambda one: one != measured):
        for dispatch in run.dispatches(one)[:None if one == measured else 1]:
            mine = [standing for standing in inference.ranking(found[one])
                    if standing.cell.dispatch == dispatch]
            if passes.of(one).columns:
                result += [columns(run, mine, one)] if mine else []
            else:
                result += matrices(run, mine, one, baseline if one == measured else None, dispatch)
                result += beside(run, mine, one)
    if not summary and not passes.of(measured).columns:
        result += details(run, found.get(measured, []), measured, baseline)
    failed = failures(run, choose)
    return result + [failed] if failed.rows else result


def columns(run, standings, measured):
    """Returns the Table of a pass that ranks nothing, with a column for each of its measures."""
    one = passes.of(measured)
    lowest = min((line.value for standing in standings for line in standing.lines), default=0)
    return _columns(run, standings, one.columns, f"{one.heading}, and what goes with it",
                    ["Medians over blocks; max: the largest of all blocks.",
                     one.below_0 if lowest < 0 else "", evidence(standings)])


def beside(run, standings, measured):
    """Returns a list with the additional Table of a pass that ranks, if the run has data for it."""
    table = passes.of(measured).beside
    known = [one for one in standings if table and inference.values(run, one.cell, table.key)]
    return [_columns(run, known, table.columns, table.title,
                     [table.text, "Medians over blocks.", evidence(known)])] if known else []


def _columns(run, standings, shown, title, text):
    result = Table(title, [""] + [heading for _, heading in shown], [], text)
    for standing in standings:
        result.rows.append(f"{standing.cell.workload}, n = {count(standing.cell.n)}")
        found = [inference.values(run, standing.cell, key) for key, _ in shown]
        for line in standing.lines:
            if line.subject.compared:
                result.rows.append([words.marked(run, line.subject.name)] + [
                    _column_text(key, values.get(line.subject.name))
                    for (key, _), values in zip(shown, found)])
    return result


def _column_text(key, blocks):
    if not blocks:
        return "-"
    value = max(blocks.values()) if key.endswith("_max_ns") else float(
        numpy.median(list(blocks.values())))
    return f"{100 * value:.1f} %" if key.endswith("_share") else significant(value)


def matrices(run, standings, measured, baseline, dispatch):
    """Returns Tables of structures (rows) by workloads (columns) for each n.

    A table that is too wide is split into several.
    """
    sizes = sorted({standing.cell.n for standing in standings})
    return [table for n in sizes for table in _matrix(
        run, [one for one in standings if one.cell.n == n], measured, baseline, dispatch)]


def _matrix(run, top, measured, baseline, dispatch):
    """Returns the Tables of one n. They have ratios to the baseline, or values if it is None."""
    unit, name = passes.of(measured).unit, passes.of(measured).heading
    if baseline and not any(standing.line(baseline) for standing in top):
        baseline = None
    title = f"Cost relative to {baseline}" if baseline else f"{name} ({unit})"
    title += f", {sizes(top)}" + ("" if dispatch == "vtable" else f", {dispatch} dispatch")
    text = [(f"{name} ({unit}). " if baseline else "") +
            "Less is better. * cheapest of its accuracy; = not told apart from it; - not measured.",
            evidence(top)]
    rows = _matrix_rows(run, top, baseline, unit)
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
    """Returns the indices from 2 on in groups that fit on a page beside the columns 0 and 1."""
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


def _matrix_rows(run, top, baseline, unit):
    """Returns rows [name, mean over all workloads, a text for each workload] and headings."""
    rows = []
    if baseline:
        rows.append([f"{baseline}, {unit}", ""] + [
            significant(line.value) if (line := standing.line(baseline)) else "-"
            for standing in top])
    for accuracy in inference.accuracies(top):
        rows.append(", ".join(accuracy))
        names = {line.subject.name for standing in top for line in standing.lines
                 if line.subject.accuracy == accuracy and line.subject.compared}
        block = [_matrix_row(name, [standing.line(name) for standing in top], baseline)
                 for name in names]
        rows += [[words.marked(run, name)] + row
                 for (_, _, name), row in sorted(block, key=lambda pair: pair[0])]
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
    """Returns (sorting key, row without its name). The key ends with the name.

    Structures that were measured in the most workloads come first, then the cheapest.
    """
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
    return (-len(found), mean, name), [overall] + cells


def _overall(ratios):
    """Returns the geometric mean as text, or "-" if a workload is missing.

    A mean over only some workloads could not be compared with the other means.
    """
    if not ratios or any(one is None for one in ratios):
        return "-"
    return significant(float(numpy.exp(numpy.mean([numpy.log(one.mean) for one in ratios]))))


def sizes(top):
    ns = sorted({standing.cell.n for standing in top})
    if len(ns) == 1:
        return f"n = {count(ns[0])}"
    return f"at the largest n of each workload ({count(ns[0])} to {count(ns[-1])})"


def evidence(standings):
    """Returns a sentence with the number of blocks, and whether verdicts are indicative."""
    blocks = sorted({line.blocks for standing in standings for line in standing.lines})
    if not blocks:
        return ""
    if len(blocks) == 1:
        number = f"{blocks[0]} block{'s' if blocks[0] != 1 else ''}"
    else:
        number = f"{blocks[0]} to {blocks[-1]} blocks"
    if blocks[0] < inference.ENOUGH_BLOCKS:
        return f"{number} a cell: INDICATIVE (a verdict needs {inference.ENOUGH_BLOCKS})."
    return f"{number} a cell."


def details(run, standings, measured, baseline):
    """Returns a Table for each workload, with each n and each structure by accuracy.

    The text of the first one is the legend of all.
    """
    unit = passes.of(measured).unit
    result = {}
    for standing in standings:
        cell = standing.cell
        title = cell.workload + ("" if cell.dispatch == "vtable" else f", {cell.dispatch}")
        if len({one.cell.experiment for one in standings}) > 1:
            title = f"{cell.experiment}: {title}"
        table = result.setdefault(title, Table(
            title, ["", unit, f"/ {baseline}", "95 %", "/ floor", "spread", "blocks", "verdict"],
            [], last_left=True))
        table.rows += _detail_rows(run, standing, baseline)
    tables = list(result.values())
    for table in tables[:1]:
        table.text = legend(tables, baseline)
    return tables


def legend(tables, baseline):
    """Returns the sentences that define the columns and the words of the tables of details()."""
    said = {row[-1] for table in tables for row in table.rows if not isinstance(row, str)}
    text = [f"/ {baseline}: the cost relative to {baseline}, the geometric mean of the ratios "
            "within blocks, and its 95 % interval. / floor: the same relative to the fastest "
            "yardstick, which does only the compulsory work. spread: the distance between the "
            "quartiles over blocks, in % of the median.",
            "* cheapest of its accuracy; = not told apart from it."]
    later = [word for word in said if word.startswith("fires ") and word.endswith(" later")]
    if later or NO_LATER in said:
        text.append(f"There is no verdict on a structure of another accuracy than {baseline}. "
                    f"fires T later: its firings are later than those of {baseline} by T on average. "
                    f"{NO_LATER}: they are not later in this cell, although its accuracy allows it.")
    if OTHER in said:
        text.append(f"{OTHER}: there is no verdict, because the structure promises another "
                    f"accuracy than {baseline}, and lateness does not show by how much.")
    if any(word.startswith("not ranked: ") for word in said):
        text.append("overtaken: the share of firings before which the structure should have fired "
                    "another timer. It did less work than was asked.")
    return text


def _detail_rows(run, standing, baseline):
    rows = []
    for accuracy in inference.accuracies([standing]):
        heading = f"n = {count(standing.cell.n)}; {', '.join(accuracy)}"
        yardsticks = [line for line in standing.lines if line.subject.kind == "yardstick"]
        if yardsticks:
            heading += f"; floor {significant(standing.floor)} ({yardsticks[0].subject.name})"
        rows.append(heading)
        rows += [_detail_row(run, line, standing, baseline) for line in standing.lines
                 if line.subject.compared and line.subject.accuracy == accuracy]
    return rows


def _detail_row(run, line, standing, baseline):
    mark = {"first": "*", "tied": "="}.get(line.place, " ")
    one = line.to_baseline
    return [f"{mark} {words.marked(run, line.subject.name)}", significant(line.value),
            significant(one.mean) if one else "-", interval(one) if one else "",
            significant(line.to_floor.mean) if line.to_floor else "-",
            f"{100 * line.spread:.0f} %" if line.blocks > 1 else "-", str(line.blocks),
            remark(line, standing, baseline)]


def remark(line, standing, baseline):
    """Returns the verdict against the baseline, or the reason why there is none.

    A subject of another accuracy than the baseline has no verdict. If the lateness of both is
    known, the text says how much later the subject fires.
    """
    if line.overtaken:
        return f"not ranked: {100 * line.overtaken:.2g} % overtaken"
    if line.subject.name == baseline or not line.to_baseline:
        return ""
    reference = standing.line(baseline)
    if reference and line.subject.accuracy != reference.subject.accuracy:
        if line.lateness and reference.lateness and line.subject.when != reference.subject.when:
            later = line.lateness[0] - reference.lateness[0]
            return f"fires {duration(later)} later" if later > 0 else NO_LATER
        return OTHER
    return passes.of(standing.cell.measured).words(line.to_baseline)


def failures(run, choose=None):
    """Returns the Table of failures by subject, status and pass. No statistic contains them.

    Only failures count whose workload and n `choose` chooses.
    """
    groups = {}
    for failure in filter(choose, run.failures):
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


def closing(run, measured="time", some=False):
    """Returns one or two sentences about the differences that the null control resolves.

    They are always about all cells. If `some`, which says that only some are shown, they say so.
    """
    control, one = inference.control(run, measured), passes.of(measured)
    if not control:
        return "There was no null control, so what this run can resolve is not known."
    kind, unit = ("differences", f" {one.unit}") if one.differences else ("ratios", "")
    over = " over all cells of the run" if some else ""
    text = (f"Null control{over} ({control.subject}: the same code, measured twice in each block): of "
            f"{control.ratios} {kind} 95 % lay within {significant(control.low)}{unit} and "
            f"{significant(control.high)}{unit}; ")
    if not control.tested:
        return text + "with one block a cell nothing can be tested."
    text += f"called different in {control.different} of {control.tested} cells"
    if not numpy.isnan(control.resolvable):
        least = (f"differences below about {significant(control.resolvable)}{unit}"
                 if one.differences
                 else f"differences below about {100 * (control.resolvable - 1):.1f} %"
                 if control.resolvable < 2
                 else f"ratios below about {significant(control.resolvable)}")
        text += f". With {control.blocks} blocks, {least} are not resolved here"
    return text + "."


def main():
    parser = console.Parser(prog="table.py", description="Prints a run as a table.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    parser.add_argument("--all", action="store_true", help="every cell of every pass")
    parser.add_argument("--summary", action="store_true",
                        help="every pass, without each cell in full")
    parser.add_argument("--markdown", action="store_true", help="as Markdown")
    parser.add_argument("--next", action="store_true",
                        help="after the answer, the commands that lead on from it")
    choices.add(parser)
    arguments = parser.parse_args()
    asked = arguments.all or arguments.summary or chosen(arguments)
    run = records.open_run(arguments.folder, None if asked else answer.needed)
    choices.check(run, arguments)
    lines = answer_tables.LINES
    if chosen(arguments):
        write_sentence("The answer is left out, because it is about more than the chosen cells: "
                       f"scripts/table.py {arguments.folder} prints it.", sys.stdout)
        print()
    for index, part in enumerate(choices.parts(run, arguments)):
        if index:
            print()
        mine = choices.of_part(part, arguments)
        if asked:
            show(part, mine)
        else:
            lines -= show_answer(part, mine, lines, short=index > 0)
    if not asked:
        lead_on(run, arguments)
    return 0


def chosen(arguments):
    """Returns whether an option chooses cells or a pass."""
    return arguments.workload or arguments.n or arguments.measured


def show_answer(run, arguments, lines, short=False):
    """Prints the answer of a run of one family, and the tables that fit on a screen.

    If `short`, as for the second family of a run, prints only two sentences. Returns the number of
    lines used on the screen.
    """
    measured = answer.main_pass(run)
    found = answer.work_out(run, None, arguments.baseline, arguments.minimum_effect)
    said = words.sentences(run, found)
    said = said[:2] if short else said + [words.measured_on(run, found)]
    used = 1
    for sentence in said:
        write_sentence(sentence, sys.stdout)
        print(end="\n" if arguments.markdown else "")
        used += len(textwrap.wrap(sentence, WIDTH))
    print()
    shown = [columns(run, answer.standings(run, measured), measured)] \
        if passes.of(measured).columns else answer_tables.screen(found, lines - used - RESERVED)
    for table in [] if short else shown:
        (write_markdown if arguments.markdown else write_text)(table, sys.stdout)
        used += len(table.rows) + len(table.text) + 5
    return used


def lead_on(run, arguments):
    """Prints the command for all tables and, with --next, the commands to type next."""
    folder = os.path.relpath(run.folder) if not os.path.isabs(arguments.folder) \
        else arguments.folder
    write_sentence(f"Every cell and pass: scripts/table.py {folder} --all", sys.stdout)
    if not arguments.next:
        return
    print(f"Figures and report:   timerbed report {folder}")
    part = run.parts()[0]
    names = [one.pick.name for one in answer.work_out(part) if one.findings]
    if passes.of(answer.main_pass(part)).differences:  # no pick: the subject with the least
        names = [line.subject.name for standing in answer.standings(part, answer.main_pass(part))
                 for line in standing.lines if line.subject.compared]
    if names and names[0] != part.baseline:
        print(f"Two of them:          timerbed compare {names[0]} {part.baseline} --run {folder}")
    if any(words.left_out(part) for part in run.parts()):
        print(f"What was left out:    timerbed run --resume --out {folder}")


def show(run, arguments):
    """Prints all tables of a run of one family that the arguments choose."""
    measured = arguments.measured or answer.main_pass(run)
    baseline = arguments.baseline or run.baseline
    choose = choices.chooser(arguments)
    write = write_markdown if arguments.markdown else write_text
    shown = inference.standings(run, measured, baseline, arguments.minimum_effect, choose)
    if not shown:
        console.say(f"{arguments.folder}: no row of pass {measured} with status ok here")
    if not chosen(arguments):
        show_answer(run, arguments, sys.maxsize)
    for table in tables(run, measured, baseline, arguments.summary, choose,
                        arguments.minimum_effect):
        write(table, sys.stdout)
    names = {name for cell, subjects in run.cells.items() if choose(cell) for name in subjects}
    for sentence in words.changed(run, names) if chosen(arguments) else []:
        write_sentence(sentence, sys.stdout)
    write_sentence(closing(run, measured, some=bool(arguments.workload or arguments.n)), sys.stdout)


if __name__ == "__main__":
    console.run(main)
