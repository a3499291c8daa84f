#!/usr/bin/python3
"""claims.py RUN... [ID...]: what publications claim, judged by what was measured.

paper/claims.tsv has one claim a line: id, statement, source, statistic, tolerance, experiment. The
statistic is the name of a function of this script and its arguments, for example "ratio a=quad-heap
b=cached-binary-heap workload=idle n=5e4". The function computes a value and its interval from the
records of that experiment. The tolerance is one or two ranges of values, "0.92..0.98 | ..0.98". The
first range is what counts as reproduced, the second one what counts as reproduced with another
constant. The verdict follows from where the interval lies:

  reproduced                        all of it is in the union of the ranges, some of it in the first
  reproduced with another constant  all of it is in the second range, none of it in the first
  refuted                           none of it is in a range, or the claimed form does not hold
  not resolvable here               anything else; also a single block, which gives no interval

So a published constant stands unless the data exclude it, but a published direction must be shown.
Each interval is a 95 % interval (inference.py). Where a claim compares verdicts over several
settings, these are corrected for their number. A RUN is a folder with cells.jsonl; an argument that
is not a folder is an id. The id C1 selects C1, C1a, C1b, ...
"""

import json
import math
import os
import re
import sys
from dataclasses import dataclass, field

import numpy
from scipy import stats

import console
import inference
import insertion
import passes
import records
from records import significant

CLAIMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "paper", "claims.tsv")
COLUMNS = ["id", "statement", "source", "statistic", "tolerance", "experiment"]
REPRODUCED = "reproduced"
CONSTANT = "reproduced with another constant"
REFUTED = "refuted"
UNRESOLVED = "not resolvable here"
NO_DATA = "no data"


class Malformed(Exception):
    """paper/claims.tsv or an id on the command line is wrong. The argument says what."""


class Missing(Exception):
    """No run has the records that a claim needs. The argument says which records."""


# -------------------------------------------------------------------------------- what is claimed

@dataclass
class Claim:
    id: str
    statement: str
    source: str
    statistic: str
    tolerance: str
    experiment: str
    function: object = None
    arguments: dict = field(default_factory=dict)
    ranges: list = field(default_factory=list)  # 1 or 2 (low, high): reproduced, another constant


def read_claims(path):
    """Returns the claims in order. Raises Malformed with the line number if a line is wrong."""
    claims = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            text = line.rstrip("\n")
            if not text or text.startswith("#"):
                continue
            try:
                fields = text.split("\t")
                if number == 1 or fields == COLUMNS:
                    if fields != COLUMNS:
                        raise Malformed(f"the columns are {', '.join(COLUMNS)}")
                    continue
                claims.append(parse(fields))
                if [claim.id for claim in claims].count(claims[-1].id) > 1:
                    raise Malformed(f"{claims[-1].id} comes twice")
            except Malformed as wrong:
                raise Malformed(f"{path}:{number}: {wrong}") from None
    return claims


def parse(fields):
    if len(fields) != len(COLUMNS):
        raise Malformed(f"{len(fields)} columns, not {len(COLUMNS)}")
    claim = Claim(*(one.strip() for one in fields))
    if not re.fullmatch(r"C\d+[a-z]?", claim.id):
        raise Malformed(f"'{claim.id}' is no id: C7, C7a")
    if not re.fullmatch(r"[\w-]+", claim.experiment):
        raise Malformed(f"'{claim.experiment}' is no experiment's name")
    name, *words = claim.statistic.split()
    if name not in STATISTICS:
        raise Malformed(f"no statistic '{name}': {', '.join(STATISTICS)}")
    claim.function, needed, optional = STATISTICS[name]
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in needed + optional:
            raise Malformed(f"{name} takes {', '.join(needed + optional)}, not '{word}'")
        claim.arguments[key] = value
    for key in needed:
        if key not in claim.arguments:
            raise Malformed(f"{name} needs {key}")
    refuse_ratio_of_signed(name, claim.arguments)
    claim.ranges = [parse_range(part) for part in claim.tolerance.split("|")]
    if len(claim.ranges) > 2:
        raise Malformed("a tolerance is one or two ranges")
    return claim


