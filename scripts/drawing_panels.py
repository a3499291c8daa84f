"""Small multiples: panels side by side, each with the rows of one cell or measure, and a key below."""

import math

from records import count

FEW = 8  # as many lines as can all be drawn boldly


def title(cell, cells, with_n=False):
    """A panel's title; the experiment only where there are several."""
    several = len({one.experiment for one in cells}) > 1
    text = f"{cell.experiment}: {cell.workload}" if several else cell.workload
    return f"{text}, n = {count(cell.n)}" if with_n else text


def small_multiples(figure, panel_height):
    """Room for small multiples with the key below them."""
    # A panel's rows stand together; knowing where saves gnuplot from reading the others.
    owners = [row[0] for row in figure.rows]
    panels = list(dict.fromkeys(owners))
    columns = across(len(panels))
    rows = math.ceil(len(panels) / columns)
    figure.variables.update(
        first=[owners.index(panel) + 1 for panel in panels],
        last=[len(owners) - owners[::-1].index(panel) for panel in panels],
        order=sorted(range(1, len(figure.variables["subject"]) + 1),
                     key=lambda i: figure.variables["bold_of"][i - 1]),
        panel=panels, columns=columns, panel_height=panel_height,
        height=rows * panel_height + 40 + figure.variables["key_height"])


def across(panels):
    """Panels side by side: three, or two where that fills the rows."""
    return 2 if panels == 4 else min(3, panels)
