#!/usr/bin/python3
"""The answer of a run: which structure costs least for which work and number of timers, how sure that
is, by how much, and what a wrong choice costs.

This module works the answer out once. README, table, report, paper, `timerbed explain` and the end
of `timerbed run` print its counts, through the sentences of words.py, and count nothing themselves.

  cells     one workload at one n, in the main pass, of one way of calling: the one that most cells
            have (called through the table where both have as many). A phase of fill-drain or
            lifecycle is a cell of its own, as filling and draining are different questions.
            Experiments that stand aside (by their .ini) and maps have no say, unless a run holds
            nothing else.
  place     the cheapest of its accuracy in the cell, or not told apart from it (inference.py)
  state     resolved: all others of the accuracy are slower. close: some cannot be told apart from
            the cheapest. few: fewer blocks than a verdict needs. alone: no other of the accuracy.
            Both close and few count as not resolved.
  regret    the cost of a structure relative to the cheapest of its accuracy in the cell. Averages are
            geometric, over the cells with enough blocks. Where no cell has enough they are over all
            cells, and everything is indicative.
  pick      the structure with the least average regret, of those measured in most of the cells

A pass that is compared by differences (inference.py) ranks nobody. It has no cell of this kind, and its
answer is the least and the most that was measured.

answer.py DIR OUT writes sentences about each subject as JSON, for `timerbed explain`.
"""

import json
import math
import os
import sys
from dataclasses import dataclass, field

import console
import inference
import passes
import records

RESOLVED, CLOSE, FEW, ALONE = "resolved", "close", "few", "alone"


@dataclass
class Finding:
    """One cell for one accuracy: the structures in order of cost, and how sure the order is."""

    run: records.Run
    standing: inference.Standing
    lines: list  # those that were compared, the cheapest first
    state: str

    @property
    def cell(self):
        return self.standing.cell

    @property
    def first(self):
        return self.lines[0]

    @property
    def tied(self):
        return [line for line in self.lines[1:] if line.place == "tied"]

    @property
    def leaders(self):
        """The names of the cheapest, and of all that cannot be told apart from it."""
        return [line.subject.name for line in (self.first, *self.tied)]

    @property
    def blocks(self):
        return self.first.to_first.blocks

    @property
    def lead(self):
        """The cost of the second cheapest relative to the cheapest: a Ratio, or None without a second."""
        return self.lines[1].to_first if len(self.lines) > 1 else None

    def line(self, name):
        return next((line for line in self.lines if line.subject.name == name), None)


@dataclass
class Regret:
    """The cost of taking one structure in all cells, relative to the cheapest in each."""

    name: str
    findings: list  # the cells in which it was compared
    alone: int  # of them, those where it is the cheapest and all others are slower
    close: int  # those where it is the cheapest or not told apart from it, and others are, too
    behind: int
    mean: float
    worst: float
    worst_at: Finding
    to_baseline: float  # geometric mean; nan without a baseline
    least_to_baseline: float
    most_to_baseline: float

    @property
    def cells(self):
        return len(self.findings)


@dataclass
class Answer:
    """The answer for the structures of one accuracy, in a run of one family."""

    run: records.Run
    measured: str
    baseline: str
    accuracy: tuple
    dispatch: str
    findings: list  # every cell in which two or more were compared
    alone: list  # the cells with one structure
    regrets: list = field(default_factory=list)  # those in most cells first, then the least regret
    picks: dict = field(default_factory=dict)  # {n: Regret over the cells of that n}

    def count(self, *states):
        return sum(finding.state in states for finding in self.findings)

    @property
    def unresolved(self):
        return self.count(CLOSE, FEW)

    @property
    def indicative(self):
        """Whether no cell has enough blocks for a verdict."""
        return bool(self.findings) and self.count(FEW) == len(self.findings)

    @property
    def basis(self):
        """The findings that averages are over."""
        return basis(self.findings)

    @property
    def sizes(self):
        return sorted({finding.cell.n for finding in self.findings})

    @property
    def pick(self):
        return self.regrets[0] if self.regrets else None

    @property
    def complete(self):
        """The regrets of those that were compared in as many cells as any."""
        return [one for one in self.regrets if one.cells == self.regrets[0].cells]

    def regret(self, name):
        return next((one for one in self.regrets if one.name == name), None)


