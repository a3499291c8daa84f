"""The longest single operation, with a row per workload and a dot per structure. Attacks are below
plain work."""

import numpy

import inference
import records
from drawing import Figure, LETTER, bold_text
from experiment_cells import base, cells_of, in_order, names_in
from records import count

HEADING = "The longest operation of each workload"
CAPTION = ("The longest single operation of each workload; attacks stand below plain work. For "
           "each operation the least over the replays. Points and numbers: median over blocks; "
           "lines: from the least to the most. One expire of a batch is one operation.")


def make(run, name, _):
    cells = {place: cell for place, cell in enumerate(sorted(
        cells_of(run, name, "tail"),
        key=lambda cell: (base(cell).startswith("adversary"), cell.n, base(cell))))}
    names = in_order(run, names_in(run, cells.values()))
    figure = Figure(name, ("workload", "n", "subject", "place", "row", "ns", "low", "high", "blocks"))
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
