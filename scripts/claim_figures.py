"""Figures of the experiments about claims: insertion (C1), schemes (C2, C4), lapping (C22)."""

import math
import re

import insertion as law
import inference
from drawing import Figure, bold_text
from records import count

# SOSP 1987 section 3.2, as a transcription has it: (distribution, search) -> share of n.
PRINTED = {("exponential", "head"): 2 / 3, ("uniform", "head"): 1 / 2,
           ("exponential", "tail"): 1 / 3}


def insertion(run, experiment):
    """The share of the list that an insertion passes against the law's, and what was printed."""
    shown = [one for one in inference.standings(run, "memory")
             if one.cell.experiment == experiment]
    shown = list(inference.largest(shown).values())
    figure = Figure(experiment, experiment, ("what", "search", "distribution", "law", "share",
                                             "low", "high", "label"))
    for standing in shown:
        name = law.distribution_of(standing.cell.workload)
        found = inference.values(run, standing.cell, "steps_per_insert")
        for subject, blocks in sorted(found.items()):
            search = re.search(r"search=(\w+)", subject)
            if not search or name not in law.QUANTILES:
                continue
            one = inference.ratio(blocks, {block: standing.cell.n - 1 for block in blocks})
            expected = law.share(name, search[1])
            figure.add("measured", search[1], name, expected, one.mean, one.low, one.high,
                       name)
            if (name, search[1]) in PRINTED:
                figure.add("printed", search[1], name, expected, PRINTED[name, search[1]],
                           math.nan, math.nan, f"{name}, {search[1]}")
    if not figure.rows:
        return None, []
    _share_labels(figure)
    figure.variables["height"] = 440
    return figure, shown


def _share_labels(figure):
    """Points in one place bear one label, by the first of them."""
    places = {}
    for row in figure.rows:
        places.setdefault((row[0], row[1], round(row[3], 2)), []).append(row[-1])
    labels = {place: ", ".join(names) for place, names in places.items()}
    figure.rows = [(*row[:-1], labels.pop((row[0], row[1], round(row[3], 2)), ""))
                   for row in figure.rows]


def schemes(run, experiment):
    """Instructions a tick against n / M, and Scheme 7's cost relative to 6's against T / M."""
    figure = Figure(experiment, experiment, ("what", "x", "value", "low", "high"))
    shown = []
    for measured in ("count", "time"):
        for standing in inference.standings(run, measured):
            if standing.cell.experiment == experiment:
                rows = (_tick if measured == "count" else _crossover)(run, standing.cell)
                for row in rows:
                    figure.add(*row)
                shown += [standing] if rows else []
    if len({row[0] for row in figure.rows}) < 2:
        return None, []
    figure.rows.sort(key=lambda row: row[:2])
    figure.variables.update(height=330, panel=[
        bold_text("Scheme 6: instructions a tick"),
        bold_text("Scheme 7 / Scheme 6, CPU time per operation")])
    return figure, shown


def _options(name):
    return dict(option.split("=") for option in name.partition(":")[2].split(",") if "=" in option)


def _wheel(found):
    """The hashed wheel in a cell, and its slots."""
    name = next((name for name in found if name.startswith("hashed-wheel")), None)
    slots = _options(name).get("slots") if name else None
    return (name, float(slots)) if slots else (None, 0)


def _tick(run, cell):
    """Of a cell in which timers wait one turn of the wheel; the hash's two cells are not."""
    found, ops, ns = (inference.values(run, cell, key)
                      for key in ("instructions_per_op", "ops", "elapsed_ns"))
    name, slots = _wheel(found)
    if not name or "yardstick-dispatch" not in found \
            or _options(cell.workload).get("mean") != f"{slots:g}ms":
        return []
    values = {block: (found[name][block] - found["yardstick-dispatch"][block])
              * ops[name][block] / (ns[name][block] / 1e6)
              for block in found[name] if block in found["yardstick-dispatch"]}
    one = inference.ratio(values, dict.fromkeys(values, 1.0))
    return [("tick", cell.n / slots, one.mean, one.low, one.high)] if one else []


def _crossover(run, cell):
    found = inference.values(run, cell, "ns_per_op")
    name, slots = _wheel(found)
    other = next((name for name in found if name.startswith("hierarchical-wheel")), None)
    mean = re.fullmatch(r"([\d.]+)ms", _options(cell.workload).get("mean", ""))
    one = inference.ratio(found[other], found[name]) if name and other and mean else None
    return [("crossover", float(mean[1]) / slots, one.mean, one.low, one.high)] if one else []


def lapping(run, experiment):
    """Each subject's cost relative to the baseline's, a panel a workload, at the largest n."""
    shown = [one for one in inference.standings(run, "time") if one.cell.experiment == experiment
             and one.cell.dispatch == "vtable" and not one.cell.workload.endswith("/fill")]
    shown = list(inference.largest(shown).values())
    figure = Figure(experiment, experiment, ("panel", "n", "subject", "y", "ratio", "low", "high"))
    names = sorted({line.subject.name for one in shown for line in one.lines
                    if line.subject.compared and line.subject.name != run.baseline})
    for place, standing in enumerate(shown, 1):
        for line in standing.lines:
            one = line.to_baseline
            if line.subject.name in names and one:
                figure.add(place, standing.cell.n, line.subject.name,
                           names.index(line.subject.name), one.mean, one.low, one.high)
    if not figure.rows:
        return None, []
    figure.variables.update(
        subject=names, baseline=run.baseline, height=100 + 30 * len(names),
        panel=[bold_text(f"{one.cell.workload.partition(':')[0]}"
                         f"{'/drain' if '/' in one.cell.workload else ''}, "
                         f"n = {count(one.cell.n)}") for one in shown])
    return figure, shown
