"""The figures of experiments that ask one thing, each against what it varies.

Four layouts serve all of them, and each is a gnuplot script that theirs load:

  lines.gp  small multiples of lines, each named at its right end: arity, dispatch, intervals, cold
  pairs.gp  a row a structure, two dots a row, and their ratio: lazy, stops, pages
  accuracy  cost against lateness, a point a setting
  longest   a row a workload, a dot a structure: the longest single operation

Ratios and differences are of the same block, that is of the same bytes, whatever else differs: two
ways of calling, two sizes of pages, two structures. Their intervals are Student's, as everywhere.
"""

import math
from dataclasses import dataclass, field

import numpy

import drawing
import inference
import passes
import records
from drawing import Figure, bold_text
from records import count, significant

LETTER = 6.9  # pixels, the width of one, roughly
NAME_GAP = 13  # pixels from name to name at the end of lines


@dataclass
class Curve:
    """One line: what it is called at its end, how it looks, and (x, y, low, high, blocks)."""

    name: str
    look: tuple  # colour and shape, places in style.gp
    points: list = field(default_factory=list)
    dash: int = 1


@dataclass
class Panel:
    """One of several multiples. Panels of one scale share the range of their y axes."""

    title: str
    curves: list
    y_title: str = "time per operation"
    scale: str = ""
    form: str = "time"  # or "ratio", "linear time": what y is, and its axis
    n: int = 0
    workload: str = ""


# ------------------------------------------------------------------------------- what was measured

def cells_of(run, experiment, measured="time"):
    return [cell for cell in run.select(measured) if cell.experiment == experiment]


def base(cell):
    """The workload without the settings that vary."""
    return cell.workload.split(" ")[0]


def setting(run, cell, key):
    """What a setting such as `cold` was in a cell."""
    rows = next(rows for blocks in run.cells[cell].values() for rows in blocks.values())
    return rows[0].get(key)


def quartiles(sample):
    low, median, high = (float(one) for one in numpy.quantile(sample, (0.25, 0.5, 0.75)))
    return median, low, high


def difference(a, b):
    """(mean, low, high, blocks) of a - b over the blocks in both, by the t distribution."""
    sample = numpy.array([a[block] - b[block] for block in sorted(a) if block in b])
    if not len(sample):
        return None
    mean = float(numpy.mean(sample))
    if len(sample) < 2 or numpy.ptp(sample) <= 1e-9 * max(1.0, abs(mean)):
        return mean, mean, mean, len(sample)
    return *inference.mean_interval(sample), len(sample)


def whole(run, cells):
    """{(workload, n): {subject: {block: ns an operation}}}, phases of a workload taken together."""
    spent = {}
    for cell in cells:
        here = spent.setdefault((base(cell).split("/")[0], cell.n), {})
        for name, blocks in run.cells[cell].items():
            for block, rows in blocks.items():
                sums = here.setdefault(name, {}).setdefault(block, [0.0, 0])
                sums[0] += rows[-1]["ops"] * rows[-1]["ns_per_op"]
                sums[1] += rows[-1]["ops"]
    return {key: {name: {block: ns / ops for block, (ns, ops) in blocks.items() if ops}
                  for name, blocks in found.items()} for key, found in spent.items()}


def names_in(run, cells, compared=True):
    found = dict.fromkeys(name for cell in cells for name in run.cells[cell])
    return [name for name in found if run.subjects[name].compared or not compared]


def looks(run, names):
    """(colour, shape) and dashes of each, as in every other figure."""
    appearance = drawing.appearance(names)
    return {name: (appearance[name], 1 if run.subjects[name].when == "exact" else 2)
            for name in names}


def by_size(run, experiment):
    """{(workload, n): cell} of a plain experiment, in order."""
    return {(base(cell), cell.n): cell for cell in cells_of(run, experiment)}


# ----------------------------------------------------------------------------------------- lines

def lines(name, panels, x_title, ticks=None, columns=2, panel_height=250):
    """Small multiples. Without ticks, x is n and logarithmic; else a place in the list of ticks."""
    panels = [panel for panel in panels if any(curve.points for curve in panel.curves)]
    if not panels:
        return None
    figure = Figure(name, name, ("panel", "curve", "workload", "n", "name", "x", "y", "low", "high",
                                 "blocks", "colour", "shape"))
    xs = [point[0] for panel in panels for curve in panel.curves for point in curve.points]
    longest = max(len(curve.name) for panel in panels for curve in panel.curves)
    left, right, top, bottom = 76, longest * LETTER + 26, 30, 44
    for number, panel in enumerate(panels, 1):
        for place, curve in enumerate(panel.curves, 1):
            for x, y, low, high, blocks in curve.points:
                figure.add(number, place, panel.workload, panel.n or x, curve.name, x, y, low, high,
                           blocks, *curve.look)
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
    figure.variables["name"] = name
    return figure


