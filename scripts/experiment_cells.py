"""What a run holds of one experiment, as the figure of that experiment needs it.

Ratios and differences are of the same block, that is of the same bytes, whatever else differs: two ways
of calling, two sizes of pages, two structures. Their intervals are Student's, as everywhere.
"""

import numpy

import drawing
import inference
import records


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


def in_order(run, names):
    """Exact ones first, yardsticks last, else by name: an order that no measurement changes."""
    return sorted((one for one in names if run.subjects[one].kind != "control"), key=lambda one: (
        not run.subjects[one].compared, run.subjects[one].accuracy != records.EXACT, one))
