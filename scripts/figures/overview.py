"""Draws the answer of a run as one figure.

It has a panel for each n, a row for each workload, and a dot for each structure. The position of a
dot is the cost of the structure relative to the baseline. answer_tables.sizes() chooses the n.
"""

import math

import answer
import answer_tables
import drawing
import inference
from drawing import Figure, bold_text
from records import count
from shown import FIRST_FOUR, structures

HEADING = "In one picture"
CAPTION = ("Thread CPU time per operation relative to {baseline}, within blocks, in the cells of "
           "the answer: one panel for each n. Points: geometric mean; bars: 95 % interval of the "
           "mean log ratio (Student's t), often narrower than the point; grey band: differences "
           "within 5 %, below which none is called one. The floor is the fastest yardstick of each block: "
           "the compulsory work alone.")
PASS = "time"
PLACE = 0

FEWER = 6  # the most bold dots in a row
PANELS = 3
ROW = 29  # pixels, the height of a row
LETTER = 7.4  # pixels, the approximate width of a letter


def figures(run, _):
    """Returns a list with the figure of the answer's cells.

    The list is empty if the answer compares no structure with the baseline, or if all its cells are
    of maps.
    """
    found = [one for one in answer.work_out(run, "time") if one.findings]
    if not found or all(one.cell in run.places for one in answer.standings(run)):
        return []  # maps have their own figures
    sizes = answer_tables.sizes(found[0], PANELS)
    top = [standing for standing in answer.standings(run) if standing.cell.n in sizes
           and standing.line(run.baseline)]
    subjects = structures(run, top)
    if not top or len(subjects) < 2:
        return []
    bold = _bold(found[0], subjects)
    shown = [subject for subject in subjects if subject.name in bold]
    figure = Figure("overview", ("panel", "n", "workload", "subject", "accuracy", "y", "ratio",
                                 "low", "high", "shown"))
    several = len({standing.cell.experiment for standing in top}) > 1
    names = [(f"{one.cell.experiment}: " if several else "") + one.cell.workload for one in top]
    labels = sorted(set(names))
    for name, standing in zip(names, top):
        _row(figure, sizes.index(standing.cell.n) + 1, labels.index(name), standing, shown,
             run.baseline)
    _layout(figure, run, labels, sizes, subjects, shown, bold)
    figure.rests_on(run, top)
    return [figure]


def _bold(one, subjects):
    """Returns the names of the structures to draw boldly, at most FEWER.

    The best-known structures come first, then those of least regret.
    """
    present = [subject.name for subject in subjects if subject.name != one.baseline]
    known = [name for name in FIRST_FOUR if name in present]
    best = [regret.name for regret in one.regrets if regret.name in present]
    return set(list(dict.fromkeys(known + best + present))[:FEWER])


def _row(figure, panel, row, standing, shown, baseline):
    """Adds the dots of one cell. Each bold dot has its own height in the row; all other dots are at
    the middle of the row.
    """
    cell = standing.cell
    for line in standing.lines:
        one = line.to_baseline
        if not line.subject.compared or not one or line.subject.name == baseline:
            continue
        slot = (shown.index(line.subject) + 0.5) / len(shown) - 0.5 if line.subject in shown else 0.0
        figure.add(panel, cell.n, cell.workload, line.subject.name, ", ".join(line.subject.accuracy),
                   row + 0.7 * slot, one.mean, one.low, one.high, int(line.subject in shown))
    floor = standing.floor_to_baseline
    if floor:
        figure.add(panel, cell.n, cell.workload, "floor", "", float(row), floor.mean, floor.low,
                   floor.high, 2)


def _layout(figure, run, labels, sizes, subjects, shown, bold):
    found = [row[6] for row in figure.rows if row[9]] + [0.9, 1.1]
    ends = [end for row in figure.rows if row[9] == 1 for end in row[7:9] if not math.isnan(end)]
    # An axis that contained a very wide interval would squeeze the dots, so such an interval is cut
    # off. Dots that are not bold and beyond the axis are drawn at its end.
    low = max(min(found) / 2, min(found + ends)) / 1.15
    high = min(max(found) * 2, max(found + ends)) * 1.3
    figure.add_subjects(shown, bold)
    floors = any(row[3] == "floor" for row in figure.rows)
    others = len(subjects) - 1 - len(shown)
    figure.add_key(extra=floors + (others > 0))
    left = max(map(len, labels)) * LETTER + 18
    figure.variables.update(
        label=labels, panel=[bold_text(f"n = {count(n)}") for n in sizes], baseline=run.baseline,
        floors=int(floors), others=others, x_low=low, x_high=high,
        effect=1 + inference.MINIMUM_EFFECT, row_height=ROW, left=left,
        panel_width=(drawing.WIDTH - left - 12) / len(sizes),
        height=ROW * len(labels) + 84 + figure.variables["key_height"])
