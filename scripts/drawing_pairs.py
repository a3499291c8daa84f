"""Panels with a row per structure, two dots a row, and their ratio. layouts/pairs.gp draws them."""

import math
from dataclasses import dataclass

import inference
import passes
from drawing import Figure, LETTER, bold_text
from experiment_cells import looks, quartiles
from records import significant


@dataclass
class Pair:
    """A row: two samples {block: value} of a structure."""

    subject: str
    first: dict
    second: dict
    ratio: inference.Ratio = None


def pairs(run, name, panels, words, paired, columns):
    """Returns a Figure with a row per structure, or None if there are no samples.

    `panels` is [(title, workloads, n, [Pair, ...]), ...]. The workloads, like `words`, the names,
    are those of both sides. If
    `paired`, the text at the right of a row is the ratio second / first within blocks, with its
    interval. All ratios of the figure are one family of tests. If not `paired`, the text is both
    medians.
    """
    rows = list(dict.fromkeys(pair.subject for panel in panels for pair in panel[3]))
    figure = Figure(name, ("panel", "workload", "n", "subject", "row", "side", "ns", "low", "high",
                           "blocks", "ratio", "ratio_low", "ratio_high", "verdict", "text",
                           "colour", "told_apart"))
    if paired:
        for panel in panels:
            for pair in panel[3]:
                pair.ratio = inference.ratio(pair.second, pair.first)
        inference.decide([pair.ratio for panel in panels for pair in panel[3] if pair.ratio])
    look = looks(run, rows)
    ends, longest = [], 0
    for number, (_, workloads, n, found) in enumerate(panels, 1):
        for pair in found:
            text = _pair_text(pair, paired)
            longest = max(longest, len(text))
            one = pair.ratio
            numbers = (one.mean, one.low, one.high, passes.of("time").words(one)) if one else (math.nan,) * 3 + ("",)
            for side, sample in ((1, pair.first), (2, pair.second)):
                if sample:
                    middle = quartiles(list(sample.values()))
                    ends += middle
                    figure.add(number, workloads[side - 1], n, pair.subject, rows.index(pair.subject),
                               side, *middle, len(sample), *numbers, text, look[pair.subject][0][0],
                               int(not one or one.verdict in ("faster", "slower")))
    heading = f"{words[1]} / {words[0]}" if paired else "ns"
    if not ends:
        return None
    left = max(map(len, rows)) * LETTER + 14
    right = max(longest, len(heading)) * LETTER + 20
    height = len(rows) * 21 + 88
    figure.variables.update(
        panel=[bold_text(panel[0]) for panel in panels], row_name=rows, left=left, right=right,
        columns=min(columns, len(panels)), panel_height=height, key_words=list(words),
        heading=heading,
        note="grey: not told apart" if paired else "",
        x_low=min(ends) / 1.3, x_high=max(ends) * 1.3,
        height=math.ceil(len(panels) / min(columns, len(panels))) * height + 36)
    return figure


def _pair_text(pair, paired):
    if not paired:
        return " → ".join(significant(quartiles(list(sample.values()))[0], 2) if sample else "–"
                         for sample in (pair.first, pair.second))
    if not pair.ratio:
        return "–"
    one = pair.ratio
    return f"{significant(one.mean)}×" + (
        "" if not one.has_interval else " [wide]" if one.high > 100 * one.low
        else f" [{significant(one.low)}, {significant(one.high)}]")
