"""Matrices of structures by attacks.

The matrices have the same rows: the time per operation, relative to the cheapest structure that is
exact and in order in the same block; the worst single operation; and, for a few workloads, memory
and spurious wake-ups. A row is at the largest n at which its structure was measured. A frame marks
the attack in which the structure's relative cost is the highest, if this cost exceeds its mean over
plain work.
"""

import math

import numpy

import inference
import passes
import records
from drawing import WIDTH, Figure, short

HEADING = "Under work that is built to hurt"
CAPTION = ("Above: thread CPU time per operation, relative to the cheapest structure that is "
           "exact and in order in the same blocks; plain work on the left, attacks on the right. "
           "A frame is the attack that a structure is furthest behind under. Below: the worst "
           "single operation (for each operation the least over the replays), bytes beside the "
           "timer, and spurious wake-ups for 100 operations. Darker is worse, on a logarithmic "
           "scale. Slow: beyond the cell's budget of time; in brackets: the n of structures that "
           "have a limit below the n of the others.")

FAMILY = "adversary"
CELL, LINE = 30, 17  # pixels, the width of a column and the height of a row
GAP = 0.6  # the space between plain work and attacks or between two matrices, in columns
HEAD = 118  # pixels above a matrix, for its title and the names of columns

# The pass of each matrix.
MEASURED = {"cost": "time", "tail": "tail", "bytes": "memory", "vain": "memory"}
# The values at which each matrix has its lightest and its darkest colour.
COST_RANGE = (1.0, 100.0)
TAIL_RANGE = (1e2, 1e7)  # ns
BYTES_RANGE = (1.0, 1e3)
VAIN_RANGE = (0.01, 10.0)


def _is_attack(workload):
    return workload.split(":")[0] == FAMILY


def _column(workload):
    """Returns the name of a column: the attack and the values of other settings."""
    if not _is_attack(workload):
        return workload
    settings = workload.partition(":")[2] or "default"
    word, *others = settings.replace("attack=", "").split(",")
    return word + "".join(f", {other.rpartition('=')[2]}" for other in others)


def _compact(value):
    """Returns a number in at most four characters: 0.7, 1.3, 25, 310, 4.1k, 12k, 3.0M."""
    if value < 0.05:
        return "0"
    if value < 9.95:
        return f"{value:.1f}"
    for size, letter in ((1, ""), (1e3, "k"), (1e6, "M")):
        if value < 999.5 * size:
            return f"{value / size:.0f}{letter}" if value >= 9.95 * size or size == 1 \
                else f"{value / size:.1f}{letter}"
    return f"{value / 1e9:.0f}G"


def _micro(ns):
    """Returns a time in us: .03, .90, 6.7, 36, 1.2k."""
    return f"{ns / 1e3:.2f}".lstrip("0") if ns < 945 else _compact(ns / 1e3)


def _shade(value, bounds):
    """Returns the place of a value within `bounds` on a logarithmic scale, clipped to 0..1."""
    low, high = bounds
    place = math.log(max(value, 1e-12) / low) / math.log(high / low)
    return min(1.0, max(0.0, place))


