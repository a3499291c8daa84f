#!/usr/bin/python3
"""figures.py DIR: draws a run.

Writes what each figure shows to DIR/data/NAME.tsv, where anybody can read it, and how it is laid
out to DIR/data/NAME.set (gnuplot variables); then runs gnuplot on scripts/figures/NAME.gp, which
writes DIR/figures/NAME.svg and NAME.pdf. A figure is drawn if the run holds what it shows:

  overview      the cost of each structure relative to the baseline, in the cells of the answer
  cost          time per operation against n
  tail          how slow single operations get
  memory        bytes beside struct timer, per timer of the peak: at the peak and after it
  instructions  instructions and simulated cache misses per operation
  processes     wall time of whole processes
  lateness      of firings in real time, and what the loop spends on them
  echo          what timers take of a server's time, against its connections
  adversary     structures by attacks: cost, worst operation, memory, wake-ups in vain
  arity         cost against n: heaps of 2 to 16 children, keys beside the pointer or not
  dispatch      what calling through a table of functions adds
  accuracy      cost against how late timers fire
  intervals     cost against the number of distinct intervals
  lazy          putting a timer off without moving it, against moving it
  stops         stops that give the timer's memory back, and those that don't
  cold          cost against the cache lines that the application touches in between
  pages         small and huge pages
  longest       the longest single operation of each workload
  MAP           for an experiment with two axes: who costs least where; in place of the others
  EXPERIMENT    for an experiment that has a script of that name of its own; it finds the rows of
                all its passes in data/EXPERIMENT.tsv
"""

import math
import os
import re
import textwrap

import numpy

import adversary
import claim_figures
import console
import drawing
import inference
import overview
import questions
import records
from drawing import SCRIPTS, Figure, bold_text
from records import count, significant
from shown import prominent, structures

FEW = 8  # as many lines as can all be drawn boldly


def title(cell, cells, with_n=False):
    """A panel's title; the experiment only where there are several."""
    several = len({one.experiment for one in cells}) > 1
    text = f"{cell.experiment}: {cell.workload}" if several else cell.workload
    return f"{text}, n = {count(cell.n)}" if with_n else text


def about(figure, run, measured, standings, cells=None):
    """Notes for the report's caption what a figure rests on."""
    cells = cells or [standing.cell for standing in standings]
    lines = [line for standing in standings for line in standing.lines]
    rows = [row for cell in cells for blocks in run.cells[cell].values()
            for rows in blocks.values() for row in rows]
    figure.shown = {
        "measured": measured, "cells": cells, "rows": len(rows),
        "blocks": sorted({line.blocks for line in lines}),
        "ops": sorted({row["ops"] for row in rows if row.get("ops")}),
        "repeats": sorted({row["repeats"] for row in rows if row.get("repeats")}
                          or {len(row["samples_ns"]) for row in rows if row.get("samples_ns")}),
    }


# ---------------------------------------------------------------------------------- the figures

def grid(figure, panel_height):
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


def cost(run, standings, name):
    """Small multiples: time per operation against n, one panel a workload."""
    figure = Figure(name, "cost", ("panel", "n", "subject", "accuracy", "median", "low", "high",
                                   "blocks", "place"))
    cells = [standing.cell for standing in standings]
    floors = False
    for standing in standings:
        panel = title(standing.cell, cells)
        for line in standing.lines:
            if line.subject.compared:
                figure.add(bold_text(panel), standing.cell.n, line.subject.name,
                           ", ".join(line.subject.accuracy), line.value, line.low, line.high,
                           line.blocks, line.place)
        if not math.isnan(standing.floor):
            floors = True
            figure.add(bold_text(panel), standing.cell.n, "floor", "", standing.floor,
                       standing.floor, standing.floor, 0, "")
    subjects = structures(run, standings)
    if not subjects:
        return None
    ns = [standing.cell.n for standing in standings]
    figure.add_subjects(subjects, prominent(run, standings, FEW))
    figure.add_key(extra=int(floors))
    numbers = [row[4] for row in figure.rows if row[4] > 0]
    figure.variables.update(floors=int(floors), n_low=min(ns) / 1.7, n_high=max(ns) * 1.7,
                            y_low=min(numbers) / 1.4, y_high=max(numbers) * 1.4)
    grid(figure, 215)
    about(figure, run, "time", standings)
    return figure


