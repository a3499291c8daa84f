"""Maps: who costs least where, over two things that are varied.

A map is a plane of places. In each place the winner is compared with all others of its accuracy; the
verdicts are those of inference.py.
"""

import math
import re
from dataclasses import dataclass

import numpy

import inference
import passes
import records


@dataclass
class Axis:
    """One of the two things that a map varies."""

    name: str
    title: str
    values: list  # as typed, in order


@dataclass
class Place:
    """Where a map's axes meet: who costs least there of those with one accuracy."""

    x: str
    y: str
    cell: records.Cell
    winner: str
    runner_up: str  # "" where there is none
    against: dict  # {other: Ratio of its cost to the winner's}
    blocks: int

    @property
    def ratio(self):
        """What the runner-up costs relative to the winner; None where there is none."""
        return self.against.get(self.runner_up)

    @property
    def tied(self):
        """The others that are not told apart from the winner, cheapest first."""
        found = [(one.mean, name) for name, one in self.against.items() if one.verdict != "slower"]
        return [name for _, name in sorted(found)]

    @property
    def tested(self):
        """Whether there is any interval: not from a single block."""
        return any(one.has_interval for one in self.against.values())

    @property
    def resolved(self):
        return bool(self.against) and not self.tied

    @property
    def indicative(self):
        return self.blocks < inference.ENOUGH_BLOCKS

    @property
    def words(self):
        """The verdict as it is to be printed."""
        word = "only one" if not self.against else "resolved" if self.resolved else "not resolved"
        return f"indicative: {word}" if self.against and self.indicative else word


@dataclass
class Map:
    """A plane of places, over two axes, for one workload and one accuracy."""

    experiment: str
    workload: str  # without what the axes set
    dispatch: str
    measured: str
    accuracy: tuple
    x: Axis
    y: Axis
    places: dict  # {(value of x, value of y): Place}; what was not measured is not in it
    standings: list  # what it rests on

    @property
    def indicative(self):
        return any(place.indicative for place in self.places.values())


def maps(run, measured="time", minimum_effect=inference.MINIMUM_EFFECT):
    """The maps of a pass; of one workload those of exact structures first.

    An accuracy that only one structure has ranks nobody, and so has no map. Nor has a pass that is
    compared by differences.
    """
    groups = {}
    for standing in [] if passes.of(measured).differences else \
            inference.standings(run, measured, minimum_effect=minimum_effect):
        where = run.places.get(standing.cell)
        if where:
            cell = standing.cell
            key = (cell.experiment, _without_axes(cell.workload, where), cell.dispatch,
                   where["x"]["name"], where["y"]["name"])
            groups.setdefault(key, []).append((standing, where))
    result = []
    for key in sorted(groups):
        members, (experiment, workload, dispatch, *_) = groups[key], key
        for accuracy in inference.accuracies([standing for standing, _ in members]):
            names = {line.subject.name for standing, _ in members for line in standing.lines
                     if line.ranked and line.subject.accuracy == accuracy}
            if len(names) > 1:
                places = _places(run, members, accuracy, measured, minimum_effect)
                result.append(Map(experiment, workload, dispatch, measured, accuracy,
                                  _axis(members, "x"), _axis(members, "y"), places,
                                  [standing for standing, _ in members]))
    return result


def initials(names):
    """{name: the first letters of its words}, more letters of the first word where some are alike.

    A table and a picture have no room for names; digits are kept, as in dary-heap:arity=8.
    """
    words = {name: [word for word in re.split(r"[^A-Za-z0-9]+", name) if word] for name in names}
    letters = dict.fromkeys(names, 1)

    def text(name):
        first, *rest = words[name]
        return first[:letters[name]] + "".join(
            word if word.isdigit() else word[0] for word in rest)

    while True:
        found = {}
        for name in names:
            found.setdefault(text(name), []).append(name)
        alike = [name for same in found.values() if len(same) > 1 for name in same
                 if letters[name] < len(words[name][0])]
        if not alike:
            break
        for name in alike:
            letters[name] += 1
    return {name: text(name) if len(found[text(name)]) == 1 else name for name in names}


def _without_axes(workload, where):
    """A workload's name without the options that are axes."""
    for axis in (where["x"], where["y"]):
        setting = f"{axis['name']}={axis['value']}"
        workload = re.sub(rf"[:,]{re.escape(setting)}(?=[,/ ]|$)", "", workload, count=1)
    return workload


def _axis(members, which):
    """n by size; other values in the order in which they were given."""
    found = {(axis["name"], axis["title"], axis["value"], axis["place"])
             for axis in (where[which] for _, where in members)}
    name, title = next((name, title) for name, title, *_ in sorted(found))
    ordered = sorted(found, key=lambda one: (float(one[2]),) if name == "n" else (one[3], one[2]))
    return Axis(name, title, list(dict.fromkeys(value for _, _, value, _ in ordered)))


def _places(run, members, accuracy, measured, minimum_effect):
    """All places of one map. Its comparisons, of each winner with all others, are one family."""
    measure = passes.of(measured).measure
    places = {}
    for standing, where in members:
        lines = [line for line in standing.lines
                 if line.ranked and line.subject.accuracy == accuracy]
        if lines:
            x, y = where["x"]["value"], where["y"]["value"]
            places[x, y] = _place_of(x, y, standing.cell, lines,
                                     inference.values(run, standing.cell, measure))
    inference.decide([one for place in places.values() for one in place.against.values()],
                     minimum_effect)
    return places


def _place_of(x, y, cell, lines, found):
    """Ranks by the median over blocks of what each costs relative to the mean of all in a block."""
    common = inference.common_blocks([set(found[line.subject.name]) for line in lines])
    names = sorted(line.subject.name for line in lines
                   if common <= set(found[line.subject.name]))
    logs = numpy.array([[math.log(max(found[name][block], 1e-9)) for block in common]
                        for name in names])
    cost = dict(zip(names, numpy.median(logs - logs.mean(axis=0), axis=1)))
    order = sorted(names, key=lambda name: (cost[name], name))
    winner = order[0]
    against = {name: one for name in order[1:]
               if (one := inference.ratio(found[name].within(common), found[winner].within(common)))}
    return Place(x, y, cell, winner, order[1] if len(order) > 1 else "", against, len(common))