def refuse_ratio_of_signed(name, arguments):
    """A ratio, and a logarithm, mean nothing where values may be at or below 0."""
    measured = passes.PASSES.get(arguments.get("pass", "time"))
    if not measured:
        raise Malformed(f"no pass '{arguments['pass']}': {', '.join(passes.PASSES)}")
    measure = arguments.get("measure", measured.measure)
    if name in OF_RATIOS and measure in measured.signed:
        raise Malformed(f"{measure} may be at or below 0 and has no {name}: take difference")


def parse_range(text):
    match = re.fullmatch(r"\s*(-?[\d.e+]*?)\.\.(-?[\d.e+]*)\s*", text)
    try:
        low = float(match[1]) if match[1] else -math.inf
        high = float(match[2]) if match[2] else math.inf
    except (TypeError, ValueError):
        raise Malformed(f"'{text.strip()}' is no range: 0.9..1.1, ..5, 2..") from None
    if low > high:
        raise Malformed(f"'{text.strip()}' is an empty range")
    return low, high


# ------------------------------------------------------------------------------ what was measured

@dataclass
class Estimate:
    value: float
    low: float
    high: float
    blocks: int
    form: bool = True  # False if the claimed form, such as linear growth, does not hold
    note: str = ""


class Data:
    """The records of one experiment. `taken` lists what a statistic has read, so that a reader can
    trace its number to the records."""

    def __init__(self, runs, experiment):
        self.experiment = experiment
        self.run = next((run for run in runs
                         if any(cell.experiment == experiment for cell in run.cells)), None)
        self.taken = []
        if not self.run:
            raise Missing(f"no records of the experiment {experiment}")

    def cell(self, workload, n, measured):
        """Returns the cell measured through the function table or, if it is missing, inlined.

        Raises Missing if there is neither.
        """
        for dispatch in ("vtable", "inline"):
            cell = records.Cell(self.experiment, workload, n, dispatch, measured)
            if cell in self.run.cells:
                return cell
        raise Missing(f"{self.experiment}: no records of {workload}, n = {records.count(n)}, "
                      f"pass {measured}")

    def values(self, subject, workload, n, measured, measure=None):
        """Returns {block: value} of one subject in one cell, or raises Missing."""
        cell = self.cell(workload, n, measured)
        measure = measure or passes.of(measured).measure
        found = inference.values(self.run, cell, measure).get(subject)
        if not found:
            raise Missing(f"{self.experiment}: no {measure} of {subject} in {workload}, "
                          f"n = {records.count(n)}, pass {measured}")
        taken = {"subject": subject, "workload": workload, "n": int(n), "dispatch": cell.dispatch,
                 "pass": measured}
        if taken not in self.taken:
            self.taken.append(taken)
        return found


    def overtaken(self, subjects, workload, n, measured):
        """Returns the share of firings that a removal or re-arm overtook, for each subject that
        has any, as text."""
        cell = self.cell(workload, float(n), measured)
        shares = {name: inference.overtaken(self.run, cell, name) for name in subjects
                  if name in self.run.cells[cell]}
        return ", ".join(f"{name}: {100 * part:.2g} % of firings overtaken"
                         for name, part in shares.items() if part)


def by_seed(blocks):
    """Returns {seed: value} of {block: value}.

    Two workloads never share a block, so the seed pairs their inputs.
    """
    return {seed: value for (seed, _), value in blocks.items()}


def numbers(text):
    return [float(word) for word in text.split(",")]


def estimate_of(one, note=""):
    """Returns a ratio or a difference of inference.py as an Estimate. Raises Missing if it is None."""
    if one is None:
        raise Missing("no block holds both")
    return Estimate(one.mean, one.low, one.high, one.blocks, note=note)


def mean_of(sample):
    """Returns the mean of a sample as an Estimate, with Student's interval."""
    return Estimate(*inference.mean_interval(sample), len(sample))


# --------------------------------------------------------------------------------- the statistics