def _y_range(panels):
    points = [point for panel in panels for curve in panel.curves for point in curve.points]
    ends = [end for point in points for end in point[1:4] if not math.isnan(end)]
    if panels[0].form == "time":
        positive = [end for end in ends if end > 0]
        return min(positive) / 1.25, max(positive) * 1.25
    # Bars may run out of the picture rather than squeeze what they belong to.
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
    """[(panel, name, where it stands, where its line ends, colour)]: fractions of the panel.

    Names stand where their lines end, pushed apart where they would overlap.
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
    """Ascending places, moved as little as it takes to be `gap` apart and to stay within 0..1.

    Those that touch move as one, around the mean of where they wanted to be. More than have room
    stand closer, evenly.
    """
    if (len(wanted) - 1) * gap > 1:
        return [place / (len(wanted) - 1) for place in range(len(wanted))]
    groups = []  # [first place, what its members wanted, less their offset in it]
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


ARITY_LOOKS = {2: (drawing.BLACK, drawing.CIRCLE), 4: (drawing.BLUE, drawing.SQUARE),
               8: (drawing.GREEN, drawing.DIAMOND), 16: (drawing.VERMILLION, drawing.UP)}


def arity(run, name):
    """A row of panels a workload, a column for where the keys are, a line an arity."""
    cells = by_size(run, name)
    panels = []
    for workload in dict.fromkeys(workload for workload, _ in cells):
        for keys, words in (("", "key beside the pointer"), (",keys=timer", "pointers only")):
            curves = [_against_n(run, cells, workload, f"dary-heap:arity={ways}{keys}",
                                 f"{ways} children", look) for ways, look in ARITY_LOOKS.items()]
            panels.append(Panel(f"{workload}: {words}", curves, scale=workload, workload=workload))
    return lines(name, panels, "timers, n")


def _against_n(run, cells, workload, subject, caption, look, dash=1):
    curve = Curve(caption, look, dash=dash)
    for (other, n), cell in cells.items():
        blocks = inference.values(run, cell, "ns_per_op").get(subject)
        if other == workload and blocks:
            curve.points.append((n, *quartiles(list(blocks.values())), len(blocks)))
    return curve


def dispatch(run, name):
    """What the table adds: on the left as a ratio, on the right in ns; a row a workload."""
    sides = {}
    for cell in cells_of(run, name):
        sides.setdefault((base(cell), cell.n), {})[cell.dispatch] = inference.values(
            run, cell, "ns_per_op")
    workloads = list(dict.fromkeys(workload for workload, _ in sides))
    names = names_in(run, cells_of(run, name), compared=False)
    look = looks(run, names)
    panels = []
    for workload in workloads:
        for form, words, kind in (("ratio", "table / inlined", _ratio_point),
                                  ("linear time", "table − inlined", difference)):
            # A ratio to no work at all says nothing of a structure; its difference does.
            curves = [Curve(one, look[one][0], dash=look[one][1]) for one in names
                      if form != "ratio" or run.subjects[one].compared]
            for (other, n), pair in sides.items():
                for curve in curves:
                    table, inlined = (pair.get(way, {}).get(curve.name, {})
                                      for way in ("vtable", "inline"))
                    point = kind(table, inlined) if other == workload else None
                    if point:
                        curve.points.append((n, *point))
            panels.append(Panel(workload, curves, words, form, form, workload=workload))
    return lines(name, panels, "timers, n", panel_height=230)


def _ratio_point(a, b):
    one = inference.ratio(a, b)
    if not one:
        return None
    return (one.mean, one.low, one.high, one.blocks) if one.has_interval \
        else (one.mean, one.mean, one.mean, one.blocks)


def intervals(run, name):
    """Cost against the number of distinct intervals, one panel for each n."""
    cells = {}
    for cell in cells_of(run, name):
        cells.setdefault(cell.n, {})[_intervals_of(cell)] = cell
    ticks = sorted({number for found in cells.values() for number in found})
    names = names_in(run, [cell for found in cells.values() for cell in found.values()])
    look = looks(run, names)
    panels = []
    for n, found in sorted(cells.items()):
        curves = [Curve(one, look[one][0], dash=look[one][1]) for one in names]
        for number, cell in sorted(found.items()):
            values = inference.values(run, cell, "ns_per_op")
            for curve in curves:
                if curve.name in values:
                    sample = list(values[curve.name].values())
                    curve.points.append((ticks.index(number), *quartiles(sample), len(sample)))
        title = _without_intervals(base(next(iter(found.values()))))
        panels.append(Panel(f"{title}, n = {count(n)}", curves, n=n, scale="all",
                            workload=base(next(iter(found.values())))))
    words = ["any" if math.isinf(number) else str(number) for number in ticks]
    return lines(name, panels, "distinct intervals (any: one for each timer)", words,
                 panel_height=330)


def _without_intervals(workload):
    """mix:stopped=90%,intervals=16 as mix:stopped=90%."""
    family, _, options = workload.partition(":")
    kept = [option for option in options.split(",") if not option.startswith("intervals=")]
    return family + (":" if any(kept) else "") + ",".join(kept)


def _intervals_of(cell):
    """The number in mix:intervals=16,...; 0 there is one for each timer, that is the most."""
    for option in base(cell).partition(":")[2].split(","):
        key, _, value = option.partition("=")
        if key == "intervals":
            return int(float(value)) or math.inf
    return math.inf


def cold(run, name):
    """What a structure costs beyond the yardstick of its block, against the lines touched."""
    yardstick = "yardstick-prefetch"
    found = {}
    for cell in cells_of(run, name):
        found.setdefault((base(cell), cell.n), {})[setting(run, cell, "cold")] = cell
    ticks = sorted({lines_touched for cells in found.values() for lines_touched in cells})
    names = names_in(run, cells_of(run, name))
    look = looks(run, names)
    panels = []
    for (workload, n), cells in sorted(found.items()):
        curves = [Curve(one, look[one][0], dash=look[one][1]) for one in names]
        for touched, cell in sorted(cells.items()):
            values = inference.values(run, cell, "ns_per_op")
            for curve in curves:
                point = difference(values.get(curve.name, {}), values.get(yardstick, {}))
                if point:
                    curve.points.append((ticks.index(touched), *point))
        panels.append(Panel(f"{workload}, n = {count(n)}", curves, f"beyond {yardstick}",
                            f"{workload} {n}", "linear time", n, workload))
    return lines(name, panels, "cache lines touched between two operations",
                 [str(touched) for touched in ticks])


# ------------------------------------------------------------------------------------------ pairs

@dataclass
class Pair:
    """A row: two samples of a structure, {block: value}."""

    subject: str
    first: dict
    second: dict
    ratio: inference.Ratio = None


def pairs(run, name, panels, words, paired, columns):
    """Rows are structures; panels [(title, workload, n, [Pair])]; words for both sides.

    Paired: the ratio second/first within blocks stands at the right of each row, with its interval;
    all ratios of the figure are one family. Else both medians do.
    """
    rows = list(dict.fromkeys(pair.subject for panel in panels for pair in panel[3]))
    figure = Figure(name, name, ("panel", "workload", "n", "subject", "row", "side", "ns", "low",
                                 "high", "blocks", "ratio", "ratio_low", "ratio_high", "verdict",
                                 "text", "colour", "told_apart"))
    if paired:
        for panel in panels:
            for pair in panel[3]:
                pair.ratio = inference.ratio(pair.second, pair.first)
        inference.decide([pair.ratio for panel in panels for pair in panel[3] if pair.ratio])
    look = looks(run, rows)
    ends, longest = [], 0
    for number, (_, workload, n, found) in enumerate(panels, 1):
        for pair in found:
            text = _pair_text(pair, paired)
            longest = max(longest, len(text))
            one = pair.ratio
            numbers = (one.mean, one.low, one.high, passes.of("time").words(one)) if one else (math.nan,) * 3 + ("",)
            for side, sample in ((1, pair.first), (2, pair.second)):
                if sample:
                    middle = quartiles(list(sample.values()))
                    ends += middle
                    figure.add(number, workload, n, pair.subject, rows.index(pair.subject), side,
                               *middle, len(sample), *numbers, text, look[pair.subject][0][0],
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


def lazy(run, name):
    """Eager and lazy re-arm of the same structure on the same bytes."""
    panels = []
    for (workload, n), cell in _by_workload(run, name).items():
        values = inference.values(run, cell, "ns_per_op")
        eager = [one for one in values if f"lazy:{one}" in values]
        panels.append((f"{workload}, n = {count(n)}", workload, n, [
            Pair(one, values[one], values[f"lazy:{one}"]) for one in _in_order(run, eager)]))
    return pairs(run, name, panels, ("eager", "lazy"), True, 2)


def _by_workload(run, experiment):
    """As by_size; plain work before attacks, and the smaller n on the left."""
    cells = by_size(run, experiment)
    return {key: cells[key] for key in sorted(
        cells, key=lambda key: (key[0].startswith("adversary"), len(key[0]), key))}


def stops(run, name):
    """A stop that keeps the timer's memory and one that does not. Their traces differ: no ratio."""
    found = {}
    for cell in cells_of(run, name):
        way = "remove" if "stop=remove" in base(cell) else "disarm"
        found.setdefault(cell.n, {})[way] = inference.values(run, cell, "ns_per_op")
    panels = []
    for n, ways in sorted(found.items()):
        names = [one for way in ways.values() for one in way if run.subjects[one].compared]
        panels.append((f"rpc, n = {count(n)}", "rpc", n, [
            Pair(one, ways.get("disarm", {}).get(one, {}), ways.get("remove", {}).get(one, {}))
            for one in _in_order(run, dict.fromkeys(names))]))
    return pairs(run, name, panels, ("disarm", "remove"), False, 3)


