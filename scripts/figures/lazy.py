"""Eager and lazy re-arm of the same structure on the same trace."""

import inference
from drawing_pairs import Pair, pairs
from experiment_cells import by_size, in_order
from records import count

HEADING = "Putting off without moving"
CAPTION = ("Full: each re-arm moves the timer; open: a later deadline is only stored. Dots: "
           "median over blocks; beside them the ratio within blocks, with its 95 % interval "
           "(Student's t). Grey: not told apart by the rule of every verdict, corrected over the "
           "figure.")


def make(run, name, _):
    panels = []
    for (workload, n), cell in _by_workload(run, name).items():
        values = inference.values(run, cell, "ns_per_op")
        eager = [one for one in values if f"lazy:{one}" in values]
        panels.append((f"{workload}, n = {count(n)}", [workload] * 2, n, [
            Pair(one, values[one], values[f"lazy:{one}"]) for one in in_order(run, eager)]))
    return pairs(run, name, panels, ("eager", "lazy"), True, 2)


def _by_workload(run, experiment):
    """Returns the same as by_size, with plain work before attacks and n in ascending order."""
    cells = by_size(run, experiment)
    return {key: cells[key] for key in sorted(
        cells, key=lambda key: (key[0].startswith("adversary"), len(key[0]), key))}