def tail(run, standings, name):
    """Small multiples: the share of operations that take longer than so many ns."""
    top = list(inference.largest(standings).values())
    figure = Figure(name, "tail", ("panel", "n", "subject", "accuracy", "ns", "share"))
    cells = [standing.cell for standing in top]
    for standing in top:
        panel = title(standing.cell, cells, with_n=True)
        for line in standing.lines:
            if line.subject.compared:
                for ns, share in curve(run.cells[standing.cell][line.subject.name]):
                    figure.add(bold_text(panel), standing.cell.n, line.subject.name,
                               ", ".join(line.subject.accuracy), ns, share)
    if not figure.rows:
        return None
    subjects = [subject for subject in structures(run, top)
                if any(row[2] == subject.name for row in figure.rows)]
    figure.add_subjects(subjects, prominent(run, top, FEW))
    figure.add_key()
    numbers = [row[4] for row in figure.rows if row[4] > 0]
    figure.variables.update(n_low=min(numbers) / 1.3, n_high=max(numbers) * 1.5,
                            y_low=min(row[5] for row in figure.rows) / 2, y_high=1.3)
    grid(figure, 235)
    about(figure, run, "tail", top)
    return figure


def curve(blocks):
    """[(ns, share of operations slower), ...]: the median over blocks at each share.

    Shares stop where the block with the fewest operations has nothing more to say; the last point
    is the median of the slowest operations.
    """
    samples = [row for rows in blocks.values() for row in rows if row.get("ccdf")]
    samples = [sorted((share, ns) for ns, share in row["ccdf"]) for row in samples]
    samples = [sample for sample in samples if any(share > 0 for share, _ in sample)]
    if not samples:
        return []
    least = max(min(share for share, _ in sample if share > 0) for sample in samples)
    steps = int(math.floor(-10 * math.log10(least) + 1e-9))
    shares = [10 ** (-step / 10) for step in range(0, steps + 1)]
    result = []
    for share in shares:
        # The largest recorded share that is not above the one asked for: a step function.
        ns = [max((pair for pair in sample if pair[0] <= share * (1 + 1e-9)),
                  default=sample[0])[1] for sample in samples]
        result.append((float(numpy.median(ns)), share))
    result.append((float(numpy.median([sample[0][1] for sample in samples])), shares[-1]))
    return result


def memory(run, standings, name):
    """Where records have what is left after the peak, a ring in the structure's row shows it."""
    top = list(inference.largest(standings).values())
    rings = "after_peak_per_timer"
    if not any(inference.values(run, standing.cell, rings) for standing in top):
        return dots(run, top, name, "memory",
                    [("bytes_per_timer", "bytes per timer, beside its struct timer", 0.1)])
    return dots(run, top, name, "memory",
                [("bytes_per_timer", "bytes per timer; ring: after peak", 0.1)], rings)


def instructions(run, standings, name):
    return dots(run, list(inference.largest(standings).values()), name, "count",
                [("instructions_per_op", "instructions per operation", 1),
                 ("d1_misses_per_op", "D1 misses per op, simulated", 0.01),
                 ("ll_misses_per_op", "LL misses per op, simulated", 0.01)])


def processes(run, standings, name):
    return dots(run, list(inference.largest(standings).values()), name, "process",
                [("seconds", "seconds, whole process", 0)])


def lateness(run, standings, name):
    return dots(run, list(inference.largest(standings).values()), name, "lateness",
                [("lateness_p50_ns", "median lateness, µs", 1, 1e-3),
                 ("lateness_p99_ns", "99th percentile, µs", 1, 1e-3),
                 ("early_share", "fired early, %", 0.1, 100),
                 ("wake_ups_per_firing", "wake-ups per firing", 0.1),
                 ("cpu_ns_per_firing", "CPU per firing, µs", 1, 1e-3)])