def pages(run, name):
    """The same bytes replayed in small pages and in huge ones."""
    found = {}
    for cell in cells_of(run, name):
        sizes = found.setdefault((base(cell), cell.n), {})
        sizes[setting(run, cell, "pages")] = inference.values(run, cell, "ns_per_op")
    panels = []
    for (workload, n), sizes in sorted(found.items()):
        names = dict.fromkeys(one for values in sizes.values() for one in values)
        panels.append((f"{workload}, n = {count(n)}", workload, n, [
            Pair(one, sizes.get("small", {}).get(one, {}), sizes.get("huge", {}).get(one, {}))
            for one in _in_order(run, names)]))
    return pairs(run, name, panels, ("small pages", "huge pages"), True, 2)


def _in_order(run, names):
    """Exact ones first, yardsticks last, else by name: an order that no measurement changes."""
    return sorted((one for one in names if run.subjects[one].kind != "control"), key=lambda one: (
        not run.subjects[one].compared, run.subjects[one].accuracy != records.EXACT, one))


# --------------------------------------------------------------------------------------- accuracy

def accuracy(run, name):
    """Cost against mean lateness, both logarithmic; a structure's settings are joined by a line."""
    late = {(base(cell), cell.n): _beyond_exact(run, cell)
            for cell in cells_of(run, name, "memory")}
    figure = Figure(name, name, ("panel", "workload", "n", "structure", "setting", "curve",
                                 "lateness_ns", "x", "ns", "low", "high", "blocks", "text"))
    costs = whole(run, cells_of(run, name))
    names = [one for one in dict.fromkeys(one for values in costs.values() for one in values)
             if run.subjects[one].compared and any(one in values for values in late.values())]
    structures = list(dict.fromkeys(one.partition(":")[0] for one in _in_order(run, names)))
    found = [value for values in late.values() for one, value in values.items() if one in names]
    if not found:
        return None
    least = min((value for value in found if value > 0), default=1e3) / 12  # stands for 0
    panels, ends = [], []
    for (workload, n), values in costs.items():
        panels.append(f"{workload}, n = {count(n)}")
        # In the order of lateness, in which lines join them.
        lateness = late.get((workload, n), {})
        texts = _setting_labels(run, {one: lateness[one] for one in lateness if one in values},
                                values)
        for one in sorted(lateness, key=lambda one: (lateness[one], one)):
            if one not in values or one not in names:
                continue
            structure, _, option = one.partition(":")
            middle = quartiles(list(values[one].values()))
            ends += middle
            place = structures.index(structure)
            # Those that are not late at all stand side by side.
            nought = least * 1.3 ** (place - (len(structures) - 1) / 2)
            figure.add(len(panels), workload, n, structure, option, place + 1, lateness[one],
                       lateness[one] or nought, *middle, len(values[one]), texts.get(one, ""))
    look = {**drawing.appearance(structures), **ACCURACY_LOOKS}
    figure.variables.update(
        subject=structures, caption=structures, colour_of=[look[one][0] for one in structures],
        shape_of=[look[one][1] for one in structures], bold_of=[1] * len(structures),
        dash_of=[1] * len(structures), panel=[bold_text(panel) for panel in panels],
        columns=2, panel_height=290, least=least, nought=int(min(found) <= 0),
        x_low=least / 6 if min(found) <= 0 else min(found) / 2, x_high=max(found) * 3,
        y_low=min(ends) / 1.4, y_high=max(ends) * 1.4)
    figure.add_key()
    figure.variables["height"] = math.ceil(len(panels) / 2) * 290 + 14 \
        + figure.variables["key_height"]
    return figure