class Matrices:
    """Collects the cells of one run."""

    def __init__(self, run, experiment):
        self.run = run
        self.costs = self._standings("time", experiment)
        self.tails = self._standings("tail", experiment)
        self.memories = self._standings("memory", experiment)
        self.sizes = {standings[0].cell.measured: self._sizes(standings)
                      for standings in (self.costs, self.tails, self.memories) if standings}
        self.size = self.sizes.get("time", {})  # the n of each row

    def _standings(self, measured, experiment):
        return [one for one in inference.standings(self.run, measured)
                if one.cell.experiment == experiment and one.cell.dispatch == "vtable"]

    @staticmethod
    def _sizes(standings):
        """Returns {subject: largest n at which it was measured}."""
        sizes = {}
        for standing in standings:
            for line in standing.lines:
                if line.subject.compared:
                    name = line.subject.name
                    sizes[name] = max(sizes.get(name, 0), standing.cell.n)
        return sizes

    def largest(self, measured):
        return max(self.sizes.get(measured, {}).values(), default=0)

    def columns(self, standings):
        """Returns the workloads: plain ones, then attacks, each in the order of experiment.ini."""
        found = {one.cell.workload for one in standings}
        listed = self.run.settings.split()

        def place(workload):
            return listed.index(workload) if workload in listed else len(listed)
        return sorted(found, key=lambda workload: (_is_attack(workload), place(workload),
                                                   workload))

    def rows(self):
        """Returns the subjects by accuracy, then those with the largest n, then the cheapest."""
        order = {pair: place for place, pair in
                 enumerate(inference.accuracies(self.costs))}
        logs = {}
        for standing in self.costs:
            for line in standing.lines:
                name = line.subject.name
                if standing.cell.n == self.size.get(name):
                    logs.setdefault(name, []).append(math.log(max(line.value, 1e-3)))
        return sorted((self.run.subjects[name] for name in self.size), key=lambda subject: (
            order.get(subject.accuracy, len(order)), -self.size[subject.name],
            numpy.mean(logs.get(subject.name, [0])), subject.name))

    def _at(self, standings, name, workload):
        return next((one for one in standings if one.cell.workload == workload
                     and one.cell.n == self.sizes[one.cell.measured].get(name)), None)

    def cost(self, name, workload):
        """Returns the ratio of a subject's cost to the cheapest that is exact and in order.

        The costs are from the same blocks. Returns None if either is missing.
        """
        standing = self._at(self.costs, name, workload)
        first = standing and standing.first(records.EXACT)
        if not first or not standing.line(name):
            return None
        found = inference.values(self.run, standing.cell, passes.of("time").measure)
        against = inference.ratio(found[name], found[first.subject.name])
        return against.mean if against else None

    def median(self, standings, name, workload, measure, per=None):
        """Returns the median of a measure over blocks, or None.

        If `per` is a key of records, each value is divided by the record's value of that key.
        """
        standing = self._at(standings, name, workload)
        if not standing or name not in self.run.cells[standing.cell]:
            return None
        numbers = [row[measure] / (row[per] if per else 1)
                   for rows in self.run.cells[standing.cell][name].values() for row in rows
                   if row.get(measure) is not None]
        return float(numpy.median(numbers)) if numbers else None

    def too_slow(self, name, workload, measured):
        """Returns whether the subject exceeded the time budget of a cell. Other failures don't
        count."""
        return any(one.subject == name and one.workload == workload and one.measured == measured
                   and one.n == self.sizes[measured].get(name) and one.status == "too slow"
                   for one in self.run.failures)


def _add(figure, panel, place, subject, workload, value, text, shade, worst=False):
    figure.add(panel, subject.name, workload, place[0], place[1], value, text, shade, int(worst))


def _worst(plain, attacks):
    """Returns the attack that costs most, if it exceeds the geometric mean over plain work.

    Otherwise, or if nothing is known, it returns None.
    """
    known = [math.log(value) for value in plain.values() if value and value < math.inf]
    found = {workload: value for workload, value in attacks.items() if value}
    if not known or not found:
        return None
    name = max(found, key=found.get)
    return name if math.log(found[name]) > numpy.mean(known) else None


def make(run, name, _):
    matrices = Matrices(run, name)
    if not matrices.costs or not matrices.size:
        return None
    figure = Figure(name, ("panel", "subject", "workload", "x", "y", "value", "text",
                           "shade", "worst", "n"))
    rows = matrices.rows()
    _costs(figure, matrices, rows)
    across = _tails(figure, matrices, rows)
    _memory(figure, matrices, rows, across)
    _layout(figure, matrices, rows)
    figure.rows = [(*row, matrices.sizes[MEASURED[row[0]]][row[1]]) for row in figure.rows]
    figure.rests_on(run, matrices.costs)
    return figure


def _places(columns):
    """Returns {workload: x}, with a gap between plain work and attacks."""
    return {workload: place + (GAP if _is_attack(workload) and not _is_attack(columns[0]) else 0)
            for place, workload in enumerate(columns)}


