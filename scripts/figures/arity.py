"""Cost against n: a row of panels per workload, a column per place of the key, a line per arity."""

import drawing
import inference
from drawing_lines import Curve, Panel, lines
from experiment_cells import by_size, quartiles

HEADING = "What children and cached keys are worth"
CAPTION = ("Thread CPU time per operation of heaps that differ in nothing but the number of "
           "children and in whether the key stands beside the pointer. Points: median over "
           "blocks; bars: quartiles.")

LOOKS = {2: (drawing.BLACK, drawing.CIRCLE), 4: (drawing.BLUE, drawing.SQUARE),
         8: (drawing.GREEN, drawing.DIAMOND), 16: (drawing.VERMILLION, drawing.UP)}


def make(run, name, _):
    cells = by_size(run, name)
    panels = []
    for workload in dict.fromkeys(workload for workload, _ in cells):
        for keys, words in (("", "key beside the pointer"), (",keys=timer", "pointers only")):
            curves = [_against_n(run, cells, workload, f"dary-heap:arity={ways}{keys}",
                                 f"{ways} children", look) for ways, look in LOOKS.items()]
            panels.append(Panel(f"{workload}: {words}", curves, scale=workload, workload=workload))
    return lines(name, panels, "timers, n")


def _against_n(run, cells, workload, subject, caption, look, dash=1):
    curve = Curve(caption, look, dash=dash, subject=subject)
    for (other, n), cell in cells.items():
        blocks = inference.values(run, cell, "ns_per_op").get(subject)
        if other == workload and blocks:
            curve.points.append((n, *quartiles(list(blocks.values())), len(blocks)))
    return curve
