"""A map: which structure costs least at each pair of values of two axes. Each experiment with two
axes has a figure."""

import math
import textwrap

import drawing
import inference
import maps
from drawing import Figure, bold_text
from gallery import EVERY
from records import count, significant

HEADING = "Who costs least where: {name}"
CAPTION = ("Colour and initials: the structure with the lowest median cost, relative to the "
           "others of its accuracy in the same blocks; number: how many times as much the next "
           "one costs (geometric mean). Hatched: not told apart, by the same rule as every "
           "verdict, corrected over all comparisons of a panel: whose names are given. Structures "
           "are ranked within their accuracy only, and there is no panel for an accuracy that "
           "only one has.")
PASS = EVERY
PLACE = 2

CELL = 46  # pixels, the height of a place; its width follows from the panel's
NARROWEST = 64  # below that, panels stand below each other


def figures(run, measured):
    """Returns a Figure for each experiment with a map. A panel shows one workload and accuracy."""
    groups = {}
    for one in maps.maps(run, measured):
        groups.setdefault((one.experiment, one.dispatch), []).append(one)
    result = []
    for (experiment, dispatch), panels in groups.items():
        name = experiment + ("" if measured == "time" else f"-{measured}")
        result.append(_figure(run, panels, name + ("" if dispatch == "vtable" else f"-{dispatch}")))
    return result