def ratio(data, a, b, workload, n, workload_b=None, measure=None, **more):
    """Returns the ratio of a's cost to b's within blocks.

    If `workload_b` names another workload for b, the inputs of equal seeds are compared.
    """
    measured = more.get("pass", "time")
    left = data.values(a, workload, float(n), measured, measure)
    right = data.values(b, workload_b or workload, float(n), measured, measure)
    if workload_b:
        left, right = by_seed(left), by_seed(right)
    return estimate_of(inference.ratio(left, right), data.overtaken((a, b), workload, n, measured))


def difference(data, a, b, workload, n, measure=None, **more):
    """a's cost - b's, within blocks, in the unit of the measure."""
    measured = more.get("pass", "time")
    left, right = (data.values(one, workload, float(n), measured, measure) for one in (a, b))
    return estimate_of(inference.difference(left, right), data.overtaken((a, b), workload, n, measured))


def share(data, subject, workload, n):
    """Returns the share of the other n - 1 timers that an insertion walks past."""
    steps = data.values(subject, workload, float(n), "memory", "steps_per_insert")
    return estimate_of(inference.ratio(steps, {block: float(n) - 1 for block in steps}))


def law(data, n, workloads, search):
    """Returns the measured share minus the share that insertion.py predicts.

    The result is for the workload whose difference is the largest.
    """
    found = []
    for workload in workloads.split(";"):
        one = share(data, f"sorted-list:search={search}", workload, n)
        expected = insertion.share(insertion.distribution_of(workload), search)
        found.append(Estimate(one.value - expected, one.low - expected, one.high - expected,
                              one.blocks, note=insertion.distribution_of(workload)))
    return max(found, key=lambda one: abs(one.value))


def instructions_a_tick(data, subject, less, workload, n, tick):
    """Returns {block: instructions per tick of `tick` ns}, with those of the subject `less`
    subtracted."""
    cost = {}
    for name in (subject, less):
        one = data.values(name, workload, n, "count")
        ops = data.values(name, workload, n, "count", "ops")
        ns = data.values(name, workload, n, "count", "elapsed_ns")
        cost[name] = {block: one[block] * ops[block] / (ns[block] / tick) for block in one}
    return {block: value - cost[less][block] for block, value in cost[subject].items()
            if block in cost[less]}


def linear(data, subject, less, workload, n, slots, tick):
    """Returns b / a, where a + b n / slots is fitted to the instructions per tick for each seed.

    The claimed form, linear growth, holds if r^2 is at least 0.99 for each seed.
    """
    points = {}
    for size in numbers(n):
        cost = instructions_a_tick(data, subject, less, workload, size, float(tick))
        for seed, value in by_seed(cost).items():
            points.setdefault(seed, []).append((size / float(slots), value))
    fits = {seed: stats.linregress(*zip(*sample)) for seed, sample in points.items()
            if len(sample) > 2}
    if not fits:
        raise Missing("fewer than three n")
    worst = min(fit.rvalue ** 2 for fit in fits.values())
    slope, intercept = (float(numpy.mean([getattr(fit, key) for fit in fits.values()]))
                        for key in ("slope", "intercept"))
    against = inference.ratio({seed: fit.slope for seed, fit in fits.items()},
                               {seed: fit.intercept for seed, fit in fits.items()})
    if against is None:  # no seed's fit has a positive slope and a positive intercept
        one = Estimate(math.nan, math.nan, math.nan, len(fits))
    else:
        one = estimate_of(against)
    one.form = worst >= 0.99
    one.note = f"{intercept:.1f} + {slope:.1f} n/M, r^2 at least {worst:.4f}"
    return one


def a_tick(data, subject, less, workload, workload_b, n, tick):
    """Returns the ratio of instructions per tick in `workload` to those in `workload_b`.

    The inputs of equal seeds are compared.
    """
    left, right = (by_seed(instructions_a_tick(data, subject, less, one, float(n), float(tick)))
                   for one in (workload, workload_b))
    return estimate_of(inference.ratio(left, right))


