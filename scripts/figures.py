#!/usr/bin/python3
"""figures.py DIR: draws a run.

A figure is drawn if the run has data for it. scripts/figures/NAME.py and NAME.gp describe a figure,
and gallery.py lists the figures.

The data of each figure are written to DIR/data/NAME.tsv, and the gnuplot variables of its layout to
DIR/data/NAME.set. From both, gnuplot writes DIR/figures/NAME.svg and NAME.pdf.
"""

import os

import console
import gallery
import inference
import records


def figures(run):
    """Returns all figures that the run has data for: those of structures, then those of loops."""
    result = []
    for part in run.parts():
        suffix = "-loops" if run.family is None and part.family == "loops" else ""
        for figure in of_family(part):
            figure.name += suffix
            figure.variables["name"] = figure.name
            result.append(figure)
    return result


def of_family(run):
    """Returns the figures of a run of one family: of the passes, then of single experiments."""
    result = []
    for measured in run.passes():
        for name, module in gallery.of_pass(measured):
            made = module.figures(run, measured) if hasattr(module, "figures") else \
                by_dispatch(run, measured, name, module)
            result += [of_script(figure, name) for figure in made]
    drawn = {figure.name for figure in result}
    for experiment in sorted({cell.experiment for cell in run.cells} - drawn):
        module = gallery.of_experiment(experiment)
        standings = [one for measured in run.passes() for one in inference.standings(run, measured)
                     if one.cell.experiment == experiment]
        figure = module.make(run, experiment, standings) if module else None
        if figure:
            result.append(of_script(figure, experiment, run, standings))
    return result


def by_dispatch(run, measured, name, module):
    """Returns the figures of a pass, one for each dispatch (way of calling a structure).

    They do not show maps or experiments whose .ini sets `aside`.
    """
    asked = [one for one in inference.standings(run, measured)
             if not one.question and one.cell not in run.places]
    result = []
    for dispatch in run.dispatches(measured):
        standings = [one for one in asked if one.cell.dispatch == dispatch]
        suffix = "" if dispatch == "vtable" else f"-{dispatch}"
        figure = module.make(run, name + suffix, standings) if standings else None
        if figure:
            result.append(of_script(figure, name, run, standings))
    return result


def of_script(figure, script, run=None, standings=()):
    """Sets the figure's script and the measurements that it shows. Returns the figure."""
    figure.script = script
    if standings and not figure.shown:
        figure.rests_on(run, standings)
    return figure


def draw(run):
    """Draws all figures of a run. Returns them in the order of figures()."""
    for folder in ("data", "figures"):
        os.makedirs(os.path.join(run.folder, folder), exist_ok=True)
    drawn = figures(run)
    for figure in drawn:
        figure.path = figure.draw(run.folder)
    return drawn


def main():
    parser = console.Parser(prog="figures.py", description="Draws a run.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    arguments = parser.parse_args()
    run = records.open_run(arguments.folder)
    for figure in draw(run):
        print(figure.path)
    return 0


if __name__ == "__main__":
    console.run(main)
