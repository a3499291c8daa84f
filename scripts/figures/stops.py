"""Stops that leave the timer's memory to the structure, and stops that give it back to the caller.

Their traces differ, so there is no ratio.
"""

import inference
from drawing_pairs import Pair, pairs
from experiment_cells import base, cells_of, in_order
from records import count

HEADING = "Stops that give memory back, and those that do not"
CAPTION = ("Full: a stop leaves the timer's memory to the structure; open: the memory is the "
           "caller's again when the stop returns. Two kinds of work, which are not ranked against "
           "each other; dots and numbers: medians over blocks.")


def make(run, name, _):
    found, workloads = {}, {}
    for cell in cells_of(run, name):
        way = "remove" if "stop=remove" in base(cell) else "disarm"
        found.setdefault(cell.n, {})[way] = inference.values(run, cell, "ns_per_op")
        workloads[way] = cell.workload
    panels = []
    for n, ways in sorted(found.items()):
        names = [one for way in ways.values() for one in way if run.subjects[one].compared]
        both = [workloads.get(way, "") for way in ("disarm", "remove")]
        panels.append((f"rpc, n = {count(n)}", both, n, [
            Pair(one, ways.get("disarm", {}).get(one, {}), ways.get("remove", {}).get(one, {}))
            for one in in_order(run, dict.fromkeys(names))]))
    return pairs(run, name, panels, ("disarm", "remove"), False, 3)