def echo(run, standings, name):
    """Two panels against the number of connections: CPU per message, and the timers' share."""
    figure = Figure(name, "echo", ("panel", "n", "subject", "accuracy", "median", "low", "high"))
    panels = (("cpu_ns_per_message", "CPU time per message, µs", 1e-3),
              ("timer_share", "of it, what timers take, %", 100))
    for measure, words, scale in panels:
        for standing in standings:
            found = inference.values(run, standing.cell, measure)
            for line in standing.lines:
                sample = [scale * value for value in found.get(line.subject.name, {}).values()]
                if line.subject.compared and sample:
                    low, median, high = (float(one) for one in
                                         numpy.quantile(sample, (0.25, 0.5, 0.75)))
                    figure.add(bold_text(words), standing.cell.n, line.subject.name,
                               ", ".join(line.subject.accuracy), median, low, high)
    subjects = structures(run, standings)
    if not subjects:
        return None
    ns = [standing.cell.n for standing in standings]
    figure.add_subjects(subjects, prominent(run, standings, FEW))
    figure.add_key()
    grid(figure, 250)
    figure.variables.update(
        columns=2, height=250 + 40 + figure.variables["key_height"],
        n_low=min(ns) / 1.7, n_high=max(ns) * 1.7,
        y_low=[min(0.0, *(row[5] for row in figure.rows if row[0] == panel))
               for panel in figure.variables["panel"]],
        y_high=[1.15 * max(row[6] for row in figure.rows if row[0] == panel)
                for panel in figure.variables["panel"]])
    about(figure, run, "echo", standings)
    return figure


def dots(run, top, name, measured, measures, rings=None):
    """A grid of panels with one row a structure and one dot a number, written beside it.

    One measure: one panel a workload. Several: one column a measure, one row of panels a workload.
    The third of a measure is the least value a logarithmic axis shows; 0 asks for a linear axis.
    A fourth is what values are multiplied by. `rings` is a key of records that a ring shows beside
    the dot of a single measure.
    """
    figure = Figure(name, name, ("panel", "measure", "n", "subject", "accuracy", "row", "value",
                                 "x", "text", "low", "high"))
    subjects = structures(run, top)
    if not subjects:
        return None
    cells = [standing.cell for standing in top]
    subjects = _by_cost(subjects, top)
    row_of = {subject.name: row for row, subject in enumerate(subjects)}
    panels, lows, highs, titles = [], [], [], []
    for measure, words, least, *scale in measures:
        mine = [_measured(run, standing, measure, *scale) for standing in top]
        numbers = [value for found in mine for sample in found.values() for value in sample]
        if not numbers:
            continue
        ringed = [_measured(run, standing, rings) if rings else {} for standing in top]
        numbers += [value for found in ringed for sample in found.values() for value in sample]
        low, high = _range(numbers, least)
        titles.append(words)
        lows.append(low)
        highs.append(high)
        for standing, found, beside in zip(top, mine, ringed):
            panel = bold_text(title(standing.cell, cells, with_n=True))
            panels.append(panel)
            for key, samples in ((measure, found), (rings, beside)):
                for subject, sample in samples.items():
                    _dot_rows(figure, panel, key, standing, run.subjects[subject],
                              row_of[subject], sample, least)
    if not figure.rows:
        return None
    figure.add_subjects(subjects, {subject.name for subject in subjects})
    panels = list(dict.fromkeys(panels))
    captions = figure.variables["caption"]
    left = max(map(len, captions)) * 7.0 + 16
    columns = len(titles) if len(measures) > 1 else across(len(panels))
    line = 17 if measures[0][2] else 24  # single runs need room beside their median
    height = len(subjects) * line + (78 if len(measures) > 1 else 68)
    rows = len(panels) if len(measures) > 1 else math.ceil(len(panels) / columns)
    figure.variables.update(
        measure=[one[0] for one in measures if one[1] in titles], words=titles,
        x_low=lows, x_high=highs, least=[float(one[2]) for one in measures if one[1] in titles],
        panel=panels, columns=columns, left=left, panel_height=height, step=_step(highs[0]),
        **({"rings": rings} if rings else {}),
        height=rows * height + (18 if len(measures) > 1 else 34))
    about(figure, run, measured, top)
    return figure


