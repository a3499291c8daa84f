"""The figures that there are. Each is two files: scripts/figures/NAME.gp draws it with gnuplot, and
NAME.py says what is drawn. They are found by name. NAME.py sets

  HEADING  the heading in the report; {name} stands for the name of the drawing
  CAPTION  the first sentences of the caption; {baseline} stands for the subject that ratios are to
  PASS     the pass that the figure shows; EVERY for one that shows any. A file without PASS has the
           figure of the experiment NAME
  PLACE    the order among the figures of a pass; 1 if it is missing

and defines one of these functions:

  make(run, name, standings)  the drawing.Figure called `name`; None if the run holds too little for it.
                              It is asked for each way of calling that the pass was measured with.
                              `standings` are of the pass and that way. For an experiment they are all
                              standings of the experiment, of all passes
  figures(run, measured)      the list of drawing.Figure for a pass: for one figure over several ways of
                              calling, or one figure for each experiment

The folder figures/layouts has what several gnuplot scripts share: drawing_NAME.py prepares the data of
layouts/NAME.gp.
"""

import functools

import found

EVERY = "*"


@functools.cache
def modules():
    """{name: what NAME.py defines}, by name."""
    return {name: found.load("figures", name) for name in found.names("figures")}


def of_pass(measured):
    """[(name, module), ...] of the figures of a pass, in reading order."""
    mine = [(name, module) for name, module in modules().items()
            if getattr(module, "PASS", None) in (measured, EVERY)]
    return sorted(mine, key=lambda pair: (getattr(pair[1], "PLACE", 1), pair[0]))


def of_experiment(name):
    """What NAME.py defines, if it is the figure of an experiment; else None."""
    module = modules().get(name)
    return None if hasattr(module, "PASS") else module
