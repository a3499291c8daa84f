#!/usr/bin/python3
"""The workloads and n of a run that need no further block. `timerbed run` asks at each look.

    scripts/resolved.py DIR

A look is a point of a run at which its results so far are judged. A workload at one n is resolved
if no verdict of scripts/inference.py on it needs more blocks. The script prints the keys of all
blocks of resolved workloads and n, as the records have them, one a line. Groups of experiment.ini
without looks are left out.
"""

import console
import inference
import records


def blocks_of(run):
    """Returns {(experiment, pass, dispatch, workload, n): {key of a block, ...}}.

    The phases of a workload share one entry.
    """
    result = {}
    for record in run.records:
        if record.get("block"):
            name = (record.get("experiment", ""), record.get("pass", "time"),
                    record.get("dispatch", "vtable"), record["workload"], record["n"])
            result.setdefault(name, set()).add(record["block"])
    return result


def resolved_names(run):
    """Returns the keys of blocks_of() all of whose cells are resolved."""
    resolved, unresolved = set(), set()
    for part in run.parts():
        for measured in part.passes():
            for standing in inference.standings(part, measured):
                cell = standing.cell
                if inference.looks_of(run, cell) < 2:
                    continue
                workload = cell.workload.split(" ")[0].split("/")[0]
                name = (cell.experiment, cell.measured, cell.dispatch, workload, cell.n)
                told = inference.resolved(standing, part.baseline)
                (resolved if told else unresolved).add(name)
    return resolved - unresolved


def main():
    parser = console.Parser(description=__doc__.splitlines()[0])
    parser.add_argument("run", metavar="DIR")
    run = records.open_run(parser.parse_args().run)
    names = resolved_names(run)
    for name, blocks in sorted(blocks_of(run).items()):
        if name in names:
            print("\n".join(sorted(blocks)))


if __name__ == "__main__":
    console.run(main)
