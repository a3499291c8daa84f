#!/usr/bin/python3
"""report.py DIR: writes DIR/report.html, the report of a run on one self-contained page.

It draws the figures first and prints the page's path at the end. The page contains the figures as
SVG. It loads no files and runs no script, so it can be mailed or archived. This script gathers the
page's contents, and templates/report.html lays them out.
"""

import os
import re

import jinja2
import markupsafe
import numpy

import answer
import answer_tables
import captions
import console
import figures
import firsts
import inference
import passes
import records
import table
import words
from records import significant

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")
QUESTION = ("Which timer structure should an event loop use, for which work, and what does it "
            "cost?")


# ------------------------------------------------------------------------------------ the page

def page(run, drawn):
    """Returns the page as text. `drawn` are the figures, in reading order."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    environment.globals["kinds"] = kinds
    return environment.get_template("report.html").render(contents(run, drawn))


def contents(run, drawn):
    """Returns the variables of the template."""
    answered = [(part, answer.work_out(part)) for part in run.parts()]
    sentences = dict.fromkeys(sentence for part, found in answered
                              for sentence in words.sentences(part, found))
    return {
        "name": name_of(run),
        "question": run.setting("question") or QUESTION,
        "described": described(run),
        "sentences": list(sentences),
        "indicative": indicative(answered),
        "answer_tables": [one for part, found in answered for one in short_tables(part, found)],
        "figures": [figure_of(run, figure) for figure in drawn],
        "certainty": certainty(run),
        "parts": [{"heading": "The numbers" + ("" if run.family else f": {part.family}"),
                   "legend": legend(part), "tables": numbers(part)} for part in run.parts()],
        "repetition": repetition(run),
        "machine": {key.replace("_", " "): value for key, value in run.environment.items()},
        "settings": run.settings,
    }


# ------------------------------------------------------------------------------------ the pieces

def short_tables(run, found):
    """Returns [(heading, table), ...]: the cheapest structure for each workload and n, and what it
    costs to take one structure everywhere."""
    ranked = next((one for one in found if one.findings), None)
    if not ranked or passes.of(answer.main_pass(run)).columns:
        return []
    heading = "" if run.family == "structures" else ": event loops"
    return [(one.title + heading, one) for one in (
        answer_tables.least(ranked), answer_tables.everywhere(ranked))]


def name_of(run):
    if run.setting("name"):
        return run.setting("name")
    names = sorted({cell.experiment for cell in run.cells if cell.experiment})
    return ", ".join(names) or os.path.basename(os.path.normpath(run.folder))


def described(run):
    text = f"Run: {name_of(run)}"
    if run.environment.get("date"):
        text += f", {run.environment['date']}"
    machine = words.machine(run.environment)
    return text + (f". {machine}." if machine else ".")


def indicative(answered):
    """Returns the number of blocks of the answer, if they are too few for any verdict; else None."""
    counts = next((found for part, one in answered if (found := answer.blocks(part, one))), [])
    if not counts or max(counts) >= inference.ENOUGH_BLOCKS:
        return None
    return {"blocks": words.blocks(counts), "enough": inference.ENOUGH_BLOCKS}


def figure_of(run, figure):
    """Returns a figure's heading, caption and drawing, for the template."""
    with open(figure.path, encoding="utf-8") as file:
        drawing = file.read()
    heading = captions.heading(figure)
    return {"name": figure.name, "heading": heading, "caption": captions.caption(run, figure),
            "drawing": markupsafe.Markup(inlined(drawing, figure.name, heading))}


def inlined(svg, prefix, heading):
    """Returns an SVG that can be part of a page: without its prologue, and with unique ids.

    All drawings use the same ids for their point symbols. In one page, each reference would find
    the symbols of the first drawing.
    """
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"\bid=(['\"])([^'\"]+)\1", rf'id="{prefix}-\2"', svg)
    svg = re.sub(r"(xlink:href|href)=(['\"])#([^'\"]+)\2", rf'\1="#{prefix}-\3"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r"<title>.*?</title>", f"<title>{markupsafe.escape(heading)}</title>", svg, count=1,
                 flags=re.S)
    return re.sub(r"<desc>.*?</desc>\s*", "", svg, flags=re.S)


