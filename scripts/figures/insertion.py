"""The share of a sorted list that an insertion passes: measured, predicted and published (C1)."""

import math
import re

import inference
import insertion as law
from drawing import Figure

HEADING = "How far an insertion into a sorted list walks"
CAPTION = ("The share of the list that an insertion passes, as counted, against the share by the law: "
           "1 - Gini from the head and Gini from the tail. Crosses: the shares that were printed in "
           "1987. Bars: 95 % interval over blocks (Student's t).")

# {(distribution, search): share of n}, from a transcription of SOSP 1987, section 3.2.
PRINTED = {("exponential", "head"): 2 / 3, ("uniform", "head"): 1 / 2,
           ("exponential", "tail"): 1 / 3}


def make(run, name, standings):
    shown = [one for one in standings if one.cell.measured == "memory"]
    shown = list(inference.largest(shown).values())
    figure = Figure(name, ("what", "workload", "n", "subject", "search", "distribution",
                           "law", "share", "low", "high", "label"))
    for standing in shown:
        distribution = law.distribution_of(standing.cell.workload)
        found = inference.values(run, standing.cell, "steps_per_insert")
        for subject, blocks in sorted(found.items()):
            search = re.search(r"search=(\w+)", subject)
            if not search or distribution not in law.QUANTILES:
                continue
            one = inference.ratio(blocks, {block: standing.cell.n - 1 for block in blocks})
            of = (standing.cell.workload, standing.cell.n, subject)
            expected = law.share(distribution, search[1])
            figure.add("measured", *of, search[1], distribution, expected, one.mean, one.low,
                       one.high, distribution)
            if (distribution, search[1]) in PRINTED:
                figure.add("printed", *of, search[1], distribution, expected,
                           PRINTED[distribution, search[1]], math.nan, math.nan,
                           f"{distribution}, {search[1]}")
    if not figure.rows:
        return None
    _share_labels(figure)
    figure.variables["height"] = 440
    figure.rests_on(run, shown)
    return figure


def _place(row):
    """Returns where a point stands: what it is, the search, and the share by the law."""
    return row[0], row[4], round(row[6], 2)


def _share_labels(figure):
    """Gives points at one place a common label. The first of these points has it."""
    places = {}
    for row in figure.rows:
        places.setdefault(_place(row), []).append(row[-1])
    labels = {place: ", ".join(names) for place, names in places.items()}
    figure.rows = [(*row[:-1], labels.pop(_place(row), ""))
                   for row in figure.rows]