def blocks(run, found):
    """The numbers of blocks of what the answer of a run rests on; none where there is no answer."""
    ranked = [one for one in found if one.findings]
    if ranked:
        return [finding.blocks for finding in ranked[0].basis]
    measured = main_pass(run)
    return [line.blocks for standing in standings(run, measured) for line in standing.lines
            if line.subject.compared] if passes.of(measured).differences else []


def basis(findings):
    return [one for one in findings if one.state != FEW] or findings


# -------------------------------------------------------------------------------- what is counted

def standings(run, measured="time", baseline=None, minimum_effect=inference.MINIMUM_EFFECT):
    """The standings of the cells that the answer is about, by workload and n."""
    key = ("answer", measured, baseline, minimum_effect)
    if key not in run.kept:
        chosen = cells(run, measured)
        run.kept[key] = inference.standings(run, measured, baseline, minimum_effect,
                                             chosen.__contains__)
    return run.kept[key]


def cells(run, measured="time"):
    """The set of cells that the answer is about."""
    if ("cells", measured) not in run.kept:
        found = run.select(measured)
        plain = [cell for cell in found if cell not in run.places]
        asked = [cell for cell in plain if not run.aside(cell.experiment)] or plain or found
        ways = {}
        for cell in asked:
            ways[cell.dispatch] = ways.get(cell.dispatch, 0) + 1
        way = max(ways, key=lambda way: (ways[way], way == "vtable", way), default=None)
        run.kept["cells", measured] = frozenset(cell for cell in asked if cell.dispatch == way)
    return run.kept["cells", measured]


def needed(run, measured):
    """The function that tells on which records the answer rests, for open_run(): on those that have a
    say in cells().
    """
    groups = {}
    families = {name: subject.family for name, subject in run.subjects.items()}
    for record in measured:
        group = families[record["subject"]], record.get("pass", "time")
        groups.setdefault(group, []).append(record)
    wanted = set()
    for family in records.FAMILIES:
        found = next((groups[family, name] for name in passes.PASSES if (family, name) in groups), [])
        plain = [record for record in found if not record.get("map")]
        asked = [record for record in plain if not run.aside(record.get("experiment", ""))]
        wanted.update(map(id, asked or plain or found))
    return lambda record: id(record) in wanted


def asked_of(run):
    """The records of the experiments and the pass that the answer is about, measured or not."""
    measured = main_pass(run)
    asked = {cell.experiment for cell in cells(run, measured)}
    return [record for record in run.records if record.get("pass", "time") == measured
            and record.get("experiment", "") in asked]


def said_left_out(run):
    """The sentence of run.json about the cells left out; "" for none, None without run.json."""
    try:
        with open(os.path.join(run.folder, "run.json"), encoding="utf-8") as file:
            said = json.load(file).get("left_out")
    except (OSError, ValueError, AttributeError):
        return None
    return said if isinstance(said, str) else None


def left_out(run):
    """([(workload, n), ...] of the plan that has no record, how many are planned), by experiment.ini:
    for runs without run.json. A section's numbers are as written there: 1000, 1e3.
    """
    measured = main_pass(run)
    done = {(record["workload"], record["n"]) for record in run.records
            if record.get("pass", "time") == measured}
    planned = set()
    for name, settings in run.sections:
        subjects = {"loops" if word.removeprefix("again:").startswith(("loop:", "libevent"))
                    else "structures" for word in settings.get("subjects", ())}
        if "n" in settings and "x" not in settings and run.family in subjects | {None} \
                and not run.aside(name.split(".")[0]) \
                and settings.get("pass", ["time"]) == [measured]:
            planned |= {(workload, int(float(n))) for workload in settings.get("workloads", ())
                        for n in settings["n"]}
    return sorted(planned - done, key=lambda pair: (pair[1], pair[0])), len(planned)


def main_pass(run):
    """The pass that the answer is about by default."""
    return next(iter(run.passes()), "time")


