"""What calls through the function table add: a ratio on the left, ns on the right. Each workload
has a row of panels."""

import inference
from drawing_lines import Curve, Panel, lines
from experiment_cells import base, cells_of, difference, looks, names_in

HEADING = "What calling through a table costs"
CAPTION = ("The same structure called through a table of functions and compiled into the replay, "
           "on the same bytes: how much the table adds. Left: ratio; right: difference. Bars: 95 "
           "% interval of the mean (Student's t). yardstick-dispatch does nothing but be called.")


def make(run, name, _):
    sides = {}
    for cell in cells_of(run, name):
        sides.setdefault((base(cell), cell.n), {})[cell.dispatch] = inference.values(
            run, cell, "ns_per_op")
    workloads = list(dict.fromkeys(workload for workload, _ in sides))
    names = names_in(run, cells_of(run, name), compared=False)
    look = looks(run, names)
    panels = []
    for workload in workloads:
        for form, words, kind in (("ratio", "table / inlined", _ratio_point),
                                  ("linear time", "table − inlined", difference)):
            # Subjects that are not compared, such as yardsticks, have only a difference.
            curves = [Curve(one, look[one][0], dash=look[one][1]) for one in names
                      if form != "ratio" or run.subjects[one].compared]
            for (other, n), pair in sides.items():
                for curve in curves:
                    table, inlined = (pair.get(way, {}).get(curve.name, {})
                                      for way in ("vtable", "inline"))
                    point = kind(table, inlined) if other == workload else None
                    if point:
                        curve.points.append((n, *point))
            panels.append(Panel(workload, curves, words, form, form, workload=workload))
    return lines(name, panels, "timers, n", panel_height=230)


def _ratio_point(a, b):
    one = inference.ratio(a, b)
    if not one:
        return None
    return (one.mean, one.low, one.high, one.blocks) if one.has_interval \
        else (one.mean, one.mean, one.mean, one.blocks)