def pays(data, a, b, workload, n, values=None, x=None):
    """Returns the smallest x such that a costs less than b at x and at each larger x measured.

    x is n or, if `values` is given, the number in `x` for each value that replaces % in the
    workload. The value is infinite if a does not cost less at the largest x. The interval goes from
    the largest x where a certainly does not cost less (no difference, or slower) to the value.
    """
    places = ([(workload.replace("%", value), float(n), place)
               for value, place in zip(values.split(","), numbers(x))] if values
              else [(workload, size, size) for size in numbers(n)])
    found = []
    for one, size, place in places:
        against = inference.ratio(data.values(a, one, size, "time"),
                                   data.values(b, one, size, "time"))
        if against is None:
            raise Missing(f"no block of {one}, n = {records.count(size)} holds both {a} and {b}")
        found.append((place, against))
    inference.decide([against for _, against in found])
    blocks = min(against.blocks for _, against in found)
    high, low = math.inf, 0.0
    for place, against in reversed(found):
        if against.verdict != "faster":
            break
        high = place
    for place, against in found:
        if against.verdict in ("slower", "no difference"):  # such a place is below high
            low = place
    if high == math.inf and low == found[-1][0]:
        low = math.inf  # a certainly does not cost less at the largest x
    note = ", ".join(f"{place:g}: {significant(against.mean)}" for place, against in found)
    return Estimate(high, low, high, blocks, note=note)


def largest(data, subjects, to, workload, n, **more):
    """Returns the largest factor between the cost of one of `subjects` and that of `to`, at any n.

    A ratio below 1 counts as its reciprocal.
    """
    found = []
    for size in numbers(n):
        base = data.values(to, workload, size, more.get("pass", "time"))
        for subject in subjects.split(";"):
            one = inference.ratio(data.values(subject, workload, size,
                                               more.get("pass", "time")), base)
            if one is None:
                raise Missing(f"no block holds both {subject} and {to}")
            value, low, high = one.mean, one.low, one.high
            if value < 1:
                value, low, high = 1 / value, 1 / high, 1 / low
            found.append(Estimate(value, low, high, one.blocks,
                                  note=f"{subject}, n = {records.count(size)}"))
    return max(found, key=lambda one: one.value)


def late(data, subject, exact, workload, n, shortest, longest):
    """Returns the greatest lateness as a share of the late timer's interval.

    The greatest lateness of the exact structure in the same block is subtracted. The records do not
    have the late timer's interval. It is between `shortest` and `longest` ns, the intervals that
    the coarsest level of the structure holds in this workload. So the share lies between
    lateness / longest and lateness / shortest.
    """
    mine = data.values(subject, workload, float(n), "memory", "lateness_max_ns")
    theirs = data.values(exact, workload, float(n), "memory", "lateness_max_ns")
    worst = max((mine[block] - theirs[block] for block in mine if block in theirs), default=None)
    if worst is None:
        raise Missing("no block holds both")
    return Estimate(worst / float(longest), worst / float(longest), worst / float(shortest),
                    len(mine), note=f"{records.duration(worst)} late")


def best(data, subject, values, workload, n, **more):
    """Returns the value that costs least when it replaces % in the subject's name.

    The interval spans the values that cannot be told apart from it.
    """
    measured = more.get("pass", "time")
    found = {float(value): data.values(subject.replace("%", value), workload, float(n), measured)
             for value in values.split(",")}
    common = set.intersection(*(set(blocks) for blocks in found.values()))
    if not common:
        raise Missing("no block holds all")
    cost = {value: numpy.mean([math.log(blocks[block]) for block in common])
            for value, blocks in found.items()}
    first = min(cost, key=cost.get)
    against = {value: inference.ratio({block: blocks[block] for block in common}, found[first])
               for value, blocks in found.items() if value != first}
    inference.decide(list(against.values()))
    tied = [first] + [value for value, one in against.items() if one.verdict != "slower"]
    if len(common) < 2:
        return Estimate(first, math.nan, math.nan, len(common))
    return Estimate(first, min(tied), max(tied), len(common))