def work_out(run, measured=None, baseline=None, minimum_effect=inference.MINIMUM_EFFECT):
    """[Answer, ...] of a run of one family: one for each accuracy, the exact ones first."""
    measured = measured or main_pass(run)
    baseline = baseline or run.baseline
    found = standings(run, measured, baseline, minimum_effect)
    result = []
    for accuracy in inference.accuracies(found):
        compared = [one for one in (_finding(run, standing, accuracy) for standing in found) if one]
        if compared:
            answer = Answer(run, measured, baseline, accuracy, compared[0].cell.dispatch,
                            [one for one in compared if one.state != ALONE],
                            [one for one in compared if one.state == ALONE])
            answer.regrets = regrets(answer.basis, baseline)
            answer.picks = _picks(answer)
            result.append(answer)
    return result


def whole(run, measured=None):
    """[(part, [Answer, ...]), ...] of a run that may hold structures and loops."""
    return [(part, work_out(part, measured)) for part in run.parts()]


def _finding(run, standing, accuracy):
    lines = [line for line in standing.lines if line.subject.accuracy == accuracy
             and line.ranked and line.to_first]
    first = standing.first(accuracy)
    if not first:
        return None
    lines = [first] + sorted((line for line in lines if line is not first),
                             key=lambda line: (line.to_first.mean, line.subject.name))
    finding = Finding(run, standing, lines, ALONE)
    if len(lines) > 1:
        finding.state = FEW if finding.blocks < inference.ENOUGH_BLOCKS else \
            CLOSE if finding.tied else RESOLVED
    return finding


def regrets(findings, baseline):
    """[Regret, ...] over some cells: those in most of the cells first, then the least regret."""
    names = {line.subject.name for finding in findings for line in finding.lines}
    found = [_regret(name, [one for one in findings if one.line(name)], baseline)
             for name in names]
    return sorted(found, key=lambda one: (-one.cells, one.mean, one.name))


def _regret(name, findings, baseline):
    costs = [(max(1.0, finding.line(name).to_first.mean), finding) for finding in findings]
    worst, worst_at = max(costs, key=lambda pair: (pair[0], pair[1].cell))
    verdicts = [finding for finding in findings if finding.state != FEW]
    leads = [finding for finding in verdicts if name in finding.leaders]
    alone = sum(finding.state == RESOLVED for finding in leads)
    ratios = [ratio.mean for finding in findings if (ratio := finding.line(name).to_baseline)] \
        if name != baseline else []
    return Regret(name, findings, alone, len(leads) - alone, len(verdicts) - len(leads),
                  geometric([cost for cost, _ in costs]), worst, worst_at, geometric(ratios),
                  min(ratios, default=math.nan), max(ratios, default=math.nan))


def geometric(numbers):
    """The geometric mean; nan of nothing."""
    if not numbers:
        return math.nan
    return math.exp(math.fsum(math.log(number) for number in numbers) / len(numbers))


def _picks(answer):
    """{n: the Regret of the structure to take there}, over the cells of that n."""
    result = {}
    for n in answer.sizes:
        found = regrets(basis([one for one in answer.findings if one.cell.n == n]), answer.baseline)
        result[n] = found[0]
    return result


# --------------------------------------------------------------------------- what has changed since

def stale(run, subject):
    """Whether the present build has other code or flags for a subject than was measured; None: not known."""
    return run.stale(subject, main_pass(run))


def mixed(run, subject):
    """Whether a subject's records of the main pass are of several versions of its code."""
    return any(of[:2] == (subject, main_pass(run)) for of in run.mixed)


# ------------------------------------------------------------------------------- for `timerbed explain`

def main():
    import words  # it is above this module
    if len(sys.argv) != 3:
        print("usage: answer.py DIR OUT: the answer of a run, for timerbed explain", file=sys.stderr)
        return 2
    text = json.dumps(words.for_explain(records.open_run(sys.argv[1])), indent=1, ensure_ascii=False)
    os.makedirs(os.path.dirname(sys.argv[2]) or ".", exist_ok=True)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return 0


if __name__ == "__main__":
    console.run(main)
