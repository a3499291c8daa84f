"""Cost against the number of distinct intervals, one panel for each n."""

import math

import inference
from drawing_lines import Curve, Panel, lines
from experiment_cells import base, cells_of, looks, names_in, quartiles
from records import count

HEADING = "Time per operation as intervals get more"
CAPTION = ("Thread CPU time per operation against the number of distinct intervals; nine in ten "
           "timers are re-armed before they fire. Points: median over blocks; bars: quartiles. "
           "Structures may rank otherwise than in the workload idle. Here each arm draws its "
           "interval again, from a tenfold range, so with several intervals a re-arm may be to an "
           "earlier deadline, and one arm in ten fires. In idle each timer is re-armed about 60 "
           "times in a timeout, hardly any fires, and with 1 or 16 intervals each timer keeps its "
           "own. lazy:X saves a move for each later deadline, moves the timer for each earlier "
           "one, and inserts it again each time that an old deadline passes.")


def make(run, name, _):
    cells = {}
    for cell in cells_of(run, name):
        cells.setdefault(cell.n, {})[_intervals_of(cell)] = cell
    ticks = sorted({number for found in cells.values() for number in found})
    names = names_in(run, [cell for found in cells.values() for cell in found.values()])
    look = looks(run, names)
    panels = []
    for n, found in sorted(cells.items()):
        curves = [Curve(one, look[one][0], dash=look[one][1]) for one in names]
        for number, cell in sorted(found.items()):
            values = inference.values(run, cell, "ns_per_op")
            for curve in curves:
                if curve.name in values:
                    sample = list(values[curve.name].values())
                    curve.points.append((ticks.index(number), *quartiles(sample), len(sample),
                                         base(cell)))
        title = _without_intervals(base(next(iter(found.values()))))
        panels.append(Panel(f"{title}, n = {count(n)}", curves, n=n, scale="all"))
    words = ["any" if math.isinf(number) else str(number) for number in ticks]
    return lines(name, panels, "distinct intervals (any: one for each arm)", words,
                 panel_height=330)


def _without_intervals(workload):
    """Returns a workload without its setting `intervals`."""
    family, _, options = workload.partition(":")
    kept = [option for option in options.split(",") if not option.startswith("intervals=")]
    return family + (":" if any(kept) else "") + ",".join(kept)


def _intervals_of(cell):
    """Returns the number of intervals of a `mix` workload.

    Returns infinity if each arm has an interval of its own, that is, for 0 or no setting.
    """
    for option in base(cell).partition(":")[2].split(","):
        key, _, value = option.partition("=")
        if key == "intervals":
            return int(float(value)) or math.inf
    return math.inf
