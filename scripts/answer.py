#!/usr/bin/python3
"""Computes the answer of a run: which structure costs least for each workload and number of timers,
by how much, how certain the result is, and what a wrong choice costs.

README, table, report, paper, `timerbed explain` and the end of `timerbed run` print the counts of
this module through the sentences of words.py. They count nothing themselves.

  cell      one workload at one n, in the main pass: the first pass of passes.PASSES that the run
            has. If the run calls structures in several ways, only the way that has the most cells
            counts; if two ways have equally many, the calls through the table of functions. Each
            phase of fill-drain and lifecycle is a separate cell. Cells of experiments whose .ini
            sets `aside` count only if the run has no others, apart from maps. Cells of maps count
            only if the run has no others.
  place     whether a structure is the cheapest of its accuracy in the cell, or is not told apart
            from the cheapest (inference.py)
  state     resolved: all other structures of the accuracy are slower than the cheapest.
            close: at least one structure cannot be told apart from the cheapest.
            few: there are fewer blocks than a verdict needs.
            alone: the cell has one structure of the accuracy.
            Both close and few count as not resolved.
  regret    the cost of a structure relative to the cheapest of its accuracy in the cell. Averages
            are geometric, over the cells with enough blocks. If no cell has enough blocks, they are
            over all cells and are indicative.
  pick      the structure with the least average regret, among the structures that were compared in
            the largest number of cells

In a pass that is compared by differences (inference.py), no structure is ranked. Such a pass has no
Finding, and its answer is the least and the most that was measured.

answer.py DIR OUT writes sentences about each subject to the file OUT as JSON, for
`timerbed explain`.
"""

import json
import math
import os
from dataclasses import dataclass, field

import console
import inference
import passes
import records

RESOLVED, CLOSE, FEW, ALONE = "resolved", "close", "few", "alone"


@dataclass
class Finding:
    """The structures of one accuracy in one cell by cost, and how certain their order is."""

    run: records.Run
    standing: inference.Standing
    lines: list  # inference.Line of each structure, the cheapest first
    state: str  # RESOLVED, CLOSE, FEW or ALONE

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
        """Returns the names of the cheapest structure and of all that are tied with it."""
        return [line.subject.name for line in (self.first, *self.tied)]

    @property
    def blocks(self):
        return self.first.to_first.blocks

    @property
    def lead(self):
        """Returns the Ratio of the second cheapest to the cheapest; None if there is no second."""
        return self.lines[1].to_first if len(self.lines) > 1 else None

    def line(self, name):
        return next((line for line in self.lines if line.subject.name == name), None)


@dataclass
class Regret:
    """The cost of using one structure in all cells, relative to the cheapest of each cell."""

    name: str
    findings: list  # the cells in which it was compared
    # Only cells with enough blocks for a verdict are counted.
    alone: int  # the number of cells in which it is the cheapest and all others are slower
    close: int  # the number of cells in which it and at least one other lead (see Finding.leaders)
    behind: int  # the number of cells in which it does not lead
    mean: float  # geometric mean of its regrets
    worst: float  # its largest regret
    worst_at: Finding  # the cell with its largest regret
    to_baseline: float  # geometric mean; nan if it is the baseline or there is no baseline
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
    findings: list  # a Finding for each cell in which two or more structures were compared
    alone: list  # a Finding for each cell with one structure
    regrets: list = field(default_factory=list)  # sorted as regrets() describes
    picks: dict = field(default_factory=dict)  # {n: the Regret of the pick of that n}

    def count(self, *states):
        return sum(finding.state in states for finding in self.findings)

    @property
    def unresolved(self):
        return self.count(CLOSE, FEW)

    @property
    def indicative(self):
        """Returns whether no cell has enough blocks for a verdict."""
        return bool(self.findings) and self.count(FEW) == len(self.findings)

    @property
    def basis(self):
        """Returns the findings over which averages are taken."""
        return basis(self.findings)

    @property
    def sizes(self):
        return sorted({finding.cell.n for finding in self.findings})

    @property
    def pick(self):
        return self.regrets[0] if self.regrets else None

    @property
    def complete(self):
        """Returns the regrets of the structures that were compared in as many cells as the pick."""
        return [one for one in self.regrets if one.cells == self.regrets[0].cells]

    def regret(self, name):
        return next((one for one in self.regrets if one.name == name), None)


