#!/usr/bin/python3
"""report.py DIR: writes DIR/report.html, a run as one page that needs nothing else.

Draws the figures first. The page holds them as SVG, loads nothing and runs no script, so it can be
mailed, kept beside a paper, or opened years later. Prints the page's path.
"""

import html
import os
import re

import numpy

import answer
import answer_tables
import console
import figures
import firsts
import inference
import passes
import records
import table
import words
from records import count, significant

QUESTION = ("Which timer structure should an event loop use, for which work, and what does it "
            "cost?")

STYLE = """
:root { color-scheme: light; }
body { max-width: 56rem; margin: 2.5rem auto 5rem; padding: 0 1.25rem; background: #fff;
  color: #222; font: 16px/1.55 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 3rem 0 .6rem; padding-top: .6rem; border-top: 1px solid #ddd; }
h3 { font-size: 1rem; margin: 1.8rem 0 .3rem; }
p { margin: .5rem 0; }
.run, .more, figcaption, footer { color: #555; font-size: .875rem; }
.answer { font-size: 1.1rem; margin: 1rem 0 .4rem; }
.indicative { background: #fff6e0; border-left: 4px solid #e69f00; padding: .5rem .9rem;
  font-size: .9rem; }
figure { margin: 1.4rem 0; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { margin-top: .4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums;
  margin: .5rem 0 1rem; }
th, td { padding: .14rem .6rem .14rem 0; text-align: left; white-space: nowrap;
  vertical-align: top; }
th { border-bottom: 1.5px solid #333; font-weight: 600; }
td.number, th.number { text-align: right; }
td.status { white-space: normal; }
tr.group td { padding-top: .7rem; font-weight: 600; border-bottom: 1px solid #ddd; }
tr:not(.group):hover td { background: #f4f7fa; }
td.first { font-weight: 700; }
details { margin: .3rem 0; }
summary { cursor: pointer; }
pre, code { font: .85rem/1.45 "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { background: #f6f6f6; padding: .7rem .9rem; overflow-x: auto; }
@media print { h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""


def escape(text):
    return html.escape(str(text), quote=True)


# ------------------------------------------------------------------------------------ the pieces

def answers(run):
    """(sentences, [Answer, ...]) of a run of one family."""
    found = answer.work_out(run)
    return words.sentences(run, found), found


def short_tables(run, found):
    """Who costs least for which work and n, and what taking one everywhere costs."""
    ranked = next((one for one in found if one.findings), None)
    if not ranked or passes.of(answer.main_pass(run)).columns:
        return []
    heading = "" if run.family == "structures" else ": event loops"
    return [f"<h2>{escape(one.title + heading)}</h2>{table_html(one)}" for one in (
        answer_tables.least(ranked), answer_tables.everywhere(ranked))]


def page(run, drawn):
    answered = [(part, *answers(part)) for part in run.parts()]
    sentences = list(dict.fromkeys(sentence for _, told, _ in answered for sentence in told))
    question = run.setting("question") or QUESTION
    parts = [f"<h1>{escape(question)}</h1>", f'<p class="run">{escape(described(run))}</p>',
             f'<p class="answer">{escape(sentences[0])}</p>']
    parts += [f'<p class="more">{escape(sentence)}</p>' for sentence in sentences[1:]]
    parts += warning(answered)
    for part, _, found in answered:
        parts += short_tables(part, found)
    for number, figure in enumerate(drawn, 1):
        parts.append(figure_html(run, figure, number))
    parts += ["<h2>How sure this is</h2>"] + [f"<p>{escape(line)}</p>" for line in certainty(run)]
    for part in run.parts():
        parts += ["<h2>The numbers" + ("" if run.family else f": {part.family}") + "</h2>"]
        parts += numbers(part)
        parts += where_first(part)
    parts += ["<h2>To regenerate this</h2>", regenerate(run)]
    parts += ["<h2>The machine</h2>", environment(run)]
    if run.settings:
        parts.append(f"<details><summary>experiment.ini</summary><pre>{escape(run.settings)}</pre>"
                     "</details>")
    parts.append("<footer><p>Made by timerbed from cells.jsonl and env.json alone.</p></footer>")
    return ("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            f"<title>timerbed: {escape(name_of(run))}</title>\n<style>{STYLE}</style>\n</head>\n"
            "<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n")


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


def warning(answered):
    """A notice where the answer rests on too few blocks for any verdict."""
    few = [one for _, _, found in answered for one in found if one.findings][:1]
    if not few or not few[0].indicative:
        return []
    return [f'<p class="indicative"><strong>Indicative.</strong> This rests on '
            f"{words.blocks(few[0].findings)} a cell; a verdict needs {inference.ENOUGH_BLOCKS}. "
            "It shows where to look, not what to conclude.</p>"]


def figure_html(run, figure, number):
    with open(figure.path, encoding="utf-8") as file:
        drawing = file.read()
    heading = HEADINGS.get(figure.script, figure.name)
    if figure.script == "map":
        heading = f"{heading}: {figure.name}"
    if figure.name.endswith("-inline"):
        heading += " (inline dispatch)"
    if figure.name.endswith("-loops"):
        heading += ": event loops"
    return (f"<h2>{escape(heading)}</h2>\n<figure id=\"{escape(figure.name)}\">\n"
            f"{inlined(drawing, figure.name, heading)}\n"
            f"<figcaption><strong>Figure {number}.</strong> {escape(caption(run, figure))} "
            f"Data: <code>data/{escape(figure.name)}.tsv</code>.</figcaption>\n</figure>")


def inlined(svg, prefix, heading):
    """An SVG to stand inside a page: without its prologue, and with ids of its own.

    Every drawing defines the same ids for its point symbols; in one page the first would win.
    """
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"\bid=(['\"])([^'\"]+)\1", rf'id="{prefix}-\2"', svg)
    svg = re.sub(r"(xlink:href|href)=(['\"])#([^'\"]+)\2", rf'\1="#{prefix}-\3"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    svg = re.sub(r"<title>.*?</title>", f"<title>{escape(heading)}</title>", svg, count=1,
                 flags=re.S)
    return re.sub(r"<desc>.*?</desc>\s*", "", svg, flags=re.S)


HEADINGS = {
    "overview": "In one picture",
    "cost": "Time per operation as n grows",
    "tail": "How slow single operations get",
    "memory": "Memory beside struct timer",
    "instructions": "Instructions and cache misses",
    "processes": "Whole processes",
    "lateness": "Lateness in real time",
    "echo": "What timers take of a server's time",
    "adversary": "Under work that is built to hurt",
    "arity": "What children and cached keys are worth",
    "dispatch": "What calling through a table costs",
    "accuracy": "Cost against lateness",
    "intervals": "Time per operation as intervals get more",
    "lazy": "Putting off without moving",
    "stops": "Stops that give memory back, and those that do not",
    "cold": "With caches that the application has used",
    "pages": "Small and huge pages",
    "longest": "The longest operation of each workload",
    "map": "Who costs least where",
}

WHAT = {
    "overview": "Thread CPU time per operation relative to {baseline}, within blocks, in the cells of the "
                "answer: a panel an n. Points: geometric mean; bars: 95 % interval of the mean log "
                "ratio (Student's t), often narrower than the point; grey band: differences within "
                "5 %, below which none is called one. The floor is the fastest yardstick of each "
                "block: the compulsory work alone.",
    "cost": "Thread CPU time per operation (inserts, re-inserts, disarms, removes and firings) "
            "against the number of armed timers. Points: median over blocks; bars: quartiles; "
            "dashed: not exact. For each input the least of the repeats is taken, as noise only "
            "ever adds.",
    "tail": "Share of single operations that take longer than the time below, at the largest n; "
            "for each operation the least over the replays, then the median over blocks. Further "
            "left and lower is better. One expire of a batch is one operation.",
    "memory": "Bytes that a structure keeps beside the timers themselves, at its peak, divided by "
              "the timers armed then.",
    "instructions": "Counted by callgrind: they repeat, where times do not. The cache misses are "
                    "of a simulated cache without prefetching: a model, not the machine.",
    "lateness": "In real time, sleeping in the kernel: from deadline to callback. Small dots: blocks; "
                "large: their median. Not to be expected below the kernel's own latency: about the "
                "least that any line shows.",
    "echo": "An echo server over the loopback interface; every message arms its connection's idle "
            "timeout anew. The share is against the same server without timeouts. Points: median "
            "over blocks; bars: quartiles.",
    "adversary": "Above: thread CPU time per operation, relative to the cheapest structure that is exact and "
                 "in order in the same blocks; plain work on the left, attacks on the right. A "
                 "frame is the attack that a structure is furthest behind under. Below: the worst "
                 "single operation (for each operation the least over the replays), bytes beside "
                 "the timer, and wake-ups in vain for 100 operations. Darker is worse, on a "
                 "logarithmic scale. Slow: beyond the cell's budget of time; in brackets: the n of "
                 "structures that don't bear the others'.",
    "arity": "Thread CPU time per operation of heaps that differ in nothing but the number of "
             "children and in whether the key stands beside the pointer. Points: median over "
             "blocks; bars: quartiles.",
    "dispatch": "The same structure called through a table of functions and compiled into the "
                "replay, on the same bytes: how much the table adds. Left: ratio; right: "
                "difference. Bars: 95 % interval of the mean (Student's t). yardstick-dispatch "
                "does nothing but be called.",
    "accuracy": "Thread CPU time per operation against the mean lateness of firings, less that of "
                "exact structures on the same work. A line joins the settings of a structure: the "
                "tick, or how timers migrate. Those that are not late at all stand side by side at "
                "0. Points: median over blocks; bars: quartiles.",
    "intervals": "Thread CPU time per operation against the number of distinct intervals; most "
                 "timers are put off before they fire. Points: median over blocks; bars: "
                 "quartiles.",
    "lazy": "Full: each re-arm moves the timer; open: a later deadline is only stored. Dots: "
            "median over blocks; beside them the ratio within blocks, with its 95 % interval "
            "(Student's t). Grey: not told apart by the rule of every verdict, corrected over the "
            "figure.",
    "stops": "Full: a stop leaves the timer's memory to the structure; open: the memory is the "
             "caller's again when the stop returns. Two kinds of work, which are not ranked "
             "against each other; dots and numbers: medians over blocks.",
    "cold": "What a structure costs beyond yardstick-prefetch in the same block, as the "
            "application touches more cache lines between two operations. Points: mean difference "
            "over blocks; bars: its 95 % interval (Student's t).",
    "pages": "The same bytes replayed with all of a process's memory in pages of 4 KiB and, as "
             "far as the kernel gave them, in huge ones. Dots: median over blocks; beside them "
             "the ratio within blocks, with its 95 % interval (Student's t). Grey: not told apart.",
    "longest": "The longest single operation of each workload; attacks stand below plain work. For each "
               "operation the least over the replays. Points and numbers: median over blocks; lines: "
               "from the least to the most. One expire of a batch is one operation.",
    "map": "Colour and initials: the structure with the lowest median cost, relative to the others of "
           "its accuracy in the same blocks; number: how many times as much the next one costs "
           "(geometric mean). Hatched: not told apart, by the same rule as every verdict, corrected "
           "over all comparisons of a panel: whose names are given. Structures are ranked within "
           "their accuracy only, and there is no panel for an accuracy that only one has.",
    "processes": "Wall time of whole processes by hyperfine, start-up included. Small dots: single "
                 "runs; large: their median.",
}


def caption(run, figure):
    """What was measured, on what, and how sure it is; all of it from the records."""
    shown = figure.shown
    cells = shown["cells"]
    workloads = sorted({cell.workload for cell in cells})
    ns = sorted({cell.n for cell in cells})
    ways = sorted({cell.dispatch for cell in cells}, reverse=True)
    at = f"n = {count(ns[0])}" if len(ns) == 1 else f"n from {count(ns[0])} to {count(ns[-1])}"
    parts = [WHAT.get(figure.script, "").replace("{baseline}", str(
        figure.variables.get("baseline", run.baseline))),
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


def certainty(run):
    """What speaks for and against believing the numbers."""
    lines = ["All ratios are taken within blocks: one input, all subjects, one machine, in a "
             "shuffled order. A verdict needs at least "
             f"{inference.ENOUGH_BLOCKS} blocks, p < {inference.LEVEL:g} after Holm's correction "
             "over the table it stands in, and a difference of at least "
             f"{100 * inference.MINIMUM_EFFECT:g} %; “no difference” needs the whole interval "
             "within that. The rest is not resolved."]
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


def numbers(run):
    """All tables; the long ones folded."""
    parts = []
    measured = answer.main_pass(run)
    details = {one.title for one in table.details(
        inference.standings(run, measured), measured, run.baseline)}
    for one in table.tables(run, measured):
        body = table_html(one)
        if one.title in details:
            parts.append(f"<details><summary>{escape(one.title)}, in full</summary>{body}"
                         "</details>")
        else:
            parts.append(f"<h3>{escape(one.title)}</h3>{body}")
    return parts


def where_first(run):
    """The cells in which the project's own structure is first, and those in which it is not."""
    one = firsts.of_answer(run, firsts.OURS)
    if not one:
        return []
    return [f"<details><summary>{escape(one.title)}</summary>{table_html(one)}</details>"]


