"""Time per operation against n, with one panel per workload."""

import math

from drawing import Figure
from drawing_panels import FEW, small_multiples, title
from shown import prominent, structures

HEADING = "Time per operation as n grows"
CAPTION = ("Thread CPU time per operation (inserts, re-inserts, disarms, removes and firings) "
           "against the number of armed timers. Points: median over blocks; bars: quartiles; "
           "dashed: not exact. For each input the least of the repeats is taken, as noise only "
           "ever adds.")
PASS = "time"


def make(run, name, standings):
    figure = Figure(name, ("panel", "workload", "n", "subject", "accuracy", "median", "low", "high",
                           "blocks", "place"))
    cells = [standing.cell for standing in standings]
    floors = False
    for standing in standings:
        head = (title(standing.cell, cells), standing.cell.workload, standing.cell.n)
        for line in standing.lines:
            if line.subject.compared:
                figure.add(*head, line.subject.name, ", ".join(line.subject.accuracy), line.value,
                           line.low, line.high, line.blocks, line.place)
        if not math.isnan(standing.floor):
            floors = True
            figure.add(*head, "floor", "", standing.floor, standing.floor, standing.floor, 0, "")
    subjects = structures(run, standings)
    if not subjects:
        return None
    ns = [standing.cell.n for standing in standings]
    figure.add_subjects(subjects, prominent(run, standings, FEW))
    figure.add_key(extra=int(floors))
    numbers = [row[5] for row in figure.rows if row[5] > 0]
    figure.variables.update(floors=int(floors), n_low=min(ns) / 1.7, n_high=max(ns) * 1.7,
                            y_low=min(numbers) / 1.4, y_high=max(numbers) * 1.4)
    small_multiples(figure, 215)
    return figure
