#!/usr/bin/python3
"""readme.py README DIR: puts the table of a run between the README's two marks.

Rows are workloads at their largest n, columns structures; cells are costs relative to the baseline.
So the README's numbers come from a committed run like all others.
"""

import sys

import records
import statistics
import table

BEGIN, END = "<!-- table: scripts/readme.py -->", "<!-- end of table -->"


def cell(line):
    if line is None or not line.to_baseline:
        return "-"
    mark = {"first": "**{}**", "tied": "**{}**"}.get(line.place, "{}")
    return mark.format(records.significant(line.to_baseline.mean))


def rows(run):
    run = run.parts()[0]
    top = [one for one in statistics.largest(statistics.standings(run)).values()
           if one.cell.dispatch == "vtable"]
    names = sorted({line.subject.name for one in top for line in one.lines
                    if line.subject.compared} - {run.baseline})
    label = {name: name if run.subjects[name].accuracy == records.EXACT
             else f"{name} ({run.subjects[name].accuracy[0]})" for name in names}
    yield "| workload | " + run.baseline + ", ns/op | " + \
        " | ".join(label[name] for name in names) + " | floor |"
    yield "|---|--:|" + "--:|" * (len(names) + 1)
    for one in top:
        base = one.line(run.baseline)
        floor = one.floor_to_baseline
        yield (f"| {one.cell.workload} | {records.significant(base.value)} | " +
               " | ".join(cell(one.line(name)) for name in names) +
               f" | {records.significant(floor.mean) if floor else '-'} |")
    yield ""
    blocks = sorted({line.blocks for one in top for line in one.lines})
    least = "to".join(str(count) for count in sorted({blocks[0], blocks[-1]}))
    yield (f"Cost relative to {run.baseline}, {table.sizes(top)}; less is better; bold: the cheapest "
           f"exact structure and those not told apart from it; {least} blocks a cell. "
           f"{table.machine(run.environment)}.")


def main():
    readme, folder = sys.argv[1:]
    with open(readme, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    after = rest.partition(END)[2]
    text = "\n".join(rows(records.open_run(folder)))
    with open(readme, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


if __name__ == "__main__":
    main()