def table_html(one):
    def kind(i):
        left = i < one.right or (one.last_left and i == len(one.header) - 1)
        return "" if left else "number"

    def cell(tag, i, text):
        classes = [kind(i)] if kind(i) else []
        if "*" in (text[:1], text[-1:]):
            classes.append("first")
        if len(text) > 40:
            classes.append("status")
        given = f' class="{" ".join(classes)}"' if classes else ""
        return f"<{tag}{given}>{escape(text)}</{tag}>"

    text = "".join(f'<p class="more">{escape(sentence)}</p>' for sentence in one.text if sentence)
    head = "".join(cell("th", i, name) for i, name in enumerate(one.header))
    body = "".join(
        f'<tr class="group"><td colspan="{len(one.header)}">{escape(row)}</td></tr>'
        if isinstance(row, str) else
        "<tr>" + "".join(cell("td", i, value) for i, value in enumerate(row)) + "</tr>\n"
        for row in one.rows)
    return f'{text}<div class="scroll"><table><thead><tr>{head}</tr></thead>{body}</table></div>'


def regenerate(run):
    command = run.environment.get("command")
    folder = os.path.relpath(run.folder)
    if folder.startswith(".."):
        folder = os.path.basename(os.path.normpath(run.folder))
    if not command:
        command = f"build/timerbed run {folder}/experiment.ini --out new-run"
    revision = run.environment.get("revision")
    first = f"git checkout {revision}\n" if revision else ""
    return ("<p>The measurement, on whatever machine this is typed on; then this page from it; and "
            "this run against the new one, ratio by ratio:</p>"
            f"<pre>{escape(first)}{escape(command)}\nbuild/timerbed report new-run\n"
            f"build/timerbed compare {escape(folder)} new-run</pre>")


def environment(run):
    if not run.environment:
        return "<p>Not recorded.</p>"
    rows = "".join(f"<tr><td>{escape(key.replace('_', ' '))}</td>"
                   f'<td class="status">{escape(value)}</td></tr>'
                   for key, value in run.environment.items())
    return f"<table>{rows}</table>"


def main():
    parser = console.Parser(prog="report.py", description="Writes a run's HTML report.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    arguments = parser.parse_args()
    run = records.open_run(arguments.folder)
    drawn = figures.draw(run)
    path = os.path.join(run.folder, "report.html")
    # A folder's name may have bytes that are no text here; they are written as they are.
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(page(run, drawn))
    print(path)
    return 0


if __name__ == "__main__":
    console.run(main)
