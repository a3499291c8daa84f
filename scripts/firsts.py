#!/usr/bin/python3
"""firsts.py RUN [SUBJECT]: where a structure is first among those of its accuracy, and where not.

In each cell the subject is compared within blocks with every other of its accuracy; these
comparisons are one family (Holm). It is

  ahead    if every other is slower, by the rule of every verdict
  tied     if no other is faster, but some cannot be told apart
  behind   if some other is faster

and beside it stands the other that costs least, and the subject's cost relative to that one's.
"""

import argparse
import math
import signal
import sys
from dataclasses import dataclass

import records
import statistics
import table
from records import count, significant

OURS = "bucket-trie"  # the project's own structure


@dataclass
class Rank:
    """A subject's place in one cell."""

    cell: records.Cell
    place: str  # ahead, tied, behind
    best: str  # of the others, the one that costs least
    against: statistics.Ratio  # to that one
    to_floor: statistics.Ratio  # None where no yardstick was measured


def ranks(run, subject, choose=lambda cell: True, measured="time"):
    """[Rank, ...] of the cells that choose wants, in which the subject has others of its accuracy."""
    measure = records.MEASURES[measured][0]
    result = []
    for cell in run.select(measured):
        if choose(cell) and subject in run.cells[cell]:
            rank = _rank(run, cell, subject, statistics.values(run, cell, measure))
            if rank:
                result.append(rank)
    return result


def _rank(run, cell, subject, values):
    accuracy = run.subjects[subject].accuracy
    others = {name: statistics.ratio(values[subject], blocks) for name, blocks in values.items()
              if name != subject and run.subjects[name].compared
              and run.subjects[name].accuracy == accuracy}
    others = {name: ratio for name, ratio in others.items() if ratio}
    if not others:
        return None
    statistics.decide(list(others.values()))
    words = [ratio.verdict for ratio in others.values()]
    place = "behind" if "slower" in words else \
        "ahead" if all(word == "faster" for word in words) else "tied"
    best = max(others, key=lambda name: (others[name].mean, name))
    return Rank(cell, place, best, others[best],
                statistics.ratio(values[subject], statistics.floor(run, values)))


def to_floor(found):
    """The geometric mean over cells of the cost relative to the floor; nan without floors."""
    logs = [math.log(rank.to_floor.mean) for rank in found if rank.to_floor]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def rank_table(subject, found):
    """The cells as a table, those where it is behind first, the furthest behind at the top."""
    places = [rank.place for rank in found]
    found = sorted(found, key=lambda rank: (rank.place != "behind", -rank.against.mean))
    rows = [[rank.cell.workload, count(rank.cell.n), rank.cell.dispatch, rank.place, rank.best,
             significant(rank.against.mean), table.interval(rank.against), str(rank.against.blocks),
             significant(rank.to_floor.mean) if rank.to_floor else ""] for rank in found]
    text = [f"{subject}, of {len(found)} cells: " + ", ".join(
        f"{word} in {places.count(word)}" for word in ("ahead", "tied", "behind")) + "."]
    floor = to_floor(found)
    if not math.isnan(floor):
        text.append(f"Geometric mean over the cells with a floor: {significant(floor)} x the floor.")
    few = [rank for rank in found if rank.against.indicative]
    if few:
        text.append(f"{len(few)} of the cells have fewer than {statistics.ENOUGH_BLOCKS} blocks.")
    return table.Table(f"Where {subject} is first",
                       ["workload", "n", "dispatch", "place", "best other", "ratio to it", "95 %",
                        "blocks", "/ floor"], rows, text, last_left=False)


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    parser = argparse.ArgumentParser(
        prog="firsts.py", description="Where a structure is first among those of its accuracy.")
    parser.add_argument("run", metavar="RUN", help="a run's folder")
    parser.add_argument("subject", metavar="SUBJECT", nargs="?", default=OURS)
    parser.add_argument("--experiment", default="cost", help="whose cells (cost)")
    parser.add_argument("--behind", action="store_true", help="only the cells where it is behind")
    arguments = parser.parse_args()
    run = records.open_run(arguments.run)
    if arguments.subject not in run.subjects:
        print(f"{arguments.subject}: no such subject in {run.folder}", file=sys.stderr)
        return 2
    found = ranks(run, arguments.subject, lambda cell: cell.experiment == arguments.experiment)
    if not found:
        print(f"{run.folder}: experiment {arguments.experiment} compares nothing with "
              f"{arguments.subject}", file=sys.stderr)
        return 1
    shown = rank_table(arguments.subject, found)
    if arguments.behind:
        shown.rows[:] = [row for row in shown.rows if row[3] == "behind"]
    table.write_text(shown, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
