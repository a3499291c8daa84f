#!/usr/bin/python3
"""firsts.py RUN [SUBJECT]: a structure's rank among the structures of its accuracy, cell by cell.

The cells (one workload at one n) and the verdicts are those of answer.py. In a cell the subject is

  ahead    if it is the cheapest and all others are slower
  tied     if it is the cheapest or not told apart from it, and at least one other is tied with it
  behind   if another structure is the cheapest, and is faster than the subject
  few      if there are fewer blocks than a verdict needs

The table also has the cheapest other structure, and the subject's cost relative to its cost.
"""

import math
import sys
from dataclasses import dataclass

import answer
import choices
import console
import inference
import records
from grid import Table, interval, write_text
from records import count, significant

OURS = "interval-levels"  # the project's own structure
PLACES = ("ahead", "tied", "behind", "few")


@dataclass
class Rank:
    """A subject's rank in one cell."""

    cell: records.Cell
    place: str  # one of PLACES
    best: str  # the other structure that costs least
    against: inference.Ratio  # the subject's cost to that of `best`
    to_floor: inference.Ratio  # to the fastest yardstick; None if no yardstick was measured


def ranks(run, subject, choose=lambda cell: True):
    """Returns the Ranks of a subject, one for each of the answer's cells in which it has a rival.

    `choose` says for a cell whether to include it.
    """
    return [_rank(finding, subject) for one in answer.work_out(run) for finding in one.findings
            if finding.line(subject) and choose(finding.cell)]


def _rank(finding, subject):
    line = finding.line(subject)
    if finding.state == answer.FEW:
        place = "few"
    elif subject not in finding.leaders:
        place = "behind"
    else:
        place = "ahead" if finding.state == answer.RESOLVED else "tied"
    if line is finding.first:
        best, against = finding.lines[1], inference.ratio_of_logs(-finding.lead.logs)
    else:
        best, against = finding.first, line.to_first
    return Rank(finding.cell, place, best.subject.name, against, line.to_floor)


def to_floor(found):
    """Returns the geometric mean over cells of the cost relative to the floor, the fastest
    yardstick. Returns nan if no cell has one."""
    return answer.geometric([rank.to_floor.mean for rank in found if rank.to_floor])


def of_answer(run, subject):
    """Returns the subject's ranks as a Table, or None if it has no rival in any cell."""
    found = ranks(run, subject) if subject in run.subjects else []
    return rank_table(subject, found) if found else None


def rank_table(subject, found):
    """Returns the Ranks `found` as a Table. The cells where the subject is behind are the first;
    its relative cost decides within these and within the others, the largest first."""
    places = [rank.place for rank in found]
    found = sorted(found, key=lambda rank: (rank.place != "behind", -rank.against.mean))
    rows = [[rank.cell.workload, count(rank.cell.n), rank.cell.dispatch, rank.place, rank.best,
             significant(rank.against.mean), interval(rank.against), str(rank.against.blocks),
             significant(rank.to_floor.mean) if rank.to_floor else ""] for rank in found]
    of = "1 cell" if len(found) == 1 else f"{len(found)} cells"
    text = [f"{subject}, of {of}: " + ", ".join(
        f"{word} in {places.count(word)}" for word in PLACES if word in places) + "."]
    floor = to_floor(found)
    if not math.isnan(floor):
        text.append(f"Geometric mean over the cells with a floor: {significant(floor)} x the floor.")
    return Table(f"Where {subject} is first",
                       ["workload", "n", "dispatch", "place", "best other", "ratio to it", "95 %",
                        "blocks", "/ floor"], rows, text, last_left=False)


def main():
    parser = console.Parser(
        prog="firsts.py", description="Where a structure is first among those of its accuracy.")
    parser.add_argument("run", metavar="RUN", help="a run's folder")
    parser.add_argument("subject", metavar="SUBJECT", nargs="?", default=OURS)
    parser.add_argument("--behind", action="store_true", help="only the cells where it is behind")
    arguments = parser.parse_args()
    run = records.open_run(arguments.run)
    choices.check_subject(run, arguments.subject)
    part = next(part for part in run.parts() if arguments.subject in part.subjects)
    shown = of_answer(part, arguments.subject)
    if not shown:
        console.say(f"{run.folder}: nothing is compared with {arguments.subject}")
        return 1
    if arguments.behind:
        shown.rows[:] = [row for row in shown.rows if row[3] == "behind"]
    write_text(shown, sys.stdout)
    return 0


if __name__ == "__main__":
    console.run(main)
