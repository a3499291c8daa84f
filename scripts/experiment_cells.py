"""Functions by which the figure of an experiment reads that experiment's cells from a run.

A ratio or a difference compares two values of the same block, which come from replays of the same
trace. They differ in the way of calling, in the size of pages or in the structure. The intervals
are Student's.
"""

import numpy

import drawing
import inference
import records


def cells_of(run, experiment, measured="time"):
    return [cell for cell in run.select(measured) if cell.experiment == experiment]


def base(cell):
    """Returns the cell's workload without the settings that vary within the experiment."""
    return cell.workload.split(" ")[0]


def setting(run, cell, key):
    """Returns the value that a setting such as `cold` had in a cell."""
    rows = next(rows for blocks in run.cells[cell].values() for rows in blocks.values())
    return rows[0].get(key)


def quartiles(sample):
    low, median, high = (float(one) for one in numpy.quantile(sample, (0.25, 0.5, 0.75)))
    return median, low, high


def difference(a, b):
    """Returns (mean, low, high, blocks) of a - b over the blocks in both, or None if there is none.

    low..high is Student's interval.
    """
    sample = numpy.array([a[block] - b[block] for block in sorted(a) if block in b])
    if not len(sample):
        return None
    mean = float(numpy.mean(sample))
    if len(sample) < 2 or numpy.ptp(sample) <= 1e-9 * max(1.0, abs(mean)):
        return mean, mean, mean, len(sample)
    return *inference.mean_interval(sample), len(sample)


def names_in(run, cells, compared=True):
    found = dict.fromkeys(name for cell in cells for name in run.cells[cell])
    return [name for name in found if run.subjects[name].compared or not compared]


def looks(run, names):
    """Returns {name: ((colour, shape), dash type)}, as in every other figure."""
    appearance = drawing.appearance(names)
    return {name: (appearance[name], 1 if run.subjects[name].when == "exact" else 2)
            for name in names}


def by_size(run, experiment):
    """Returns {(workload, n): cell} of an experiment in which no other setting varies, in order."""
    return {(base(cell), cell.n): cell for cell in cells_of(run, experiment)}


def in_order(run, names):
    """Returns the names in an order that does not depend on measurements. Controls are left out.

    Subjects that are exact and in order are the first, yardsticks are the last. Names decide ties.
    """
    return sorted((one for one in names if run.subjects[one].kind != "control"), key=lambda one: (
        not run.subjects[one].compared, run.subjects[one].accuracy != records.EXACT, one))
