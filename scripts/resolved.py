#!/usr/bin/python3
"""The workloads and n of a run that need no further block. `timerbed run` asks at each look.

    scripts/resolved.py DIR

Prints the keys (as in the records) of all blocks whose workload and n is resolved, one a line. Groups
of experiment.ini without looks are left out. The verdicts are those of scripts/inference.py.
"""

import console
import inference
import records


def blocks_of(run):
    """{(experiment, pass, dispatch, workload, n): {key of a block, ...}}, phases taken together."""
    result = {}
    for record in run.records:
        if record.get("block"):
            name = (record.get("experiment", ""), record.get("pass", "time"),
                    record.get("dispatch", "vtable"), record["workload"], record["n"])
            result.setdefault(name, set()).add(record["block"])
    return result


def resolved_names(run):
    """The names, as above, all of whose cells are resolved."""
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