def growth(data, subject, less, workload, n, **more):
    """Returns the slope of log(cost) over log(n). Each block's cost of `less` is subtracted."""
    measured = more.get("pass", "count")
    x, y, blocks = [], [], []
    for size in numbers(n):
        mine = data.values(subject, workload, size, measured)
        theirs = data.values(less, workload, size, measured)
        blocks.append(len(mine))
        for block in mine:
            if block in theirs and mine[block] > theirs[block]:
                x.append(math.log(size))
                y.append(math.log(mine[block] - theirs[block]))
    if len(set(x)) < 3:
        raise Missing("fewer than three n")
    fit = stats.linregress(x, y)
    half = stats.t.ppf(1 - inference.LEVEL / 2, len(x) - 2) * fit.stderr
    return Estimate(fit.slope, fit.slope - half, fit.slope + half, min(blocks))


def tau(data, workload, workload_b, n):
    """Returns Kendall's tau between the rankings in two workloads, the mean over seeds.

    It ranks the structures that fire exactly and in order.
    """
    cells = [data.cell(one, float(n), "time") for one in (workload, workload_b)]
    names = sorted(name for name in set.intersection(*(set(data.run.cells[cell]) for cell in cells))
                   if data.run.subjects[name].kind == "structure"
                   and data.run.subjects[name].accuracy == records.EXACT)
    found = [{name: by_seed(data.values(name, cell.workload, cell.n, "time")) for name in names}
             for cell in cells]
    seeds = set.intersection(*(set(one[name]) for one in found for name in names)) if names else {}
    if not seeds or len(names) < 3:
        raise Missing("fewer than three structures in both, of one seed")
    one = mean_of([stats.kendalltau(*([side[name][seed] for name in names] for side in found))
                   .statistic for seed in sorted(seeds)])
    one.note = f"{len(names)} structures"
    return one


# name: (function, required arguments, optional arguments)
STATISTICS = {
    "ratio": (ratio, ["a", "b", "workload", "n"], ["workload_b", "pass", "measure"]),
    "difference": (difference, ["a", "b", "workload", "n"], ["pass", "measure"]),
    "share": (share, ["subject", "workload", "n"], []),
    "law": (law, ["n", "workloads", "search"], []),
    "linear": (linear, ["subject", "less", "workload", "n", "slots", "tick"], []),
    "a_tick": (a_tick, ["subject", "less", "workload", "workload_b", "n", "tick"], []),
    "pays": (pays, ["a", "b", "workload", "n"], ["values", "x"]),
    "largest": (largest, ["subjects", "to", "workload", "n"], ["pass"]),
    "late": (late, ["subject", "exact", "workload", "n", "shortest", "longest"], []),
    "best": (best, ["subject", "values", "workload", "n"], ["pass"]),
    "growth": (growth, ["subject", "less", "workload", "n"], ["pass"]),
    "tau": (tau, ["workload", "workload_b", "n"], []),
}
# Of these, the ones that take ratios or logarithms of the measure of any pass.
OF_RATIOS = ("ratio", "largest", "best", "growth")


# ---------------------------------------------------------------------------------- the verdict

def verdict(estimate, ranges):
    if not estimate.form:
        return REFUTED
    low, high = estimate.low, estimate.high
    if math.isnan(low) or math.isnan(high):
        return UNRESOLVED
    meets = [low <= end and start <= high for start, end in ranges]
    if not any(meets):
        return REFUTED
    if not _covered(low, high, ranges):
        return UNRESOLVED
    return REPRODUCED if meets[0] else CONSTANT


def _covered(low, high, ranges):
    """Returns whether the union of the ranges contains all of low..high."""
    for start, end in sorted(ranges):
        if start <= low <= end:
            if high <= end:
                return True
            low = end
    return False