# Wheels are of one colour elsewhere; here they are what is to be told apart.
ACCURACY_LOOKS = {
    "binary-heap": (drawing.BLACK, drawing.CIRCLE), "quad-heap": (drawing.BLACK, drawing.SQUARE),
    "bucket-trie": (drawing.BLACK, drawing.DIAMOND),
    "hierarchical-wheel": (drawing.VERMILLION, drawing.UP),
    "cascading-wheel": (drawing.SKY, drawing.OPEN_UP),
    "hashed-wheel": (drawing.ORANGE, drawing.CIRCLE), "kernel-wheel": (drawing.GREEN, drawing.BOX),
    "two-level-wheel": (drawing.BLUE, drawing.DIAMOND),
    "bucket-heap": (drawing.PURPLE, drawing.OPEN_DIAMOND),
}


def _beyond_exact(run, cell):
    """{subject: its mean lateness less that of an exact subject, median over blocks}.

    A trace is replayed in turns of the loop, as late as those are; the rest is the structure's.
    """
    values = inference.values(run, cell, "lateness_mean_ns")
    exact = [blocks for name, blocks in values.items() if run.subjects[name].when == "exact"]
    floor = {block: min(blocks[block] for blocks in exact if block in blocks)
             for block in {block for blocks in exact for block in blocks}}
    result = {}
    for name, blocks in values.items():
        beyond = [max(0.0, blocks[block] - floor[block]) for block in blocks if block in floor]
        if beyond:
            result[name] = float(numpy.median(beyond))
    return result


