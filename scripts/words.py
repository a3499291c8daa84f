"""Phrases the answer of a run in sentences. answer.py computes it and defines the terms.

README, table, report, paper, `timerbed explain` and the end of `timerbed run` print the sentences.
"""

import math

import answer
import inference
import passes
import records
from records import count, significant

MACHINE = ("cpu", "hypervisor", "kernel", "compiler", "flags")
WAYS = {"vtable": "called through the table of functions", "inline": "compiled into the replay"}
STALE, MIXED = "†", "‡"
NAMED = 8  # the most names in a line about marks
FEWEST = inference.ENOUGH_BLOCKS


def listed(words):
    """Returns "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def number(many, thing):
    return f"{many} {thing}{'' if many == 1 else 's'}"


def at(cell):
    return f"{cell.workload}, n = {count(cell.n)}"


def times(ratio):
    return f"{significant(ratio)} times"


def machine(environment):
    """Returns a description of the machine in one line."""
    parts = [str(environment[key]) for key in MACHINE if environment.get(key)]
    if environment.get("cores"):
        parts.insert(1 if environment.get("cpu") else 0, f"{environment['cores']} cores")
    return "; ".join(parts)


def measured_on(run, found=()):
    """Returns a sentence that says how, when and on which machine the run was measured.

    Returns "" if nothing of that is known.
    """
    parts = []
    counts = answer.blocks(run, found)
    if counts:
        way = next(cell.dispatch for cell in answer.cells(run, answer.main_pass(run)))
        parts.append(f"{blocks(counts)} a cell, {WAYS.get(way, way)}")
    if run.environment.get("date"):
        parts.append(str(run.environment["date"])[:10])
    if machine(run.environment):
        parts.append(machine(run.environment))
    return f"Measured: {'; '.join(parts)}." if parts else ""


def promise(accuracy):
    """Returns what an accuracy promises of a timer: "fired exactly and in order of deadline"."""
    when = {"exact": "fired exactly", "to a tick": "fired to a tick",
            "late fraction": "fired late by a fraction"}
    ordering = {"by deadline": "in order of deadline", "by tick": "in order of tick",
                "unordered": "in any order"}
    return f"{when.get(accuracy[0], accuracy[0])} and {ordering.get(accuracy[1], accuracy[1])}"


def firing(accuracy):
    """Returns what timers of an accuracy do: "fire exactly and in order of deadline"."""
    return promise(accuracy).replace("fired", "fire", 1)


# -------------------------------------------------------------------------------------- the answer

def sentences(run, found=None):
    """Returns the points of a run of one family, and then its remarks."""
    return points(run, found) + remarks(run)


def points(run, found=None):
    """Returns the answer of a run of one family as points. A point is one or a few sentences.

    A pass that ranks has at most five points. A pass that does not rank has one per cell.
    """
    found = answer.work_out(run) if found is None else found
    measured = found[0].measured if found else answer.main_pass(run)
    shown = inference.largest(answer.standings(run, measured)) if passes.of(measured).columns else {}
    if shown:
        return [_range(standing) for standing in shown.values()]
    said = [text for text in named(found).values() if text]
    return said or _nothing_to_rank(found)


def named(found):
    """Returns {name: text} of the points, which the paper quotes by name.

    Returns {} if nothing is ranked. A text is "" if there is nothing to say.
    """
    ranked = [one for one in found if one.findings]
    if not ranked:
        return {}
    main = ranked[0]
    return {"which": _which(main), "often": _how_often(main), "much": _by_how_much(main),
            "wrong": _if_wrong(main), "apart": _apart(found, main)}


def _which(one):
    """Says which structure costs least at each n that has verdicts."""
    chosen = {}
    for n in sorted({finding.cell.n for finding in one.basis}):
        chosen.setdefault(one.picks[n].name, []).append(count(n))
    kind = "loops" if one.run.family == "loops" else "structures"
    names = [marked(one.run, name) for name in chosen]
    taken = [f"{name} costs least" for name in names[:1]] + names[1:]
    taken = listed([f"{words} with {listed(sizes)} timers"
                    for words, sizes in zip(taken, chosen.values())])
    workloads = sorted({finding.cell.workload for finding in one.basis})
    at_each = [sum(finding.cell.n == n for finding in one.basis) for n in
               {finding.cell.n for finding in one.basis}]
    many = str(max(at_each)) if min(at_each) == max(at_each) else f"{min(at_each)} to {max(at_each)}"
    over = f"On average over {many} workloads, " if len(workloads) > 1 else f"In {workloads[0]}, "
    text = f"{over}{taken}, among the {kind} whose timers {firing(one.accuracy)}."
    if one.measured != "time":
        text += f" Cost is here: {passes.of(one.measured).title}."
    if one.indicative:
        measured = blocks(finding.blocks for finding in one.findings)
        text += f" This is indicative: {measured} a cell, and a verdict needs {FEWEST}."
    return text


def _how_often(one):
    """Says how many cells are resolved, and the place of the pick (answer.py) in the cells."""
    pick = one.pick
    cells = number(len(one.findings), "cell")
    resolved, few = one.count(answer.RESOLVED), one.count(answer.FEW)
    if one.indicative:
        first = sum(finding.first.subject.name == pick.name for finding in pick.findings)
        return (f"None of {cells} (one workload at one n) is resolved. {pick.name} has the lowest "
                f"mean in {first}.")
    kind = "loop" if one.run.family == "loops" else "structure"
    enough = number(len(one.findings) - few, "cell") + " (one workload at one n)"
    text = (f"Of {enough}, {resolved} {'has' if resolved == 1 else 'have'} one {kind} that is cheaper "
            f"than all others. {pick.name} is alone the cheapest in {pick.alone} of the "
            f"{len(one.findings) - few}, cannot be told apart from the cheapest in {pick.close}, and "
            f"costs more in {pick.behind}.")
    missing = len(one.basis) - pick.cells
    if missing:
        text += f" It was not measured in {missing}."
    if few:
        text += (f" {number(few, 'more cell')} {'has' if few == 1 else 'have'} too few blocks for a "
                 "verdict.")
    return text


def _by_how_much(one):
    """Says what the pick costs relative to the baseline, and by how much it leads if it leads."""
    pick = one.pick
    parts = []
    if not math.isnan(pick.to_baseline):
        span = f" ({significant(pick.least_to_baseline)} to {significant(pick.most_to_baseline)})"
        parts.append(f"On average, {pick.name} costs {times(pick.to_baseline)} as much as "
                     f"{one.baseline}{span if pick.cells > 1 else ''}.")
    ahead = [finding.lead.mean for finding in pick.findings if finding.state == answer.RESOLVED
             and finding.first.subject.name == pick.name]
    if ahead:
        parts.append(f"Where {pick.name} is the cheapest, the second cheapest costs "
                     f"{times(answer.geometric(ahead))} as much.")
    return " ".join(parts)


def _if_wrong(one):
    """Says what it costs to take the pick everywhere. Says the same of the next structure and of
    the baseline."""
    pick = one.pick
    others = [other for other in one.complete if other is not pick]
    shown = others[:1] + [other for other in others[1:] if other.name == one.baseline]
    text = (f"Taken everywhere, {pick.name} costs {times(pick.mean)} as much as the cheapest of each cell "
            f"on average, and {times(pick.worst)} at worst")
    if pick.worst > 1:
        text += (f" ({at(pick.worst_at.cell)}, where {pick.worst_at.first.subject.name} is the "
                 "cheapest)")
    for other in shown:
        text += (f". {other.name} costs {times(other.mean)} as much on average, and "
                 f"{times(other.worst)} at worst")
    return text + "."


def blocks(counts):
    found = sorted(set(counts))
    if found[0] == found[-1]:
        return number(found[0], "block")
    return f"{found[0]} to {found[-1]} blocks"


def _apart(found, main):
    """Says which structures lead in the other accuracies, each of which is ranked separately."""
    ranked, alone = [], []
    for one in found:
        if one.findings and one is not main:
            ranked.append(f"Of those whose timers {firing(one.accuracy)}, {one.pick.name} costs least on "
                          f"average ({number(one.pick.cells, 'cell')}"
                          f"{', indicative' if one.indicative else ''}).")
        elif one is not main:
            names = sorted({finding.first.subject.name for finding in one.alone})
            alone.append(f"{listed(names)} ({firing(one.accuracy).removeprefix('fire ')})")
    if alone:
        ranked.append(f"Each of these is the only one of its accuracy: {listed(alone)}.")
    return " ".join(["Other accuracies are ranked apart.", *ranked]) if ranked else ""


def _nothing_to_rank(found):
    if not found:
        return ["Nothing has been ranked: there is no measurement to rank."]
    parts = []
    for one in found:
        names = sorted({finding.first.subject.name for finding in one.alone})
        low, high = (chosen(finding.first.value for finding in one.alone) for chosen in (min, max))
        unit = passes.of(one.measured).unit
        cost = significant(low) if low == high else f"{significant(low)} to {significant(high)}"
        parts.append(f"{listed(names)} {'is' if len(names) == 1 else 'are'} alone "
                     f"({promise(one.accuracy)}; {cost} {unit})")
    return [f"Nothing has been ranked: {'; '.join(parts)}."]


def _range(standing):
    """Returns the range of values in a cell of a pass that does not rank."""
    lines = sorted((line for line in standing.lines if line.subject.compared),
                   key=lambda line: line.value)
    if not lines:
        return f"{at(standing.cell)}: nothing that is compared was measured."
    measured = passes.of(standing.cell.measured)
    low, high = lines[0], lines[-1]
    text = (f"{measured.heading}, {at(standing.cell)}: from "
            f"{significant(low.value)} {measured.unit} ({low.subject.name}) to "
            f"{significant(high.value)} {measured.unit} ({high.subject.name})")
    fewest = min(line.blocks for line in lines)
    if fewest < FEWEST:
        text += f" (indicative: {number(fewest, 'block')})"
    return f"{text}. {measured.below_0}" if low.value < 0 and measured.below_0 else f"{text}."


# ------------------------------------------------------------------- what else the reader must know

REASONS = {"too slow": "too slow", "left out": "beyond the subject's limit of timers", "failed": "failed"}


def remarks(run):
    """Returns sentences on subjects that fired wrongly, missing measurements and changed code."""
    result = []
    for name in sorted(inference.fired_wrongly(run)):
        many = sum(record["subject"] == name and record.get("outcome") == "wrong"
                   for record in run.records)
        result.append(f"{name} fired wrongly in {number(many, 'measurement')} and is ranked nowhere.")
    missing = {}
    for record in answer.asked_of(run):
        reason = records.outcome(record)
        if reason in REASONS:
            missing[reason] = missing.get(reason, 0) + 1
    if missing:
        result.append("Not measured: " + listed([
            f"{number(missing[reason], 'measurement')} {words}"
            for reason, words in REASONS.items() if reason in missing]) + ".")
    return result + left_out(run) + changed(run)


def left_out(run):
    """Returns sentences about the planned cells that the run lacks because it ended early.

    A budget, a cap or an interruption ends a run early.
    """
    said = answer.said_left_out(run)
    if said is not None:
        return [f"{said[0].upper()}{said[1:].rstrip('.')}."] if said else []
    left, planned = answer.left_out(run)
    if not left:
        return []
    sizes = {}
    for _, n in left:
        sizes[n] = sizes.get(n, 0) + 1
    which = listed([f"{many} with {count(n)} timers" for n, many in sorted(sizes.items())])
    return [f"The run ended before {len(left)} of {number(planned, 'planned combination')} of workload "
            f"and n: {which}."]


# (mark, what it means, function that says whether a subject of a run has the mark)
MARKS = ((STALE, "marks code that has changed since this run", answer.stale),
         (MIXED, "marks records of several versions of the code", answer.mixed))


def changed(run, subjects=None):
    """Returns the lines that explain the marks on names, one for each mark that occurs.

    They are about the names in `subjects`, or about all subjects of the run.
    """
    result = []
    for mark, meaning, holds in MARKS:
        names = [name for name in sorted(run.subjects if subjects is None else subjects)
                 if holds(run, name)]
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            result.append(f"{mark} {meaning}: {', '.join(names[:NAMED])}{more}.")
    return result


def marked(run, name):
    """Returns a subject's name with its marks."""
    key = ("marked", name)
    if key not in run.kept:
        run.kept[key] = name + "".join(mark for mark, _, holds in MARKS if holds(run, name))
    return run.kept[key]


