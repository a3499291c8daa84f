#!/usr/bin/python3
"""readme.py README DIR MARK: replaces the text between two marks in a Markdown page.

The new text comes from the run in DIR, and MARK says which text:

  answer, loops-answer  the answer's points (words.py) as a list, and the remarks
  table, loops          the cheapest for each workload and n (answer_tables.py), bold if resolved
  experiments           each experiment's question, cells, time and memory
"""

import sys

import answer
import answer_tables
import console
import experiments
import records
import words


def row(cells):
    return "| " + " | ".join(cells) + " |"


def told(run):
    found = answer.work_out(run)
    for number, point in enumerate(words.points(run, found), 1):
        yield f"{number}. {point}"
    for remark in words.remarks(run):
        yield f"\n{remark}"
    yield f"\n{words.measured_on(run, found)}"


def least(run):
    """Yields the lines of the table of the cheapest structures.

    A structure is bold if it is cheaper than all others of its accuracy.
    """
    one = next(one for one in answer.work_out(run) if one.findings)
    table = answer_tables.least(one)
    yield row(table.header)
    yield row(["---"] * len(table.header))
    for name, *cells in table.rows:
        yield row([name] + [text if text[:1] in "~?-" else f"**{text}**" for text in cells])
    yield ""
    yield " ".join(table.text) + " Bold: all others cost more."
    yield from words.changed(run)


def measured(run):
    taken = {}
    for record in run.records:
        taken.setdefault(record["experiment"], []).append(record)
    yield row(["experiment", "question", "cells", "minutes", "MiB, largest cell"])
    yield row(["---", "---", "--:", "--:", "--:"])
    for name, lines in sorted(taken.items()):
        seconds = sum(line.get("cell_seconds") or 0 for line in lines)
        largest = max(line.get("max_rss_kib") or 0 for line in lines)
        yield row([name, experiments.question(name), str(len(lines)), f"{seconds / 60:.1f}",
                   f"{largest / 1024:.0f}" if largest else "-"])
    yield ""
    yield (f"Measured on {words.machine(run.environment)}. The minutes are the sum over the cells, "
           "without making traces. The memory is that of the largest process, with the program "
           "itself.")


MARKS = {"answer": lambda run: told(run.parts()[0]), "table": lambda run: least(run.parts()[0]),
         "loops-answer": lambda run: told(run.parts()[-1]),
         "loops": lambda run: least(run.parts()[-1]), "experiments": measured}


def main():
    parser = console.Parser(prog="readme.py",
                            description="Writes the results of a run into a page.")
    parser.add_argument("readme", metavar="README", help="a Markdown page with marks")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    parser.add_argument("mark", metavar="MARK", choices=MARKS, help=", ".join(MARKS))
    arguments = parser.parse_args()
    readme, mark = arguments.readme, arguments.mark
    begin, end = f"<!-- {mark}: scripts/readme.py -->", f"<!-- end of {mark} -->"
    with open(readme, encoding="utf-8") as file:
        before, found, rest = file.read().partition(begin)
    if not found or end not in rest:
        sys.exit(f"{readme}: no marks of the name {mark}")
    after = rest.partition(end)[2]
    text = "\n".join(MARKS[mark](records.open_run(arguments.folder)))
    with open(readme, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n\n{text}\n\n{end}{after}")


if __name__ == "__main__":
    console.run(main)
