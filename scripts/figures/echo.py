"""CPU time per message, and the timers' share of it, against the number of connections."""

import numpy

import inference
from drawing import Figure
from drawing_panels import FEW, small_multiples
from shown import prominent, structures

HEADING = "What timers take of a server's time"
CAPTION = ("An echo server over the loopback interface; every message re-arms its connection's "
           "idle timeout. The share is against the same server without timeouts. Points: median "
           "over blocks; bars: quartiles.")
PASS = "echo"


def make(run, name, standings):
    figure = Figure(name, ("panel", "measure", "workload", "n", "subject", "accuracy", "median",
                           "low", "high"))
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
                    figure.add(words, measure, standing.cell.workload, standing.cell.n,
                               line.subject.name,
                               ", ".join(line.subject.accuracy), median, low, high)
    subjects = structures(run, standings)
    if not subjects:
        return None
    ns = [standing.cell.n for standing in standings]
    figure.add_subjects(subjects, prominent(run, standings, FEW))
    figure.add_key()
    small_multiples(figure, 250)
    by_panel = [[row for row in figure.rows if row[0] == number]
                for number in range(1, len(figure.variables["panel"]) + 1)]
    figure.variables.update(
        columns=2, height=250 + 40 + figure.variables["key_height"],
        n_low=min(ns) / 1.7, n_high=max(ns) * 1.7,
        y_low=[min(0.0, *(row[7] for row in rows)) for rows in by_panel],
        y_high=[1.15 * max(row[8] for row in rows) for rows in by_panel])
    return figure
