"""The headings and captions of figures: what was measured, on which machine, and how sure it is.

All text comes from the records and from the file of each figure (gallery.py).
"""

import gallery
import inference
from records import count


def heading(figure):
    """Returns the heading of a figure in the report."""
    said = getattr(gallery.modules()[figure.script], "HEADING", "{name}")
    text = said.replace("{name}", figure.name)
    if figure.name.endswith("-inline"):
        text += " (inline dispatch)"
    if figure.name.endswith("-loops"):
        text += ": event loops"
    return text


def caption(run, figure):
    """Returns the caption of a figure in the report."""
    shown = figure.shown
    cells = shown["cells"]
    workloads = sorted({cell.workload for cell in cells})
    ns = sorted({cell.n for cell in cells})
    ways = sorted({cell.dispatch for cell in cells}, reverse=True)
    at = f"n = {count(ns[0])}" if len(ns) == 1 else f"n from {count(ns[0])} to {count(ns[-1])}"
    said = getattr(gallery.modules()[figure.script], "CAPTION", "")
    parts = [said.replace("{baseline}", str(figure.variables.get("baseline", run.baseline))),
             f"Workloads: {', '.join(workloads)}; {at}; {' and '.join(ways)} dispatch."]
    measured = [f"{span(shown['blocks'])} block{'' if shown['blocks'] == [1] else 's'} a cell"]
    if shown["ops"]:
        about = sorted({int(float(f"{ops:.1g}")) for ops in shown["ops"]})
        measured.append(f"about {span(about)} operations a replay")
    if shown["repeats"]:
        measured.append(f"{span(shown['repeats'])} repeat{'' if shown['repeats'] == [1] else 's'} "
                        "of each input")
    parts.append(f"Measured: {', '.join(measured)}, {shown['rows']} rows.")
    if run.environment.get("cpu"):
        parts.append(f"On {run.environment['cpu']}.")
    if shown["blocks"] and shown["blocks"][0] < inference.ENOUGH_BLOCKS:
        parts.append("Indicative.")
    return " ".join(part for part in parts if part)


def span(numbers):
    if not numbers:
        return "0"
    if len(numbers) == 1:
        return count(numbers[0])
    return f"{count(numbers[0])} to {count(numbers[-1])}"
