"""Panels with a row per structure and a dot per number. layouts/dots.gp draws them."""

import math

import numpy

import inference
import passes
from drawing import Figure, bold_text
from drawing_panels import across, title
from records import significant
from shown import structures


def dots(run, name, standings, measures, rings=None):
    """Returns a Figure of panels with one row per structure, for each workload at its largest n.

    With one measure there is one panel per workload. With several, each workload has a row of
    panels and each measure a column. A measure is (key of records, words, least[, factor]). `least`
    is the smallest value that a logarithmic axis shows. Dots of smaller values are drawn there, too.
    0 asks for a linear axis. Values are multiplied by the factor. `rings` is a key of records whose
    values are drawn as rings beside the dots of a single measure. Returns None if the run has
    nothing to show.
    """
    top = list(inference.largest(standings).values())
    figure = Figure(name, ("panel", "workload", "measure", "n", "subject", "accuracy", "row",
                           "value", "x", "text", "low", "high"))
    subjects = structures(run, top)
    if not subjects:
        return None
    subjects = _by_cost(subjects, top)
    shown = [one for measure in measures if (one := _Measured(run, top, rings, *measure)).numbers]
    panels = []
    for one in shown:
        for standing in top:
            panel = title(standing.cell, [each.cell for each in top], with_n=True)
            if panel not in panels:
                panels.append(panel)
            one.add_rows(figure, run, panels.index(panel) + 1, standing,
                         [subject.name for subject in subjects])
    if not figure.rows:
        return None
    figure.add_subjects(subjects, {subject.name for subject in subjects})
    _layout(figure, panels, measures, shown)
    figure.rests_on(run, top)
    return figure


class _Measured:
    """The values of one measure, {cell: {subject: [value, ...]}} with a value per block, and the
    range of its axis."""

    def __init__(self, run, top, rings, key, words, least, factor=1):
        self.key, self.words, self.least, self.rings = key, words, least, rings
        self.found = {one.cell: _values(run, one, key, factor) for one in top}
        self.ringed = {one.cell: _values(run, one, rings, factor) if rings else {} for one in top}
        self.numbers = _numbers(self.found)
        if self.numbers:
            self.low, self.high = _range(self.numbers + _numbers(self.ringed), least)

    def add_rows(self, figure, run, panel, standing, names):
        for key, samples in ((self.key, self.found[standing.cell]),
                             (self.rings, self.ringed[standing.cell])):
            for name, sample in samples.items():
                _dot_rows(figure, panel, key, standing, run.subjects[name], names.index(name),
                          sample, self.least)


def _values(run, standing, measure, factor):
    """Returns {subject: [value, ...]}, with a value per block."""
    found = inference.values(run, standing.cell, measure)
    return {name: [factor * value for value in blocks.values()] for name, blocks in found.items()
            if run.subjects[name].compared}


def _numbers(found):
    return [value for samples in found.values() for sample in samples.values() for value in sample]


def _layout(figure, panels, measures, shown):
    """Sets the variables for the places of panels, in pixels, and for their axes."""
    several = len(measures) > 1
    rows_of_panel = len(figure.variables["caption"])
    columns = len(shown) if several else across(len(panels))
    line = 17 if measures[0][2] else 24  # a linear axis shows single runs, which need more room
    height = rows_of_panel * line + (78 if several else 68)
    rows = len(panels) if several else math.ceil(len(panels) / columns)
    figure.variables.update(
        measure=[one.key for one in shown], words=[one.words for one in shown],
        x_low=[one.low for one in shown], x_high=[one.high for one in shown],
        least=[float(one.least) for one in shown], panel=[bold_text(panel) for panel in panels],
        columns=columns,
        left=max(map(len, figure.variables["caption"])) * 7.0 + 16, panel_height=height,
        step=_step(shown[0].high), **({"rings": shown[0].rings} if shown[0].rings else {}),
        height=rows * height + (18 if several else 34))


def _range(numbers, least):
    """Returns the range of an axis. It leaves room for the number beside the last dot."""
    if not least:
        return 0.0, max(numbers) * 1.3
    low = max(min(numbers), least)
    high = max(max(numbers), low * 10)
    low /= 1.5
    return low, high * (high / low) ** 0.35


def _step(high):
    """Returns the distance of ticks on a linear axis from 0: 1, 2 or 5 times a power of 10. It
    gives at most five ticks above 0."""
    power = 10.0 ** math.floor(math.log10(high / 5))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= high / 5)


def _dot_rows(figure, panel, measure, standing, subject, row, sample, least):
    """Adds a row for the median, which has the number as its text, and rows for the samples if
    there are several."""
    head = (panel, standing.cell.workload, measure, standing.cell.n, subject.name,
            ", ".join(subject.accuracy))
    median = float(numpy.median(sample))
    figure.add(*head, row, median, max(median, float(least)), significant(median), min(sample),
               max(sample))
    if len(sample) > 1:
        for place, value in enumerate(sample):
            jitter = 0.66 * ((place + 0.5) / len(sample) - 0.5)
            figure.add(*head, row + jitter, value, max(value, float(least)), "", math.nan, math.nan)


def _by_cost(subjects, top):
    """Returns the subjects by accuracy, and within an accuracy the cheapest first.

    The cost is the mean of logarithms, or of values if these may be negative. Subjects that were
    measured in most of the standings precede the others.
    """
    def cost_of(subject):
        costs = [line.value if passes.of(standing.cell.measured).differences
                 else math.log(max(line.value, 1e-3)) for standing in top
                 if (line := standing.line(subject.name))]
        return -len(costs), sum(costs) / len(costs)
    order = {}
    for subject in subjects:
        order.setdefault(subject.accuracy, len(order))
    return sorted(subjects, key=lambda subject: (order[subject.accuracy], *cost_of(subject),
                                                 subject.name))