def certainty(run):
    """Returns sentences that say how far the numbers can be trusted."""
    lines = ["All ratios are taken within blocks: one input, all subjects, one machine, in a "
             "shuffled order. A verdict needs at least "
             f"{inference.ENOUGH_BLOCKS} blocks, p < {inference.LEVEL:g} after Holm's correction "
             "over the table it stands in, and a difference of at least "
             f"{100 * inference.MINIMUM_EFFECT:g} %; “no difference” needs the whole interval "
             "within that. The rest is not resolved."]
    for one in map(passes.of, run.passes()):
        if one.differences:
            lines.append(f"The {one.title} may be at or below 0, where a ratio means nothing: it is "
                         "compared by differences, and any that is told from 0 counts.")
    lines += [table.closing(part, answer.main_pass(part)) for part in run.parts()]
    rows = [record for record in run.records if record.get("status") == "ok"]
    disturbed = []
    stolen = [row["steal"] for row in rows if isinstance(row.get("steal"), (int, float))]
    if stolen:
        disturbed.append(f"steal was seen in {sum(value > 0 for value in stolen)} of "
                         f"{len(stolen)} rows (at most {max(stolen):g} ticks of /proc/stat)")
    loads = [row["load"] for row in rows if isinstance(row.get("load"), (int, float))]
    if loads:
        disturbed.append(f"load was {significant(float(numpy.median(loads)))} at the median and "
                         f"{significant(max(loads))} at most")
    waits = [row["wall_ns_per_op"] / row["ns_per_op"] for row in rows
             if row.get("ns_per_op") and row.get("wall_ns_per_op")]
    if waits:
        disturbed.append("wall time was "
                         f"{significant(float(numpy.median(waits)))} × CPU time at the median")
    if disturbed:
        text = "; ".join(disturbed)
        lines.append(f"Disturbance: {text}.")
    return lines + [f"Note: {note}." for note in run.notes]


def cells_in_full(run):
    """Returns the tables of single workloads, of a pass that ranks."""
    measured = answer.main_pass(run)
    return [] if passes.of(measured).columns else table.details(
        run, inference.standings(run, measured), measured, run.baseline)


def legend(run):
    """Returns the sentences that define the words of the tables of single workloads."""
    return [sentence for one in cells_in_full(run)[:1] for sentence in one.text]


def numbers(run):
    """Returns [(is folded, title, table), ...] of all tables.

    The tables of single workloads are folded, and so is the table of the ranks of the project's own
    structure.
    """
    measured = answer.main_pass(run)
    cells = {one.title for one in cells_in_full(run)}
    result = []
    for one in table.tables(run, measured):
        if one.title in cells:
            one.text = []  # the legend of all of them is above the tables
        title = one.title + (", in full" if one.title in cells else "")
        result.append((one.title in cells, title, one))
    first = firsts.of_answer(run, firsts.OURS)
    return result + ([(True, first.title, first)] if first else [])


def kinds(one, column, text):
    """Returns the CSS classes of a cell of a table, separated by blanks."""
    found = [] if one.stands_left(column) else ["number"]
    if "*" in (text[:1], text[-1:]):
        found.append("first")
    if len(text) > 40:
        found.append("status")
    return " ".join(found)


def repetition(run):
    """Returns the commands that measure the run again and compare the result with this run.

    They begin with what a fresh clone needs.
    """
    folder = os.path.relpath(run.folder)
    if folder.startswith(".."):
        folder = os.path.basename(os.path.normpath(run.folder))
    revision = run.environment.get("revision")
    return ([f"git checkout {revision}"] if revision else []) + [
        "scripts/setup bench", "make programs",
        f"build/timerbed run {folder}/experiment.ini --out new-run",
        "build/timerbed report new-run", f"build/timerbed compare {folder} new-run"]


def main():
    parser = console.Parser(prog="timerbed report", description="Writes a run's HTML report.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    arguments = parser.parse_args()
    run = records.open_run(arguments.folder)
    drawn = figures.draw(run)
    path = os.path.join(run.folder, "report.html")
    # A folder's name may have bytes that are not UTF-8. They are written unchanged.
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(page(run, drawn))
    print(path)
    return 0


if __name__ == "__main__":
    console.run(main)
