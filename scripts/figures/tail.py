"""The share of operations that take longer than x ns, against x, with one panel per workload."""

import math

import numpy

import inference
from drawing import Figure
from drawing_panels import FEW, small_multiples, title
from shown import prominent, structures

HEADING = "How slow single operations get"
CAPTION = ("Share of single operations that take longer than the time below, at the largest n; "
           "for each operation the least over the replays, then the median over blocks. Further "
           "left and lower is better. One expire of a batch is one operation.")
PASS = "tail"


def make(run, name, standings):
    top = list(inference.largest(standings).values())
    figure = Figure(name, ("panel", "workload", "n", "subject", "accuracy", "ns", "share"))
    cells = [standing.cell for standing in top]
    for standing in top:
        panel = title(standing.cell, cells, with_n=True)
        for line in standing.lines:
            if line.subject.compared:
                for ns, share in curve(run.cells[standing.cell][line.subject.name]):
                    figure.add(panel, standing.cell.workload, standing.cell.n, line.subject.name,
                               ", ".join(line.subject.accuracy), ns, share)
    if not figure.rows:
        return None
    subjects = [subject for subject in structures(run, top)
                if any(row[3] == subject.name for row in figure.rows)]
    figure.add_subjects(subjects, prominent(run, top, FEW))
    figure.add_key()
    numbers = [row[5] for row in figure.rows if row[5] > 0]
    figure.variables.update(n_low=min(numbers) / 1.3, n_high=max(numbers) * 1.5,
                            y_low=min(row[6] for row in figure.rows) / 2, y_high=1.3)
    small_multiples(figure, 235)
    figure.rests_on(run, top)
    return figure


def curve(blocks):
    """Returns [(ns, share of operations that are slower), ...]. The ns are medians over blocks.

    The smallest share is the smallest one that each block can show. The last point is the median of
    the slowest operations.
    """
    samples = [row for rows in blocks.values() for row in rows if row.get("ccdf")]
    samples = [sorted((share, ns) for ns, share in row["ccdf"]) for row in samples]
    samples = [sample for sample in samples if any(share > 0 for share, _ in sample)]
    if not samples:
        return []
    least = max(min(share for share, _ in sample if share > 0) for sample in samples)
    steps = int(math.floor(-10 * math.log10(least) + 1e-9))
    shares = [10 ** (-step / 10) for step in range(0, steps + 1)]
    result = []
    for share in shares:
        # Each sample is a step function: use its largest recorded share that is at most `share`.
        ns = [max((pair for pair in sample if pair[0] <= share * (1 + 1e-9)),
                  default=sample[0])[1] for sample in samples]
        result.append((float(numpy.median(ns)), share))
    result.append((float(numpy.median([sample[0][1] for sample in samples])), shares[-1]))
    return result