MAP_CELL = 46  # pixels, the height of a place; its width follows from the panel's
MAP_NARROWEST = 64  # below that, panels stand below each other


def maps(run, measured):
    """A figure for each experiment that is a map: a panel for each workload and accuracy."""
    groups = {}
    for one in inference.maps(run, measured):
        groups.setdefault((one.experiment, one.dispatch), []).append(one)
    result = []
    for (experiment, dispatch), panels in groups.items():
        name = experiment + ("" if measured == "time" else f"-{measured}")
        result.append(_map(run, panels, name + ("" if dispatch == "vtable" else f"-{dispatch}")))
    return result


def _map(run, panels, name):
    figure = Figure(name, "map", ("panel", "workload", "accuracy", "x", "y", "column", "row",
                                  "winner", "runner_up", "ratio", "low", "high", "p", "blocks",
                                  "verdict", "kind", "colour", "text", "more"))
    names = sorted({name for panel in panels for place in panel.places.values()
                    for name in [place.winner, *place.tied]})
    short = inference.initials(names)
    colours = _map_colours(panels)
    for number, panel in enumerate(panels, 1):
        for row, y in enumerate(panel.y.values):
            for column, x in enumerate(panel.x.values):
                _map_row(figure, number, panel, x, y, column, row, short, colours)
    _map_layout(figure, run, panels)
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
    about(figure, run, panels[0].measured, standings)
    return figure


def _map_colours(panels):
    """{winner: place in the palette}: its own where it is free, the most frequent winner first."""
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


def _map_row(figure, number, panel, x, y, column, row, short, colours):
    """A place: kind 0 was not measured, 1 has a winner, 2 is not resolved."""
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
    """As many initials as fit two short lines."""
    shown = names if len(names) <= 4 else names[:3] + [f"+{len(names) - 3}"]
    half = 1 if len(shown) == 2 else 2
    return " ".join(shown[:half]), " ".join(shown[half:])


def _map_layout(figure, run, panels):
    """Where panels stand, in pixels, and what is written on their axes."""
    left, widest = 92, max(len(panel.x.values) for panel in panels)
    across_two = (drawing.WIDTH / 2 - left - 14) / widest
    columns = 2 if len(panels) > 1 and across_two >= MAP_NARROWEST else 1
    width = min(130.0, (drawing.WIDTH / columns - left - 14) / widest)
    highest = max(len(panel.y.values) for panel in panels)
    panel_height = 46 + highest * MAP_CELL + 52
    room = int((drawing.WIDTH / columns - left) / 7.2)  # letters
    question = run.setting("question") if run.setting("name") == panels[0].experiment else None
    title = textwrap.wrap(question or f"Which structure costs least: {panels[0].experiment}", 96)
    beside = [textwrap.wrap(panel.y.title, max(20, int(len(panel.y.values) * MAP_CELL / 7.2)))
              for panel in panels]
    beside = [lines if len(lines) <= 2 else [panel.y.name] for lines, panel in zip(beside, panels)]
    # gnuplot has no arrays of arrays: the values of all panels one after the other.
    figure.variables.update(
        question=title, top=24 + 18 * len(title), left=left, cell_width=width, cell=MAP_CELL,
        columns=columns, panel=[bold_text(_map_title(panel)) for panel in panels],
        panel_note=[_map_note(panel, room) for panel in panels], panel_height=panel_height,
        x_count=[len(panel.x.values) for panel in panels],
        y_count=[len(panel.y.values) for panel in panels],
        x_title=[panel.x.title for panel in panels], y_title=[lines[-1] for lines in beside],
        y_title_above=[lines[-2] if len(lines) > 1 else "" for lines in beside],
        x_value=[_map_value(panel.x, value) for panel in panels for value in panel.x.values],
        y_value=[_map_value(panel.y, value) for panel in panels for value in panel.y.values],
        height=24 + 18 * len(title) + math.ceil(len(panels) / columns) * panel_height)


