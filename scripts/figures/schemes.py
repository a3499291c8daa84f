"""Instructions per tick against n / M, and the cost of Scheme 7 relative to Scheme 6 against T / M
(C2, C4). n is the number of timers, M the number of slots of the hashed wheel, T the mean interval
in ticks."""

import re

import inference
from drawing import Figure, bold_text

HEADING = "A hashed wheel, and a hierarchy of wheels"
CAPTION = ("Left: the instructions that a hashed wheel (Scheme 6) takes for a tick, against timers for "
           "each slot, and the straight line through them. Right: thread CPU time per operation of a "
           "hierarchy of wheels (Scheme 7) relative to the hashed wheel, within blocks, against the "
           "mean interval in turns of the wheel. Bars: 95 % interval over blocks (Student's t).")


def make(run, name, standings):
    figure = Figure(name, ("what", "workload", "n", "subject", "x", "value", "low", "high"))
    shown = []
    for measured, point in (("count", _tick), ("time", _crossover)):
        for standing in standings:
            rows = point(run, standing.cell) if standing.cell.measured == measured else []
            for row in rows:
                figure.add(*row)
            shown += [standing] if rows else []
    if len({row[0] for row in figure.rows}) < 2:
        return None
    figure.rows.sort(key=lambda row: (row[0], row[4]))
    figure.variables.update(height=330, panel=[
        bold_text("Scheme 6: instructions a tick"),
        bold_text("Scheme 7 / Scheme 6, CPU time per operation")])
    figure.rests_on(run, shown)
    return figure


def _options(name):
    return dict(option.split("=") for option in name.partition(":")[2].split(",") if "=" in option)


def _wheel(found):
    """Returns (name, slots) of the hashed wheel in a cell, or (None, 0)."""
    name = next((name for name in found if name.startswith("hashed-wheel")), None)
    slots = _options(name).get("slots") if name else None
    return (name, float(slots)) if slots else (None, 0)


def _tick(run, cell):
    """Returns the row of instructions per tick in a list, or [].

    Only cells count whose mean interval is one turn of the hashed wheel.
    """
    found, ops, ns = (inference.values(run, cell, key)
                      for key in ("instructions_per_op", "ops", "elapsed_ns"))
    name, slots = _wheel(found)
    if not name or "yardstick-dispatch" not in found \
            or _options(cell.workload).get("mean") != f"{slots:g}ms":
        return []
    values = {block: (found[name][block] - found["yardstick-dispatch"][block])
              * ops[name][block] / (ns[name][block] / 1e6)
              for block in found[name] if block in found["yardstick-dispatch"]}
    one = inference.ratio(values, dict.fromkeys(values, 1.0))
    return [("tick", cell.workload, cell.n, name, cell.n / slots, one.mean, one.low,
             one.high)] if one else []


def _crossover(run, cell):
    found = inference.values(run, cell, "ns_per_op")
    name, slots = _wheel(found)
    other = next((name for name in found if name.startswith("hierarchical-wheel")), None)
    mean = re.fullmatch(r"([\d.]+)ms", _options(cell.workload).get("mean", ""))
    one = inference.ratio(found[other], found[name]) if name and other and mean else None
    return [("crossover", cell.workload, cell.n, other, float(mean[1]) / slots, one.mean, one.low,
             one.high)] if one else []