def _figure(run, panels, name):
    figure = Figure(name, ("panel", "workload", "accuracy", "x", "y", "column", "row", "winner",
                           "runner_up", "ratio", "low", "high", "p", "blocks", "verdict", "kind",
                           "colour", "text", "more"))
    names = sorted({name for panel in panels for place in panel.places.values()
                    for name in [place.winner, *place.tied]})
    short = maps.initials(names)
    colours = _colours(panels)
    for number, panel in enumerate(panels, 1):
        for row, y in enumerate(panel.y.values):
            for column, x in enumerate(panel.x.values):
                _row(figure, number, panel, x, y, column, row, short, colours)
    _layout(figure, run, panels)
    listed = sorted(names, key=lambda name: (name not in colours, colours.get(name, 0), name))
    longest = max(map(len, listed)) + max(map(len, short.values())) + 3
    columns = max(1, min(4, int((drawing.WIDTH - 40) // (longest * 7.4 + 44))))
    height = (math.ceil(len(listed) / columns) + 2) * 20 + 10
    figure.variables.update(
        structure=listed, initials=[short[name] for name in listed],
        structure_colour=[colours.get(name, 0) for name in listed], key_columns=columns,
        key_height=height, height=figure.variables["height"] + height,
        indicative=int(any(panel.indicative for panel in panels)),
        least=f"{100 * inference.MINIMUM_EFFECT:g} %")
    standings = list({one.cell: one for panel in panels for one in panel.standings}.values())
    figure.rests_on(run, standings)
    return figure


def _colours(panels):
    """Returns {winner: index into the palette}.

    A winner gets its usual colour if no more frequent winner has it, otherwise a free colour.
    """
    wins = {}
    for panel in panels:
        for place in panel.places.values():
            if place.resolved or not place.against:
                wins[place.winner] = wins.get(place.winner, 0) + 1
    look = drawing.appearance(list(wins))
    result = {}
    for name in sorted(wins, key=lambda name: (-wins[name], name)):
        free = [colour for colour in drawing.COLOURS if colour not in result.values()]
        own = look[name][0]
        result[name] = own if own in free or not free else free[-1]
    return result


def _row(figure, number, panel, x, y, column, row, short, colours):
    """Adds the row of a place. Its kind is 0 if the place was not measured, 1 if it has a winner,
    and 2 if it is not resolved."""
    head = (number, panel.workload, ", ".join(panel.accuracy), x, y, column, row)
    place = panel.places.get((x, y))
    if not place:
        figure.add(*head, "", "", math.nan, math.nan, math.nan, math.nan, 0, "not measured", 0, 0,
                   "–", "")
        return
    one = place.ratio
    numbers = (one.mean, one.low, one.high, one.corrected) if one else (math.nan,) * 4
    head += (place.winner, place.runner_up, *numbers, place.blocks, place.words)
    if place.tied:
        lines = _tied_text([short[name] for name in [place.winner, *place.tied]]) \
            if place.tested else (f"{short[place.winner]}?", "")
        figure.add(*head, 2, 0, *lines)
    else:
        mark = "?" if place.indicative else ""
        figure.add(*head, 1, colours[place.winner], short[place.winner],
                   f"{significant(one.mean, 2 if one.mean >= 10 else 3)}×{mark}" if one
                   else "only one")


def _tied_text(names):
    """Returns two short lines with the initials in `names`, or with as many as fit."""
    shown = names if len(names) <= 4 else names[:3] + [f"+{len(names) - 3}"]
    half = 1 if len(shown) == 2 else 2
    return " ".join(shown[:half]), " ".join(shown[half:])


def _layout(figure, run, panels):
    """Sets the variables for the places of panels, in pixels, and for the labels of their axes."""
    left, widest = 92, max(len(panel.x.values) for panel in panels)
    across_two = (drawing.WIDTH / 2 - left - 14) / widest
    columns = 2 if len(panels) > 1 and across_two >= NARROWEST else 1
    width = min(130.0, (drawing.WIDTH / columns - left - 14) / widest)
    highest = max(len(panel.y.values) for panel in panels)
    panel_height = 46 + highest * CELL + 52
    room = int((drawing.WIDTH / columns - left) / 7.2)  # letters
    question = run.setting("question") if run.setting("name") == panels[0].experiment else None
    title = textwrap.wrap(question or f"Which structure costs least: {panels[0].experiment}", 96)
    beside = [textwrap.wrap(panel.y.title, max(20, int(len(panel.y.values) * CELL / 7.2)))
              for panel in panels]
    beside = [lines if len(lines) <= 2 else [panel.y.name] for lines, panel in zip(beside, panels)]
    # gnuplot has no arrays of arrays, so x_value and y_value concatenate those of all panels.
    figure.variables.update(
        question=title, top=24 + 18 * len(title), left=left, cell_width=width, cell=CELL,
        columns=columns, panel=[bold_text(_title(panel)) for panel in panels],
        panel_note=[_note(panel, room) for panel in panels], panel_height=panel_height,
        x_count=[len(panel.x.values) for panel in panels],
        y_count=[len(panel.y.values) for panel in panels],
        x_title=[panel.x.title for panel in panels], y_title=[lines[-1] for lines in beside],
        y_title_above=[lines[-2] if len(lines) > 1 else "" for lines in beside],
        x_value=[_value(panel.x, value) for panel in panels for value in panel.x.values],
        y_value=[_value(panel.y, value) for panel in panels for value in panel.y.values],
        height=24 + 18 * len(title) + math.ceil(len(panels) / columns) * panel_height)


def _value(axis, value):
    """Returns the label of a tic. gnuplot formats labels, so % is doubled."""
    return (count(float(value)) if axis.name == "n" else value).replace("%", "%%")


def _title(panel):
    """Returns the title of a panel, its accuracy."""
    words = {"exact": "exactly", "to a tick": "to a tick", "late fraction": "late by a fraction"}
    order = {"by deadline": "in order", "by tick": "in order of tick", "unordered": "in any order"}
    return f"fired {words.get(panel.accuracy[0], '')}, {order.get(panel.accuracy[1], '')}"


def _note(panel, room):
    """Returns the note of a panel: the workload and the names or the number of the structures.

    Names are shown if there are two and they fit.
    """
    names = {line.subject.name for standing in panel.standings for line in standing.lines
             if line.ranked and line.subject.accuracy == panel.accuracy}
    named = f"{panel.workload}; {' and '.join(sorted(names))}"
    if len(names) == 2 and len(named) <= room:
        return named
    return f"{panel.workload}; {len(names)} structures"
