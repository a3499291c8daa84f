#!/usr/bin/python3
"""readme.py README DIR MARK: puts the table of a run between two marks of that name in the README.

Rows are workloads at the largest n that has enough blocks for verdicts, columns structures or loops;
cells are costs relative to the baseline.
So the README's numbers come from a committed run like all others.
"""

import sys

import records
import statistics
import table


def shown(run):
    """The standings of the table: of one way of calling, where it is all structures' turn."""
    found = [one for one in statistics.ranking(statistics.standings(run))
             if not statistics.map_place(run, one.cell)]
    found = [one for one in found if one.cell.dispatch == found[0].cell.dispatch]
    enough = [one for one in found
              if min(line.blocks for line in one.lines) >= statistics.ENOUGH_BLOCKS] or found
    largest = max(one.cell.n for one in enough)
    return [one for one in enough if one.cell.n == largest]


def cell(line):
    if line is None or not line.to_baseline:
        return "-"
    mark = {"first": "**{}**", "tied": "**{}**"}.get(line.place, "{}")
    return mark.format(records.significant(line.to_baseline.mean))


def row(cells):
    return "| " + " | ".join(cells) + " |"


def rows(run, mark):
    run = run.parts()[0 if mark == "table" else -1]
    top = shown(run)
    names = sorted({line.subject.name for one in top for line in one.lines
                    if line.subject.compared} - {run.baseline})
    label = {name: name if run.subjects[name].accuracy == records.EXACT
             else f"{name} ({run.subjects[name].accuracy[0]})" for name in names}
    floors = any(one.floor_to_baseline for one in top)
    header = ["workload", run.baseline + ", ns/op"] + [label[name] for name in names]
    yield row(header + ["floor"] * floors)
    yield row(["---"] + ["--:"] * (len(names) + 1 + floors))
    for one in top:
        floor = one.floor_to_baseline
        cells = [one.cell.workload, records.significant(one.line(run.baseline).value)]
        cells += [cell(one.line(name)) for name in names]
        yield row(cells + [records.significant(floor.mean) if floor else "-"] * floors)
    yield ""
    blocks = sorted({line.blocks for one in top for line in one.lines})
    least = " to ".join(str(count) for count in sorted({blocks[0], blocks[-1]}))
    yield (f"Cost relative to {run.baseline}, {table.sizes(top)}; less is better; bold: the cheapest "
           f"exact one and those not told apart from it; {least} blocks a cell. "
           f"{table.machine(run.environment)}.")


def main():
    readme, folder, mark = sys.argv[1:]
    begin, end = f"<!-- {mark}: scripts/readme.py -->", f"<!-- end of {mark} -->"
    with open(readme, encoding="utf-8") as file:
        before, found, rest = file.read().partition(begin)
    if not found or end not in rest:
        sys.exit(f"{readme}: no marks of the name {mark}")
    after = rest.partition(end)[2]
    text = "\n".join(rows(records.open_run(folder), mark))
    with open(readme, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n\n{text}\n\n{end}{after}")


if __name__ == "__main__":
    main()