def _setting_labels(run, lateness, values):
    """{subject: what stands above its dot}: above the dearest where several are equally late."""
    groups = {}
    for name, late in sorted(lateness.items(), key=lambda pair: pair[1]):
        if run.subjects[name].when != "exact":
            near = next((key for key in groups if isinstance(key, float)
                         and abs(late / key - 1) < 0.03), late)
            groups.setdefault(near or name, []).append(name)  # those at 0 stand side by side
    result = {}
    for names in groups.values():
        top = max(names, key=lambda name: numpy.median(list(values[name].values())))
        words = sorted({_setting(run, name) for name in names}, key=lambda word: (
            not word[:1].isdigit(), word))
        result[top] = ", ".join(word for word in words if word)
    return result


def _setting(run, name):
    """What stands beside a dot: how timers migrate, or the tick."""
    option = name.partition(":")[2]
    if name.startswith("kernel-wheel"):
        return option.partition("=")[2] or "none"
    tick = run.subjects[name].tick
    return records.duration(tick).replace("us", "µs") if tick else ""


# ---------------------------------------------------------------------------------------- longest

def longest(run, name):
    """The longest operation of each structure on each workload; attacks below plain work."""
    cells = {place: cell for place, cell in enumerate(sorted(
        cells_of(run, name, "tail"),
        key=lambda cell: (base(cell).startswith("adversary"), cell.n, base(cell))))}
    names = _in_order(run, names_in(run, cells.values()))
    figure = Figure(name, name, ("workload", "n", "subject", "place", "row", "ns", "low", "high",
                                 "blocks"))
    number = [""] * len(cells) * len(names)
    for row, cell in cells.items():
        values = inference.values(run, cell, "max_ns")
        for one in names:
            if one in values:
                sample = list(values[one].values())
                median = float(numpy.median(sample))
                place = names.index(one)
                figure.add(base(cell), cell.n, one, place + 1, row, median, min(sample),
                           max(sample), len(sample))
                number[row * len(names) + place] = \
                    records.duration(float(f"{median:.2g}")).replace("us", "µs")
    if not figure.rows:
        return None
    sizes = {cell.n for cell in cells.values()}
    label = [base(cell) + (f", n = {count(cell.n)}" if len(sizes) > 1 else "")
             for cell in cells.values()]
    figure.add_subjects([run.subjects[one] for one in names], set(names))
    figure.add_key()
    figure.variables.update(
        label=label, left=max(map(len, label)) * LETTER + 16, top=36, row_height=19,
        number=number, number_width=66,
        title=bold_text("longest single operation" + (
            f", n = {count(sizes.pop())}" if len(sizes) == 1 else "")),
        x_low=min(row[6] for row in figure.rows) / 1.5,
        x_high=max(row[7] for row in figure.rows) * 1.5,
        height=36 + 19 * len(label) + 46 + figure.variables["key_height"])
    return figure


MAKE = {"longest": longest, "arity": arity, "dispatch": dispatch, "accuracy": accuracy, "intervals": intervals,
        "lazy": lazy, "stops": stops, "cold": cold, "pages": pages}


def make(run, experiment):
    """The figure of an experiment, or None where the run does not hold enough of it."""
    return MAKE[experiment](run, experiment)