def _costs(figure, matrices, rows):
    columns = matrices.columns(matrices.costs)
    places = _places(columns)
    for y, subject in enumerate(rows):
        found = {one: matrices.cost(subject.name, one) for one in columns}
        worst = _worst({one: found[one] for one in columns if not _is_attack(one)},
                       {one: math.inf if matrices.too_slow(subject.name, one, "time") else found[one]
                        for one in columns if _is_attack(one)})
        for workload in columns:
            place = (places[workload], y)
            if found[workload]:
                _add(figure, "cost", place, subject, workload, found[workload],
                     _compact(found[workload]), _shade(found[workload], COST_RANGE),
                     workload == worst)
            elif matrices.too_slow(subject.name, workload, "time"):
                _add(figure, "cost", place, subject, workload, math.nan, "slow", 1.0,
                     workload == worst)
    _heads(figure, "cost", places)


def _tails(figure, matrices, rows):
    """Adds the matrix of the worst single operations. Returns its width in columns."""
    columns = matrices.columns(matrices.tails)
    places = _places(columns)
    for y, subject in enumerate(rows):
        for workload in columns:
            value = matrices.median(matrices.tails, subject.name, workload, "max_ns")
            if value:
                _add(figure, "tail", (places[workload], y), subject, workload, value,
                     _micro(value), _shade(value, TAIL_RANGE))
            elif matrices.too_slow(subject.name, workload, "tail"):
                _add(figure, "tail", (places[workload], y), subject, workload, math.nan, "slow",
                     1.0)
    _heads(figure, "tail", places)
    return max(places.values(), default=-1) + 1


def _memory(figure, matrices, rows, across):
    """Adds two small matrices at column `across`, to the right of the tails: bytes per timer and
    spurious wake-ups per 100 operations."""
    kinds = (("bytes", "bytes_per_timer", None, 1, BYTES_RANGE, ("hold", "stop-all")),
             ("vain", "spurious_wake_ups", "ops", 100, VAIN_RANGE, ("idle", "nudge", "sparse")))
    for panel, measure, per, scale, bounds, wanted in kinds:
        columns = [one for one in matrices.columns(matrices.memories)
                   if _column(one).split(",")[0] in wanted]
        places = {workload: across + GAP + place for place, workload in enumerate(columns)}
        for y, subject in enumerate(rows):
            for workload in columns:
                value = matrices.median(matrices.memories, subject.name, workload, measure, per)
                if value is not None:
                    _add(figure, panel, (places[workload], y), subject, workload, scale * value,
                         _compact(scale * value), _shade(scale * value, bounds))
                elif matrices.too_slow(subject.name, workload, "memory"):
                    _add(figure, panel, (places[workload], y), subject, workload, math.nan,
                         "slow", 1.0)
        _heads(figure, panel, places)
        across = max(places.values(), default=across - GAP - 1) + 1


def _heads(figure, panel, places):
    for name, value in (("head", [_column(one) for one in places]),
                        ("head_x", [float(x) for x in places.values()]),
                        ("head_panel", [panel] * len(places))):
        figure.variables.setdefault(name, []).extend(value)


def _layout(figure, matrices, rows):
    labels, groups, group_first = [], [], []
    for y, subject in enumerate(rows):
        smaller = matrices.size[subject.name] < matrices.largest("time")
        labels.append(subject.name + (f" ({records.count(matrices.size[subject.name])})"
                                      if smaller else ""))
        words = "exact, in order" if subject.accuracy == records.EXACT else short(subject)
        if not groups or groups[-1] != words:
            groups.append(words)
            group_first.append(y)
    panel_height = HEAD + LINE * len(rows) + 26
    columns = max(row[3] for row in figure.rows) + 1
    left = max(map(len, labels)) * 6.7 + 18
    figure.variables.update(
        label=labels, group=groups, group_first=group_first, rows=len(rows), left=left,
        column=min(CELL, (WIDTH - left - 40) / columns), line=LINE, head_height=HEAD,
        panel_height=panel_height, width=WIDTH,
        size_of=[records.count(matrices.largest(measured)) for measured in
              ("time", "tail", "memory")],
        height=panel_height * (2 if matrices.tails or matrices.memories else 1) + 14)