# ---------------------------------------------------------------------------------- cells of tables

def least(finding, baseline):
    """Returns a cell of the table "Who costs least": `name cost`.

    The cost is relative to the baseline, or absolute without one. `~ name cost +2` means that two
    more structures cannot be told apart from it. `? name cost` means that there are fewer blocks
    than a verdict needs.
    """
    line, run = finding.first, finding.run
    cost = significant(line.to_baseline.mean) if line.to_baseline else \
        f"{significant(line.value)} {passes.of(finding.cell.measured).unit}"
    text = f"{marked(run, line.subject.name)} {cost}"
    if finding.state == answer.FEW:
        return f"? {text}"
    if finding.state == answer.CLOSE:
        return f"~ {text} +{len(finding.tied)}"
    return text


# -------------------------------------------------------------------------------------- one subject

SHOWN = 3  # the most cells that are named as won, and as lost


def about(one, name):
    """Returns sentences for `timerbed explain`: where a subject wins and where it loses."""
    regret = one.regret(name)
    if not regret:
        return _about_alone(one, name)
    others = len({line.subject.name for finding in regret.findings for line in finding.lines}) - 1
    result = [f"{name} is ranked with {number(others, 'other')} whose timers {firing(one.accuracy)}. "
              f"Of {number(regret.cells, 'cell')} (one workload at one n) it is cheaper than all others "
              f"in {regret.alone}, cannot be told apart from the cheapest in {regret.close}, and costs "
              f"more in {regret.behind}."]
    if one.indicative:
        result[0] = f"Indicative. {result[0]}"
    won = sorted((finding for finding in regret.findings if finding.state == answer.RESOLVED
                  and finding.first.subject.name == name), key=lambda one: -one.lead.mean)
    if won:
        result.append("It wins by most in " + "; ".join(
            f"{at(finding.cell)} (the next, {finding.lines[1].subject.name}, costs "
            f"{times(finding.lead.mean)} as much)" for finding in won[:SHOWN]) + ".")
    lost = sorted((finding for finding in regret.findings if name not in finding.leaders),
                  key=lambda one: -one.line(name).to_first.mean)
    if lost:
        result.append("It loses by most in " + "; ".join(
            f"{at(finding.cell)} ({times(finding.line(name).to_first.mean)} "
            f"{finding.first.subject.name})" for finding in lost[:SHOWN]) + ".")
    result.append(f"Taken everywhere it costs {times(regret.mean)} the cheapest on average and "
                  f"{times(regret.worst)} at worst ({at(regret.worst_at.cell)}).")
    return result


