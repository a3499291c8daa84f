"""The same traces replayed in small pages and in huge pages."""

import inference
from drawing_pairs import Pair, pairs
from experiment_cells import base, cells_of, in_order, setting
from records import count

HEADING = "Small and huge pages"
CAPTION = ("The same bytes replayed with all of a process's memory in pages of 4 KiB and, as far "
           "as the kernel gave them, in huge ones. Dots: median over blocks; beside them the "
           "ratio within blocks, with its 95 % interval (Student's t). Grey: not told apart.")


def make(run, name, _):
    found = {}
    for cell in cells_of(run, name):
        sizes = found.setdefault((base(cell), cell.n), {})
        sizes[setting(run, cell, "pages")] = inference.values(run, cell, "ns_per_op")
    panels = []
    for (workload, n), sizes in sorted(found.items()):
        names = dict.fromkeys(one for values in sizes.values() for one in values)
        panels.append((f"{workload}, n = {count(n)}", [workload] * 2, n, [
            Pair(one, sizes.get("small", {}).get(one, {}), sizes.get("huge", {}).get(one, {}))
            for one in in_order(run, names)]))
    return pairs(run, name, panels, ("small pages", "huge pages"), True, 2)