def blocks(run, found):
    """Returns the numbers of blocks on which the answer of a run rests, as a list.

    `found` is the result of work_out(). The list has a number for each cell of the first Answer
    that compares structures. For a pass that is compared by differences, it has a number for each
    compared subject in each cell. If the run has no answer, it is empty.
    """
    ranked = [one for one in found if one.findings]
    if ranked:
        return [finding.blocks for finding in ranked[0].basis]
    measured = main_pass(run)
    return [line.blocks for standing in standings(run, measured) for line in standing.lines
            if line.subject.compared] if passes.of(measured).differences else []


def basis(findings):
    return [one for one in findings if one.state != FEW] or findings


# ------------------------------------------------------------------ the cells of the answer

def standings(run, measured="time", baseline=None, minimum_effect=inference.MINIMUM_EFFECT):
    """Returns the standings of the cells of the answer, in the order of Run.select()."""
    key = ("answer", measured, baseline, minimum_effect)
    if key not in run.kept:
        chosen = cells(run, measured)
        run.kept[key] = inference.standings(run, measured, baseline, minimum_effect,
                                             chosen.__contains__)
    return run.kept[key]


def cells(run, measured="time"):
    """Returns the set of the cells of the answer. The module's docstring defines them."""
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
    """Returns a function that returns whether a record is needed for the answer.

    It is an argument of records.open_run(). The needed records are those of all cells from which
    cells() chooses.
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
    """Returns the records, measured or not, of the pass and the experiments of the answer."""
    measured = main_pass(run)
    asked = {cell.experiment for cell in cells(run, measured)}
    return [record for record in run.records if record.get("pass", "time") == measured
            and record.get("experiment", "") in asked]


def said_left_out(run):
    """Returns the sentence of run.json about the cells that were left out.

    The sentence is "" if none was left out. Returns None if run.json is unreadable or lacks it.
    """
    try:
        with open(os.path.join(run.folder, "run.json"), encoding="utf-8") as file:
            said = json.load(file).get("left_out")
    except (OSError, ValueError, AttributeError):
        return None
    return said if isinstance(said, str) else None


def left_out(run):
    """Returns ([(workload, n), ...], number of planned pairs).

    The list has the planned pairs that have no record in the main pass. The plan is read from
    experiment.ini. This function serves runs that have no run.json. The numbers of a section may be
    written as 1000 or as 1e3.
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
    """Returns the pass of the answer if the caller chooses none."""
    return next(iter(run.passes()), "time")


def work_out(run, measured=None, baseline=None, minimum_effect=inference.MINIMUM_EFFECT):
    """Returns the Answers of a run of one family, one for each accuracy, exact accuracies first."""
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
    """Returns [(part, [Answer, ...]), ...] of a run, which may contain structures and loops."""
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
    """Returns the Regrets over some cells, those of the most cells first, then by mean regret."""
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
    """Returns the geometric mean, or nan if there are no numbers."""
    if not numbers:
        return math.nan
    return math.exp(math.fsum(math.log(number) for number in numbers) / len(numbers))


def _picks(answer):
    """Returns {n: the Regret of the pick}, over the cells of that n."""
    result = {}
    for n in answer.sizes:
        found = regrets(basis([one for one in answer.findings if one.cell.n == n]), answer.baseline)
        result[n] = found[0]
    return result


# --------------------------------------------------------- changes of the code since the run

def stale(run, subject):
    """Returns whether the code or flags of a subject in the present build differ from the measured
    ones, or None if that is not known.
    """
    return run.stale(subject, main_pass(run))


def mixed(run, subject):
    """Returns whether a subject's records of the main pass differ in a key of provenance.KEYS."""
    return any(of[:2] == (subject, main_pass(run)) for of in run.mixed)


# ----------------------------------------------------------------- for `timerbed explain`

def main():
    import words  # not at the top, as words.py imports this module
    parser = console.Parser(prog="answer.py",
                            description="Writes the answer of a run, for timerbed explain.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    parser.add_argument("out", metavar="OUT", help="the file to write, as JSON")
    arguments = parser.parse_args()
    said = words.for_explain(records.open_run(arguments.folder))
    text = json.dumps(said, indent=1, ensure_ascii=False)
    os.makedirs(os.path.dirname(arguments.out) or ".", exist_ok=True)
    with open(arguments.out, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return 0


if __name__ == "__main__":
    console.run(main)