def _map_value(axis, value):
    """As the label of a tic, where gnuplot takes % for a format."""
    return (count(float(value)) if axis.name == "n" else value).replace("%", "%%")


def _map_title(panel):
    """Which accuracy is ranked in a panel."""
    words = {"exact": "exactly", "to a tick": "to a tick", "late fraction": "late by a fraction"}
    order = {"by deadline": "in order", "by tick": "in order of tick", "unordered": "in any order"}
    return f"fired {words.get(panel.accuracy[0], '')}, {order.get(panel.accuracy[1], '')}"


def _map_note(panel, room):
    """On which work, and among whom: by name where two have room."""
    names = {line.subject.name for standing in panel.standings for line in standing.lines
             if line.ranked and line.subject.accuracy == panel.accuracy}
    named = f"{panel.workload}; {' and '.join(sorted(names))}"
    if len(names) == 2 and len(named) <= room:
        return named
    return f"{panel.workload}; {len(names)} structures"


def _measured(run, standing, measure, scale=1):
    """{subject: [one value a block]}."""
    found = inference.values(run, standing.cell, measure)
    return {name: [scale * value for value in blocks.values()] for name, blocks in found.items()
            if run.subjects[name].compared}


def _range(numbers, least):
    """An axis that leaves room for the number beside the last dot."""
    if not least:
        return 0.0, max(numbers) * 1.3
    low = max(min(numbers), least)
    high = max(max(numbers), low * 10)
    low /= 1.5
    return low, high * (high / low) ** 0.35


def _step(high):
    """The distance of ticks on a linear axis from 0: 1, 2 or 5 of something, four or five ticks."""
    power = 10.0 ** math.floor(math.log10(high / 5))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= high / 5)


def _dot_rows(figure, panel, measure, standing, subject, row, sample, least):
    """The median, which bears the number, and each sample where there are several."""
    head = (panel, measure, standing.cell.n, subject.name, ", ".join(subject.accuracy))
    median = float(numpy.median(sample))
    figure.add(*head, row, median, max(median, float(least)), significant(median), min(sample),
               max(sample))
    if len(sample) > 1:
        for place, value in enumerate(sample):
            jitter = 0.66 * ((place + 0.5) / len(sample) - 0.5)
            figure.add(*head, row + jitter, value, max(value, float(least)), "", math.nan, math.nan)


def _by_cost(subjects, top):
    """Cheapest first within each accuracy."""
    def cost_of(subject):
        logs = [math.log(max(line.value, 1e-3)) for standing in top
                if (line := standing.line(subject.name))]
        return -len(logs), sum(logs) / len(logs)
    order = {}
    for subject in subjects:
        order.setdefault(subject.accuracy, len(order))
    return sorted(subjects, key=lambda subject: (order[subject.accuracy], *cost_of(subject),
                                                 subject.name))


FIGURES = {"time": ("cost", cost), "tail": ("tail", tail), "memory": ("memory", memory),
           "count": ("instructions", instructions), "process": ("processes", processes),
           "lateness": ("lateness", lateness), "echo": ("echo", echo)}


def matrices(run, experiment):
    figure, shown = adversary.make(run, experiment)
    if figure:
        about(figure, run, "time", shown)
    return figure


def question(run, experiment):
    """The figure of an experiment that asks one thing."""
    figure = questions.make(run, experiment)
    if figure:
        mine = [standing for measured in run.passes()
                for standing in inference.standings(run, measured)
                if standing.cell.experiment == experiment]
        about(figure, run, mine[0].cell.measured, mine)
    return figure


