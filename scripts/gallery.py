"""Finds the figures by name. A figure is two files in scripts/figures: NAME.py computes its data,
and NAME.gp draws it with gnuplot. NAME.py sets

  HEADING  the heading in the report; {name} is replaced by the name of the drawing
  CAPTION  the first sentences of the caption; {baseline} is replaced by the baseline of the ratios
  PASS     the pass that the figure shows, or EVERY if it is drawn for each pass. A file without
           PASS has the figure of the experiment NAME
  PLACE    the order among the figures of a pass; the default is 1

and defines one of these functions:

  make(run, name, standings)  returns the drawing.Figure called `name`, or None if the run lacks
                              the data. For a pass, it is called once for each way of calling
                              structures, with the standings (ranked cells) of that pass and that
                              way. For an experiment, it gets the experiment's standings of all
                              passes
  figures(run, measured)      returns the list of drawing.Figure for the pass `measured`. It is for
                              a figure of several ways of calling, or for one figure per experiment

The rows are written to data/NAME.tsv, which people read, too. Its header names the columns, among
them the subject, the workload and n. Workloads are written as records have them. Markup of gnuplot,
such as bold_text() makes, belongs to the variables. CONTRIBUTING.md says what NAME.gp is given.

figures/layouts has the code that several gnuplot scripts share. drawing_NAME.py prepares the data
of layouts/NAME.gp.
"""

import functools

import found

EVERY = "*"


@functools.cache
def modules():
    """Returns {name: module} of all files NAME.py, in alphabetical order."""
    return {name: found.load("figures", name) for name in found.names("figures")}


def of_pass(measured):
    """Returns [(name, module), ...] of the figures of a pass, in reading order."""
    mine = [(name, module) for name, module in modules().items()
            if getattr(module, "PASS", None) in (measured, EVERY)]
    return sorted(mine, key=lambda pair: (getattr(pair[1], "PLACE", 1), pair[0]))


def of_experiment(name):
    """Returns the module NAME.py if it is the figure of an experiment, or None."""
    module = modules().get(name)
    return None if hasattr(module, "PASS") else module
