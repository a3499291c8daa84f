"""A figure's data without computation: a row for each subject of each cell of an experiment.

The simplest figure is `from drawing_rows import make` and a gnuplot script, which finds the rows of
all passes in data/NAME.tsv.
"""

import math

from drawing import Figure
from drawing_panels import FEW
from shown import prominent, structures


def make(run, name, standings):
    figure = Figure(name, ("pass", "workload", "n", "dispatch", "subject", "accuracy", "median",
                           "low", "high", "blocks", "ratio", "ratio_low", "ratio_high"))
    for standing in standings:
        cell = standing.cell
        for line in standing.lines:
            one = line.to_baseline
            figure.add(cell.measured, cell.workload, cell.n, cell.dispatch, line.subject.name,
                       ", ".join(line.subject.accuracy), line.value, line.low, line.high,
                       line.blocks,
                       *((one.mean, one.low, one.high) if one else (math.nan,) * 3))
    subjects = structures(run, standings)
    if not subjects:
        return None
    figure.add_subjects(subjects, prominent(run, standings, FEW))
    figure.add_key(extra=1)
    figure.variables["panel"] = list(dict.fromkeys(one.cell.workload for one in standings))
    return figure
