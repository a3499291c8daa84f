"""The layout of small multiples: panels side by side, and a key below them."""

import math

from drawing import bold_text
from records import count

FEW = 8  # the most lines that are drawn boldly


def title(cell, cells, with_n=False):
    """Returns a panel's title. It has the experiment if `cells` are of several experiments."""
    several = len({one.experiment for one in cells}) > 1
    text = f"{cell.experiment}: {cell.workload}" if several else cell.workload
    return f"{text}, n = {count(cell.n)}" if with_n else text


def small_multiples(figure, panel_height):
    """Sets the variables that lay out the panels of a figure, with the key below them.

    The first column of the rows has the title of the panel, which its number replaces.
    """
    # The rows of a panel are contiguous. With first and last, gnuplot need not read other rows.
    owners = [row[0] for row in figure.rows]
    panels = list(dict.fromkeys(owners))
    figure.rows = [(panels.index(title) + 1, *row) for title, *row in figure.rows]
    columns = across(len(panels))
    rows = math.ceil(len(panels) / columns)
    figure.variables.update(
        first=[owners.index(panel) + 1 for panel in panels],
        last=[len(owners) - owners[::-1].index(panel) for panel in panels],
        order=sorted(range(1, len(figure.variables["subject"]) + 1),
                     key=lambda i: figure.variables["bold_of"][i - 1]),
        panel=[bold_text(panel) for panel in panels], columns=columns, panel_height=panel_height,
        height=rows * panel_height + 40 + figure.variables["key_height"])


def across(panels):
    """Returns the number of panels in a row: at most three, but two if there are four panels."""
    return 2 if panels == 4 else min(3, panels)