def _about_alone(one, name):
    costs = [finding.first.to_baseline.mean for finding in one.alone
             if finding.first.subject.name == name and finding.first.to_baseline]
    if not costs:
        return []
    mean = answer.geometric(costs)
    return [f"No other subject whose timers {firing(one.accuracy)} was measured beside it. "
            f"Over {number(len(costs), 'cell')} it costs {significant(mean)} of {one.baseline} on "
            f"average ({significant(min(costs))} to {significant(max(costs))})."]


def for_explain(run):
    """Returns the contents of results/answer.json.

    The keys are `answer`, the sentences of the answer of all families; `subjects`, {subject:
    [sentence, ...]}; `pass`, the pass that the sentences are about; and `hashes`, {subject: the hash
    of the measured code}. By the hash, `timerbed explain` sees that the code has changed.
    """
    measured = answer.main_pass(run)
    result = {"answer": [], "subjects": {}, "pass": measured, "hashes": {}}
    for part, found in answer.whole(run):
        result["answer"] += sentences(part, found)
        for one in found:
            for name in sorted({line.subject.name for finding in one.findings + one.alone
                                for line in finding.lines}):
                said = about(one, name)
                if said:
                    result["subjects"].setdefault(name, said + [measured_on(part, found)])
    for name in result["subjects"]:
        recorded = run.hashes(name, measured)
        if len(recorded) == 1:
            result["hashes"][name] = recorded.pop()
    return result
