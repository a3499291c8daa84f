"""Cost against mean lateness, on logarithmic axes. A line joins the settings of a structure."""

import math

import numpy

import drawing
import inference
import records
from drawing import Figure, bold_text
from experiment_cells import base, cells_of, in_order, quartiles
from records import count

HEADING = "Cost against lateness"
CAPTION = ("Thread CPU time per operation against the mean lateness of firings, less that of "
           "exact structures on the same work. A line joins the settings of a structure: the "
           "tick, or how timers migrate. Those that are not late at all stand side by side at 0. "
           "Points: median over blocks; bars: quartiles.")

# In other figures all wheels have one colour. This figure compares wheels, so each gets its own.
LOOKS = {
    "binary-heap": (drawing.BLACK, drawing.CIRCLE), "quad-heap": (drawing.BLACK, drawing.SQUARE),
    "interval-levels": (drawing.BLACK, drawing.DIAMOND),
    "hierarchical-wheel": (drawing.VERMILLION, drawing.UP),
    "cascading-wheel": (drawing.SKY, drawing.OPEN_UP),
    "hashed-wheel": (drawing.ORANGE, drawing.CIRCLE), "kernel-wheel": (drawing.GREEN, drawing.BOX),
    "two-level-wheel": (drawing.BLUE, drawing.DIAMOND),
    "bucket-heap": (drawing.PURPLE, drawing.OPEN_DIAMOND),
}


def make(run, name, _):
    late = {(base(cell), cell.n): _beyond_exact(run, cell)
            for cell in cells_of(run, name, "memory")}
    figure = Figure(name, ("panel", "workload", "n", "structure", "setting", "curve", "lateness_ns",
                           "x", "ns", "low", "high", "blocks", "text", "subject"))
    costs = _whole(run, cells_of(run, name))
    names = [one for one in dict.fromkeys(one for values in costs.values() for one in values)
             if run.subjects[one].compared and any(one in values for values in late.values())]
    structures = list(dict.fromkeys(one.partition(":")[0] for one in in_order(run, names)))
    found = [value for values in late.values() for one, value in values.items() if one in names]
    if not found:
        return None
    least = min((value for value in found if value > 0), default=1e3) / 12  # where 0 is drawn
    panels = []
    for (workload, n), values in costs.items():
        panels.append(f"{workload}, n = {count(n)}")
        lateness = {one: value for one, value in late.get((workload, n), {}).items()
                    if one in values and one in names}
        _add_panel(figure, run, (len(panels), workload, n), lateness, values, structures, least)
    _layout(figure, structures, panels, found, least)
    return figure


def _add_panel(figure, run, head, lateness, values, structures, least):
    """Adds the dots of a panel in the order of lateness. Lines join them in this order."""
    texts = _setting_labels(run, lateness, values)
    for one in sorted(lateness, key=lambda one: (lateness[one], one)):
        structure, _, option = one.partition(":")
        place = structures.index(structure)
        # Subjects that are not late at all stand side by side.
        nought = least * 1.3 ** (place - (len(structures) - 1) / 2)
        figure.add(*head, structure, option, place + 1, lateness[one], lateness[one] or nought,
                   *quartiles(list(values[one].values())), len(values[one]), texts.get(one, ""),
                   one)


def _layout(figure, structures, panels, found, least):
    look = {**drawing.appearance(structures), **LOOKS}
    ends = [end for row in figure.rows for end in row[8:11]]
    figure.variables.update(
        subject=structures, caption=structures, colour_of=[look[one][0] for one in structures],
        shape_of=[look[one][1] for one in structures], bold_of=[1] * len(structures),
        dash_of=[1] * len(structures), panel=[bold_text(panel) for panel in panels],
        columns=2, panel_height=290, least=least, nought=int(min(found) <= 0),
        x_low=least / 6 if min(found) <= 0 else min(found) / 2, x_high=max(found) * 3,
        y_low=min(ends) / 1.4, y_high=max(ends) * 1.4)
    figure.add_key()
    figure.variables["height"] = math.ceil(len(panels) / 2) * 290 + 14 \
        + figure.variables["key_height"]


def _whole(run, cells):
    """Returns {(workload, n): {subject: {block: ns per operation}}}.

    The phases of a workload are averaged, weighted by their operations.
    """
    spent = {}
    for cell in cells:
        here = spent.setdefault((base(cell).split("/")[0], cell.n), {})
        for name, blocks in run.cells[cell].items():
            for block, rows in blocks.items():
                sums = here.setdefault(name, {}).setdefault(block, [0.0, 0])
                sums[0] += rows[-1]["ops"] * rows[-1]["ns_per_op"]
                sums[1] += rows[-1]["ops"]
    return {key: {name: {block: ns / ops for block, (ns, ops) in blocks.items() if ops}
                  for name, blocks in found.items()} for key, found in spent.items()}


def _beyond_exact(run, cell):
    """Returns {subject: median over blocks of its mean lateness minus that of an exact subject}.

    The replay itself fires timers late, as it calls the structure once per turn of the loop. The
    exact subject with the least mean lateness in a block shows this part.
    """
    values = inference.values(run, cell, "lateness_mean_ns")
    exact = [blocks for name, blocks in values.items() if run.subjects[name].when == "exact"]
    floor = {block: min(blocks[block] for blocks in exact if block in blocks)
             for block in {block for blocks in exact for block in blocks}}
    result = {}
    for name, blocks in values.items():
        beyond = [max(0.0, blocks[block] - floor[block]) for block in blocks if block in floor]
        if beyond:
            result[name] = float(numpy.median(beyond))
    return result


def _setting_labels(run, lateness, values):
    """Returns {subject: label above its dot}.

    If several subjects are about equally late, the dearest one gets the labels of all of them.
    """
    groups = {}
    for name, late in sorted(lateness.items(), key=lambda pair: pair[1]):
        if run.subjects[name].when != "exact":
            near = next((key for key in groups if isinstance(key, float)
                         and abs(late / key - 1) < 0.03), late)
            groups.setdefault(near or name, []).append(name)  # at 0 each has a group of its own
    result = {}
    for names in groups.values():
        top = max(names, key=lambda name: numpy.median(list(values[name].values())))
        words = sorted({_setting(run, name) for name in names}, key=lambda word: (
            not word[:1].isdigit(), word))
        result[top] = ", ".join(word for word in words if word)
    return result


def _setting(run, name):
    """Returns the label of a subject: how its timers migrate, or its tick."""
    option = name.partition(":")[2]
    if name.startswith("kernel-wheel"):
        return option.partition("=")[2] or "none"
    tick = run.subjects[name].tick
    return records.duration(tick).replace("us", "µs") if tick else ""
