"""The cost of structures minus that of a yardstick in the same block, against the number of cache
lines that the application touches."""

import inference
from drawing_lines import Curve, Panel, lines
from experiment_cells import base, cells_of, difference, looks, names_in, setting
from records import count

HEADING = "With caches that the application has used"
CAPTION = ("What a structure costs beyond yardstick-prefetch in the same block, as the "
           "application touches more cache lines between two operations. Points: mean difference "
           "over blocks; bars: its 95 % interval (Student's t).")


def make(run, name, _):
    yardstick = "yardstick-prefetch"
    found = {}
    for cell in cells_of(run, name):
        found.setdefault((base(cell), cell.n), {})[setting(run, cell, "cold")] = cell
    ticks = sorted({lines_touched for cells in found.values() for lines_touched in cells})
    names = names_in(run, cells_of(run, name))
    look = looks(run, names)
    panels = []
    for (workload, n), cells in sorted(found.items()):
        curves = [Curve(one, look[one][0], dash=look[one][1]) for one in names]
        for touched, cell in sorted(cells.items()):
            values = inference.values(run, cell, "ns_per_op")
            for curve in curves:
                point = difference(values.get(curve.name, {}), values.get(yardstick, {}))
                if point:
                    curve.points.append((ticks.index(touched), *point))
        panels.append(Panel(f"{workload}, n = {count(n)}", curves, f"beyond {yardstick}",
                            f"{workload} {n}", "linear time", n, workload))
    return lines(name, panels, "cache lines touched between two operations",
                 [str(touched) for touched in ticks])
