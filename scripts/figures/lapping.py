"""Each subject's cost relative to the baseline at the largest n; a panel per workload (C22)."""

import inference
from drawing import Figure, bold_text
from records import count

HEADING = "Wheels with one level too few for their timeouts"
CAPTION = ("Thread CPU time per operation relative to {baseline}, within blocks, where timeouts are up to "
           "3e8 ticks ahead. Points: geometric mean; bars: 95 % interval of the mean log ratio "
           "(Student's t).")


def make(run, name, standings):
    shown = [one for one in standings if one.cell.measured == "time"
             and one.cell.dispatch == "vtable" and not one.cell.workload.endswith("/fill")]
    shown = list(inference.largest(shown).values())
    figure = Figure(name, ("panel", "workload", "n", "subject", "y", "ratio", "low", "high"))
    names = sorted({line.subject.name for one in shown for line in one.lines
                    if line.subject.compared and line.subject.name != run.baseline})
    for place, standing in enumerate(shown, 1):
        for line in standing.lines:
            one = line.to_baseline
            if line.subject.name in names and one:
                figure.add(place, standing.cell.workload, standing.cell.n, line.subject.name,
                           names.index(line.subject.name), one.mean, one.low, one.high)
    if not figure.rows:
        return None
    figure.variables.update(
        subject=names, baseline=run.baseline, height=100 + 30 * len(names),
        panel=[bold_text(f"{one.cell.workload.partition(':')[0]}"
                         f"{'/drain' if '/' in one.cell.workload else ''}, "
                         f"n = {count(one.cell.n)}") for one in shown])
    figure.rests_on(run, shown)
    return figure
