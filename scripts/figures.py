#!/usr/bin/python3
"""figures.py DIR: draws a run.

A figure is drawn if the run holds what it shows. gallery.py says which figures there are: each is
scripts/figures/NAME.gp and NAME.py.

The data of each figure are in DIR/data/NAME.tsv, where anybody can read them. DIR/data/NAME.set says how
the figure is laid out (gnuplot variables). gnuplot writes DIR/figures/NAME.svg and NAME.pdf.
"""

import os

import console
import gallery
import inference
import records


def figures(run):
    """All figures that the run has data for, in reading order: structures, then loops."""
    result = []
    for part in run.parts():
        suffix = "-loops" if run.family is None and part.family == "loops" else ""
        for figure in of_family(part):
            figure.name += suffix
            figure.variables["name"] = figure.name
            result.append(figure)
    return result


def of_family(run):
    """The figures of a run of one family: those of the passes, then those of single experiments."""
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
    """The figures of a pass, one for each way of calling; experiments that stand aside are not in it."""
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
    """The figure, with the name of the script that draws it, and with what it rests on."""
    figure.script = script
    if standings and not figure.shown:
        figure.rests_on(run, standings)
    return figure


def draw(run):
    """Draws everything; the figures, in reading order."""
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