def answered(run):
    """The picture of the answer's cells."""
    figure, shown = overview.make(run)
    if figure:
        about(figure, run, "time", shown)
    return figure


def made_by(make):
    """What draws an experiment by a function of claim_figures."""
    def draw_it(run, experiment):
        figure, shown = make(run, experiment)
        if figure:
            about(figure, run, shown[0].cell.measured, shown)
        return figure
    return draw_it


# Figures of experiments that show more than their rows.
OWN = {"adversary": matrices, **dict.fromkeys(records.QUESTIONS, question),
       "insertion": made_by(claim_figures.insertion),
       "schemes": made_by(claim_figures.schemes), "lapping": made_by(claim_figures.lapping)}


def own(run, experiment):
    """The figure of an experiment that brings a script: all rows of all passes, as they are."""
    figure = Figure(experiment, experiment, ("pass", "workload", "n", "dispatch", "subject",
                                             "accuracy", "median", "low", "high", "blocks",
                                             "ratio", "ratio_low", "ratio_high"))
    shown = []
    for measured in run.passes():
        for standing in inference.standings(run, measured):
            if standing.cell.experiment != experiment:
                continue
            shown.append(standing)
            for line in standing.lines:
                one = line.to_baseline
                figure.add(measured, standing.cell.workload, standing.cell.n,
                           standing.cell.dispatch, line.subject.name,
                           ", ".join(line.subject.accuracy), line.value, line.low, line.high,
                           line.blocks, *((one.mean, one.low, one.high) if one
                                          else (math.nan,) * 3))
    subjects = structures(run, shown)
    if not subjects:
        return None
    figure.add_subjects(subjects, prominent(run, shown, FEW))
    figure.add_key(extra=1)
    figure.variables["panel"] = list(dict.fromkeys(one.cell.workload for one in shown))
    about(figure, run, shown[0].cell.measured, shown)
    return figure


def figures(run):
    """All figures that the run has data for, in reading order: structures, then loops."""
    result = []
    for part in run.parts():
        suffix = "-loops" if run.family is None and part.family == "loops" else ""
        for figure in of_family(part):
            figure.name += suffix
            figure.variables["name"] = figure.name
            result.append(figure)
    return result


def of_family(run):
    """The figures of a run of one family."""
    result = []
    for measured in run.passes():
        name, make = FIGURES[measured]
        asked = [one for one in inference.standings(run, measured)
                 if not one.question and not inference.map_place(run, one.cell)]
        if measured == "time":
            result.append(answered(run))
        dispatches = [dispatch for dispatch in run.dispatches(measured)
                      if any(one.cell.dispatch == dispatch for one in asked)]
        for dispatch in dispatches:
            standings = [one for one in asked if one.cell.dispatch == dispatch]
            suffix = "" if dispatch == "vtable" else f"-{dispatch}"
            figure = make(run, standings, name + suffix)
            if figure:
                figure.script = name
                result.append(figure)
        result += maps(run, measured)
    drawn = {figure.name for figure in result if figure} | {name for name, _ in FIGURES.values()}
    for experiment in sorted({cell.experiment for cell in run.cells}):
        if experiment in drawn | {"style", "key", "dots", "lines", "pairs", "map"}:
            continue
        script = os.path.join(SCRIPTS, f"{experiment}.gp")
        if re.fullmatch(r"[\w.-]+", experiment) and os.path.exists(script):
            result.append(OWN.get(experiment, own)(run, experiment))
    return [figure for figure in result if figure]


def draw(run):
    """Draws everything; the figures, in reading order."""
    for folder in ("data", "figures"):
        os.makedirs(os.path.join(run.folder, folder), exist_ok=True)
    drawn = figures(run)
    for figure in drawn:
        figure.path = figure.draw(run.folder)
    return drawn


def main():
    parser = console.Parser(prog="figures.py", description="Draws a run.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    arguments = parser.parse_args()
    run = records.open_run(arguments.folder)
    for figure in draw(run):
        print(figure.path)
    return 0


if __name__ == "__main__":
    console.run(main)
