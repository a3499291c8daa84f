#!/usr/bin/python3
"""readme.py README DIR MARK: puts a table of a run between two marks of that name in a page.

  table, loops  rows are workloads at the largest n that has enough blocks for verdicts, columns
                structures or loops; cells are costs relative to the baseline
  experiments   what each experiment asks, took and needed

So the README's numbers come from a committed run like all others.
"""

import configparser
import os
import sys

import records
import statistics
import table

EXPERIMENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "experiments")


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


def costs(run):
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


def experiments(run):
    taken = {}
    for record in run.records:
        taken.setdefault(record["experiment"], []).append(record)
    yield row(["experiment", "question", "cells", "minutes", "MiB, largest cell"])
    yield row(["---", "---", "--:", "--:", "--:"])
    for name, lines in sorted(taken.items()):
        seconds = sum(line.get("cell_seconds") or 0 for line in lines)
        largest = max(line.get("max_rss_kib") or 0 for line in lines)
        yield row([name, question(name), str(len(lines)), f"{seconds / 60:.1f}",
                   f"{largest / 1024:.0f}" if largest else "-"])
    yield ""
    yield (f"Of cells alone, without making traces. {table.machine(run.environment)}.")


def question(name):
    ini = configparser.ConfigParser(strict=False, interpolation=None)
    ini.read(os.path.join(EXPERIMENTS, f"{name}.ini"), encoding="utf-8")
    return ini.get("experiment", "question", fallback="-")


MARKS = {"table": lambda run: costs(run.parts()[0]), "loops": lambda run: costs(run.parts()[-1]),
         "experiments": experiments}


def main():
    readme, folder, mark = sys.argv[1:]
    begin, end = f"<!-- {mark}: scripts/readme.py -->", f"<!-- end of {mark} -->"
    with open(readme, encoding="utf-8") as file:
        before, found, rest = file.read().partition(begin)
    if not found or end not in rest or mark not in MARKS:
        sys.exit(f"{readme}: no marks of the name {mark}")
    after = rest.partition(end)[2]
    text = "\n".join(MARKS[mark](records.open_run(folder)))
    with open(readme, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n\n{text}\n\n{end}{after}")


if __name__ == "__main__":
    main()
