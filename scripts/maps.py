"""Maps: which structure costs least at each pair of values of two settings, the axes of the map.

A map consists of places. A place is a pair of values of the axes. In each place, the winner is
compared with all other structures of its accuracy. The verdicts are those of inference.py.
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
    """One of the two settings that a map varies."""

    name: str
    title: str
    values: list  # texts, in the order in which the axis shows them


@dataclass
class Place:
    """A pair of values of a map's axes, with the structure of one accuracy that costs least."""

    x: str
    y: str
    cell: records.Cell
    winner: str
    runner_up: str  # "" if there is only one structure
    against: dict  # {name of another structure: Ratio of its cost to the winner's}
    blocks: int

    @property
    def ratio(self):
        """Returns the Ratio of the runner-up to the winner, or None if there is none."""
        return self.against.get(self.runner_up)

    @property
    def tied(self):
        """Returns the names of all that are not told apart from the winner, cheapest first."""
        found = [(one.mean, name) for name, one in self.against.items() if one.verdict != "slower"]
        return [name for _, name in sorted(found)]

    @property
    def tested(self):
        """Returns whether there is an interval. A single block gives none."""
        return any(one.has_interval for one in self.against.values())

    @property
    def resolved(self):
        return bool(self.against) and not self.tied

    @property
    def indicative(self):
        return self.blocks < inference.ENOUGH_BLOCKS

    @property
    def words(self):
        """Returns the verdict as it is printed."""
        word = "only one" if not self.against else "resolved" if self.resolved else "not resolved"
        return f"indicative: {word}" if self.against and self.indicative else word


@dataclass
class Map:
    """The places of one workload and one accuracy."""

    experiment: str
    workload: str  # without the settings that are axes
    dispatch: str
    measured: str
    accuracy: tuple
    x: Axis
    y: Axis
    places: dict  # {(value of x, value of y): Place}, of measured places only
    standings: list  # an inference.Standing for each measured cell of the map

    @property
    def indicative(self):
        return any(place.indicative for place in self.places.values())


def maps(run, measured="time", minimum_effect=inference.MINIMUM_EFFECT):
    """Returns the maps of a pass. Those of one workload are sorted by accuracy, exact first.

    An accuracy of only one structure has no map. A pass that is compared by differences has no
    maps.
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
    """Returns {name: initials} for tables and figures that have no room for names.

    The initials are the first letters of the words of the name. If several names have the same
    initials, they get more letters of their first words. A name that stays ambiguous is not
    abbreviated. After the first word, a word of digits is kept whole, as the 8 in
    dary-heap:arity=8.
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
    """Returns the name of a workload without the options that are axes."""
    for axis in (where["x"], where["y"]):
        setting = f"{axis['name']}={axis['value']}"
        workload = re.sub(rf"[:,]{re.escape(setting)}(?=[,/ ]|$)", "", workload, count=1)
    return workload


def _axis(members, which):
    """Returns the Axis `which` ("x" or "y"). An axis n is sorted by size. Other axes have the order
    of the experiment's settings.
    """
    found = {(axis["name"], axis["title"], axis["value"], axis["place"])
             for axis in (where[which] for _, where in members)}
    name, title = next((name, title) for name, title, *_ in sorted(found))
    ordered = sorted(found, key=lambda one: (float(one[2]),) if name == "n" else (one[3], one[2]))
    return Axis(name, title, list(dict.fromkeys(value for _, _, value, _ in ordered)))


def _places(run, members, accuracy, measured, minimum_effect):
    """Returns {(value of x, value of y): Place} of one map.

    The comparisons of all winners with the others are one family in Holm's correction.
    """
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
    """Returns a Place.

    Within each block, costs are divided by the geometric mean of all structures in the block. The
    medians of these relative costs over the blocks rank the structures.
    """
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