def judge(claim, runs):
    """Returns a row of the answer. Raises Missing if records are missing."""
    data = Data(runs, claim.experiment)
    estimate = claim.function(data, **claim.arguments)
    timed = any(not passes.of(one["pass"]).exact for one in data.taken)
    return {
        "id": claim.id, "verdict": verdict(estimate, claim.ranges), "value": estimate.value,
        "low": estimate.low, "high": estimate.high, "blocks": estimate.blocks,
        "indicative": "yes" if timed and estimate.blocks < inference.ENOUGH_BLOCKS else "no",
        "experiment": claim.experiment, "run": data.run.folder, "note": estimate.note,
        "statement": claim.statement, "source": claim.source, "statistic": claim.statistic,
        "tolerance": claim.tolerance, "selection": json.dumps(data.taken),
    }


def number(value):
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "never" if value > 0 else "-inf"
    return ("-" if value < 0 else "") + significant(abs(value))


def chosen(claims, ids):
    """Returns the claims that `ids` name, or all if it is empty. Raises Malformed if an id names no
    claim."""
    for one in ids:
        if not any(_named(claim.id, one) for claim in claims):
            raise Malformed(f"no claim '{one}': {' '.join(claim.id for claim in claims)}")
    return [claim for claim in claims if not ids or any(_named(claim.id, one) for one in ids)]


def _named(identity, asked):
    return identity == asked or re.fullmatch(re.escape(asked) + "[a-z]", identity)


def write_rows(path, rows):
    """Writes all columns of the rows as tsv, with numbers in full precision."""
    with open(path, "w", encoding="utf-8") as out:
        keys = list(rows[0]) if rows else []
        out.write("\t".join(keys) + "\n")
        for row in rows:
            out.write("\t".join(repr(one) if isinstance(one, float) else str(one)
                                for one in row.values()) + "\n")


def main():
    parser = console.Parser(prog="claims.py",
                            description="Judges the field's claims by what was measured.")
    parser.add_argument("words", nargs="*", metavar="RUN|ID", help="folders of runs; claims' ids")
    parser.add_argument("--claims", default=CLAIMS, help="the table of claims (paper/claims.tsv)")
    parser.add_argument("--out", metavar="FILE", help="also write all that is known, as tsv")
    parser.add_argument("--partial", action="store_true",
                        help="list claims whose records are missing as 'no data'")
    parser.add_argument("--experiment", action="store_true",
                        help="only print the experiments that the claims need")
    arguments = parser.parse_args()
    runs = [word for word in arguments.words if os.path.isdir(word) or os.sep in word]
    try:
        claims = chosen(read_claims(arguments.claims),
                        [word for word in arguments.words if word not in runs])
    except (Malformed, OSError) as wrong:
        console.fail(wrong, 2)
    if arguments.experiment:
        print("\n".join(dict.fromkeys(claim.experiment for claim in claims)))
        return 0
    return answer(claims, [records.open_run(folder) for folder in runs], arguments)


def answer(claims, runs, arguments):
    rows, missing = [], []
    for claim in claims:
        try:
            rows.append(judge(claim, runs))
        except Missing as what:
            missing.append(f"{claim.id}: {what}")
            row = dict.fromkeys(("id", "verdict", "value", "low", "high", "blocks", "indicative",
                                 "experiment", "run", "note", "statement", "source", "statistic",
                                 "tolerance", "selection"), "")
            row.update(vars_of(claim), verdict=NO_DATA, value=math.nan, low=math.nan,
                       high=math.nan, blocks=0, note=str(what), selection="[]")
            rows.append(row)
    print("id\tverdict\tvalue\tinterval\tblocks\tnote")
    for row in rows:
        words = row["verdict"] + (" (indicative)" if row["indicative"] == "yes" else "")
        print(f"{row['id']}\t{words}\t{number(row['value'])}\t"
              f"[{number(row['low'])}, {number(row['high'])}]\t{row['blocks']}\t{row['note']}")
    if arguments.out:
        write_rows(arguments.out, rows)
    if missing and not arguments.partial:
        print("\n".join(missing), file=sys.stderr)
        return 1
    return 0


def vars_of(claim):
    return {key: getattr(claim, key) for key in COLUMNS}


if __name__ == "__main__":
    console.run(main)
