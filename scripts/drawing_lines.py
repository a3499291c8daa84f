"""Small multiples of lines, each with its name at the right end. layouts/lines.gp draws them."""

import math
from dataclasses import dataclass, field

from drawing import Figure, LETTER, bold_text

NAME_GAP = 13  # pixels, the least vertical distance of two names


@dataclass
class Curve:
    """One line. A point is (x, y, low, high, blocks), with its workload behind if the panel has points
    of several. `subject` is the subject of all points, if the name is another."""

    name: str
    look: tuple  # (colour, shape), indices into the lists of style.gp
    points: list = field(default_factory=list)
    dash: int = 1
    subject: str = ""


@dataclass
class Panel:
    """One panel of small multiples. Panels with the same `scale` share the range of the y axis."""

    title: str
    curves: list
    y_title: str = "time per operation"
    scale: str = ""
    form: str = "time"  # "time" (logarithmic axis), "ratio" or "linear time" (linear axes)
    n: int = 0
    workload: str = ""


def lines(name, panels, x_title, ticks=None, columns=2, panel_height=250):
    """Returns a Figure of small multiples, or None if no curve has points.

    Without ticks, x is n on a logarithmic axis. With ticks, x is an index into the list of ticks.
    """
    panels = [panel for panel in panels if any(curve.points for curve in panel.curves)]
    if not panels:
        return None
    figure = Figure(name, ("panel", "curve", "workload", "n", "name", "x", "y", "low", "high",
                           "blocks", "colour", "shape", "subject", "tick"))
    xs = [point[0] for panel in panels for curve in panel.curves for point in curve.points]
    longest = max(len(curve.name) for panel in panels for curve in panel.curves)
    left, right, top, bottom = 76, longest * LETTER + 26, 30, 44
    for number, panel in enumerate(panels, 1):
        for place, curve in enumerate(panel.curves, 1):
            for x, y, low, high, blocks, *workload in curve.points:
                figure.add(number, place, *(workload or [panel.workload]), panel.n or x, curve.name,
                           x, y, low, high, blocks, *curve.look, curve.subject or curve.name,
                           ticks[x] if ticks else "")
    ranges = {scale: _y_range([one for one in panels if one.scale == scale])
              for scale in {panel.scale for panel in panels}}
    labels = [label for number, panel in enumerate(panels, 1)
              for label in _names(number, panel, ranges[panel.scale], panel_height - top - bottom)]
    figure.variables.update(
        panel=[bold_text(panel.title) for panel in panels], columns=min(columns, len(panels)),
        panel_height=panel_height, left=left, right=float(right), top=top, bottom=bottom,
        y_title=[panel.y_title for panel in panels], form=[panel.form for panel in panels],
        y_low=[ranges[panel.scale][0] for panel in panels],
        y_high=[ranges[panel.scale][1] for panel in panels],
        curves=[len(panel.curves) for panel in panels],
        dash=[curve.dash for panel in panels for curve in panel.curves],
        x_title=x_title, x_logarithmic=int(not ticks),
        x_low=min(xs) / 1.4 if not ticks else -0.3,
        x_high=max(xs) * 1.25 if not ticks else len(ticks) - 0.85,
        tick=[str(one) for one in ticks or [""]],
        name_panel=[one[0] for one in labels], name_text=[one[1] for one in labels],
        name_y=[one[2] for one in labels], name_end=[one[3] for one in labels],
        name_colour=[one[4] for one in labels],
        height=math.ceil(len(panels) / min(columns, len(panels))) * panel_height + 6)
    return figure


def _y_range(panels):
    points = [point for panel in panels for curve in panel.curves for point in curve.points]
    ends = [end for point in points for end in point[1:4] if not math.isnan(end)]
    if panels[0].form == "time":
        positive = [end for end in ends if end > 0]
        return min(positive) / 1.25, max(positive) * 1.25
    # Long bars leave the panel, lest the axis compress the points.
    values = [point[1] for point in points]
    room = 0.6 * (max(values) - min(values)) or abs(values[0]) or 1.0
    low = max(min(ends), min(values) - room)
    high = min(max(ends), max(values) + room)
    if panels[0].form == "ratio":
        low, high = min(low, 0.95), max(high, 1.05)
    else:
        low, high = min(low, 0.0), max(high, 1.0)
    return low - 0.06 * (high - low), high + 0.06 * (high - low)


def _names(number, panel, y_range, pixels):
    """Returns [(panel, name, height of the name, height of the line's end, colour), ...].

    Heights are fractions of the panel. A name is as high as the end of its line, and is moved where
    names would overlap.
    """
    low, high = y_range
    ends = []
    for curve in panel.curves:
        if curve.points:
            y = max(curve.points)[1]
            at = math.log(y / low) / math.log(high / low) if panel.form == "time" \
                else (y - low) / (high - low)
            ends.append((min(1.0, max(0.0, at)), curve))
    ends.sort(key=lambda pair: pair[0])
    places = spread([end for end, _ in ends], NAME_GAP / pixels)
    return [(number, curve.name, place, end, curve.look[0])
            for place, (end, curve) in zip(places, ends)]


def spread(wanted, gap):
    """Returns the ascending places `wanted`, moved so that they are `gap` apart and within 0..1.

    Places that are too close form a group around the mean of the places that its members wanted. If
    there is not enough room for all gaps, the result is spaced evenly.
    """
    if (len(wanted) - 1) * gap > 1:
        return [place / (len(wanted) - 1) for place in range(len(wanted))]
    groups = []  # [first place, [wanted place of each member - its offset in the group]]
    for one in wanted:
        groups.append([one, [one]])
        while True:
            first, members = groups[-1]
            start = sum(members) / len(members)
            start = min(max(start, 0.0), 1.0 - (len(members) - 1) * gap)
            groups[-1][0] = start
            if len(groups) < 2 or groups[-2][0] + len(groups[-2][1]) * gap <= start + 1e-12:
                break
            offset = len(groups[-2][1]) * gap
            groups[-2][1] += [member - offset for member in members]
            groups.pop()
    return [start + place * gap for start, members in groups for place in range(len(members))]
