"""The statistics of a run.

A subject is something that is measured, such as a structure. In a block, all subjects of a group
replay the same input. Two subjects are compared by the logarithm of their ratio within a block.
Both ran on the same machine within minutes, so effects that differ between blocks, such as those of
the seed or of other load on the machine, cancel. The logarithms of all blocks are a sample. Its
interval and its test are Student's. The quantiles of the t distribution come from scipy.

  ratio      the geometric mean over blocks of A/B. Below 1, A costs less.
  interval   the 95 % interval of the mean log ratio, by the t distribution. One block has none.
  p          of the one-sample t test of the log ratios against 0, corrected by Holm's step-down
             procedure (S. Holm, Scand. J. Statist. 6, 1979) over the comparisons shown together
  verdict    faster, slower: corrected p < 0.05, and the ratio differs from 1 by at least the
             minimum effect;
             no difference: the whole interval lies within the minimum effect around 1;
             not resolved: anything else
  indicative marks each verdict from fewer than 8 blocks

A ratio means nothing if values may be 0 or negative, as when a loop fires before the deadline.
SIGNED in passes/NAME.py names the keys of such values. A pass whose MEASURE is one compares
subjects by differences: A - B within a block, in the unit of the pass. Below 0, A has less. The
interval and the test are computed from the differences in the same way. No minimum effect is known
in that unit, so the verdict is faster, slower or not resolved. Such a pass ranks nothing.

Looks are the numbers of blocks, such as 8, 12 and 16, after which a comparison may stop because it
is resolved. A comparison with several looks is tested at each of them, so its level is 5 % divided
by the number of looks. With three looks, the interval is of 98.3 %, and p is multiplied by 3 before
Holm's correction. By Bonferroni's inequality, the smallest p of all looks times their number is a
valid p. The p of the look at which a comparison stopped is at least as large, so it is valid too,
whatever the reason to stop.
"""

import functools
import math
from dataclasses import dataclass, field

import numpy
from scipy import special  # scipy.stats loads slowly, and its tests are slow

import passes
import records

ENOUGH_BLOCKS = 8
LEVEL = 0.05
MINIMUM_EFFECT = 0.05


@dataclass
class Comparison:
    """The comparison of subjects A and B in one cell."""

    sample: numpy.ndarray  # a number for each block that has both subjects
    mean: float = math.nan
    median: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    corrected: float = math.nan
    verdict: str = "not resolved"
    looks: int = 1  # the number of looks, which share the level

    @property
    def blocks(self):
        return len(self.sample)

    @property
    def level(self):
        return LEVEL / self.looks

    @property
    def has_interval(self):
        return not math.isnan(self.low)

    @property
    def indicative(self):
        return self.blocks < ENOUGH_BLOCKS


class Ratio(Comparison):
    """The cost of A relative to B. The sample has the log ratios, and the mean is geometric."""

    @property
    def logs(self):
        return self.sample

    def judged(self, minimum_effect):
        """Returns the verdict, from the corrected p and the interval."""
        effect = math.log1p(minimum_effect)
        if self.corrected < LEVEL and abs(math.log(self.mean)) >= effect:
            return "faster" if self.mean < 1 else "slower"
        if -effect <= math.log(self.low) and math.log(self.high) <= effect:
            return "no difference"
        return "not resolved"

    def direction(self, minimum_effect):
        """Returns -1 if A costs less, 1 if it costs more, 0 if by less than the minimum effect."""
        log = math.log(self.mean)
        return 0 if abs(log) < math.log1p(minimum_effect) else math.copysign(1, log)


class Difference(Comparison):
    """The difference A - B of the measures, in the unit of the pass."""

    def judged(self, _):
        """Returns the verdict, from the corrected p."""
        if self.corrected < LEVEL:
            return "faster" if self.mean < 0 else "slower"
        return "not resolved"

    def direction(self, _):
        """Returns -1 if A has less, 1 if it has more, 0 if the interval contains 0.

        Without an interval, the sign of the mean counts.
        """
        if self.has_interval and self.low <= 0 <= self.high:
            return 0
        return math.copysign(1, self.mean) if self.mean else 0


class Blocks(dict):
    """A dict {block: value} of a subject in one cell, with the number of looks of the cell."""

    def __init__(self, looks, *content):
        super().__init__(*content)
        self.looks = looks

    def within(self, blocks):
        """Returns the Blocks with only the given blocks."""
        return Blocks(self.looks, {block: self[block] for block in blocks})


def ratio(a, b):
    """Returns the Ratio A/B of two dicts {block: value}, over the blocks in both.

    Returns None if they have no common block. If the dicts are Blocks, the level is divided by
    their number of looks. A value that is not positive has no ratio and counts as absent: a
    structure may allocate 0 bytes besides its nodes.
    """
    logs = numpy.array([math.log(a[block] / b[block]) for block in a
                        if block in b and a[block] > 0 and b[block] > 0])
    return ratio_of_logs(logs, _looks(a, b)) if len(logs) else None


def difference(a, b):
    """Returns the Difference A - B of two dicts {block: value}, over the blocks in both.

    Returns None if they have no common block.
    """
    sample = numpy.array([a[block] - b[block] for block in a if block in b])
    return Difference(sample, *_student(sample, _looks(a, b)), looks=_looks(a, b)) \
        if len(sample) else None


def comparer(measured):
    """Returns the function that compares two subjects in a pass: ratio or difference."""
    return difference if passes.of(measured).differences else ratio


def _looks(a, b):
    return max(getattr(a, "looks", 1), getattr(b, "looks", 1))


def mean_interval(sample):
    """Returns (mean, low, high) with Student's interval. For one value, low and high are nan."""
    mean = float(numpy.mean(sample))
    if len(sample) < 2:
        return mean, math.nan, math.nan
    error = float(numpy.std(sample, ddof=1)) / math.sqrt(len(sample))
    half = float(special.stdtrit(len(sample) - 1, 1 - LEVEL / 2)) * error
    return mean, mean - half, mean + half


def ratio_of_logs(logs, looks=1):
    *numbers, p = _student(logs, looks)
    return Ratio(logs, *map(math.exp, numbers), p, looks=looks)


def _student(numbers, looks):
    """Returns (mean, median, low, high, p) of a sample.

    The interval has the level divided by `looks`. p is of the test against 0 and is not multiplied
    by `looks`. For one value, low, high and p are nan.
    """
    sample = sorted(map(float, numbers))
    mean, median = math.fsum(sample) / len(sample), _median(sample)
    if len(sample) < 2:
        return mean, median, math.nan, math.nan, math.nan
    if sample[-1] - sample[0] <= 1e-12 * max(1.0, abs(mean)):
        # Counted quantities repeat exactly. Without spread, there is no t distribution.
        return mean, median, mean, mean, 1.0 if abs(mean) < 1e-12 else 0.0
    freedom = len(sample) - 1
    variance = math.fsum((one - mean) ** 2 for one in sample) / freedom
    error = math.sqrt(variance / len(sample))
    half = float(special.stdtrit(freedom, 1 - LEVEL / looks / 2)) * error
    return mean, median, mean - half, mean + half, 2 * float(special.stdtr(freedom, -abs(mean) / error))


def _median(ordered):
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _quantile(ordered, share):
    """Returns the quantile of an ordered sample, by linear interpolation between two values.

    numpy.quantile returns the same, but is much slower for a few values.
    """
    place = (len(ordered) - 1) * share
    below = int(place)
    part = place - below
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    # Like numpy, interpolates from the nearer end, so that the last bit is the same.
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def holm(p):
    """Returns Holm's step-down correction of a sequence of p-values, in the given order."""
    p = numpy.asarray(p, dtype=float)
    order = numpy.argsort(p, kind="stable")
    corrected = numpy.empty_like(p)
    steps = (len(p) - numpy.arange(len(p))) * p[order]
    corrected[order] = numpy.minimum(1.0, numpy.maximum.accumulate(steps))
    return corrected


def decide(family, minimum_effect=MINIMUM_EFFECT):
    """Sets the corrected p and the verdict of each Comparison of a family.

    A family consists of the comparisons that are shown together. A comparison of a single block has
    no p and is not part of the family.
    """
    tested = [ratio for ratio in family if not math.isnan(ratio.p)]
    for ratio, corrected in zip(
            tested, holm([ratio.p * ratio.looks for ratio in tested])):
        ratio.corrected = float(corrected)
    for ratio in tested:
        ratio.verdict = ratio.judged(minimum_effect)


# ------------------------------------------------------------------------------- within one cell

def values(run, cell, measure, names=None):
    """Returns {subject: Blocks} of the subjects in a cell, or of those in `names`.

    `measure` is the key of the value. If a subject was measured several times in a block, the value
    is the median.
    """
    result, looks = {}, looks_of(run, cell)
    for subject, blocks in run.cells[cell].items():
        if names is not None and subject not in names:
            continue
        for block, rows in blocks.items():
            found = [row[measure] for row in rows
                     if isinstance(row.get(measure), (int, float))]
            if found:
                result.setdefault(subject, Blocks(looks))[block] = float(_median(sorted(found)))
    return result


def floor(run, values):
    """Returns the Blocks of the floor: in each block, the value of the fastest yardstick.

    A yardstick does only the work that each structure must do.
    """
    result = Blocks(1)
    for subject, blocks in values.items():
        if run.subjects[subject].kind == "yardstick":
            result.looks = getattr(blocks, "looks", 1)
            for block, value in blocks.items():
                result[block] = min(value, result.get(block, math.inf))
    return result


def looks_of(run, cell):
    """Returns the number of looks of a cell in experiment.ini, or 1 if it sets none."""
    workload = cell.workload.split(" ")[0].split("/")[0]
    key = ("looks", cell.experiment, cell.measured, cell.dispatch, cell.n, workload)
    if key not in run.kept:
        run.kept[key] = max((len(settings["looks"]) for name, settings in run.sections
                             if settings.get("looks") and _holds(name, settings, cell, workload)),
                            default=1)
    return run.kept[key]


def _holds(section, settings, cell, workload):
    """Returns whether a group in experiment.ini contains the cell. An axis of a map may be n."""
    numbers = settings.get("n")
    is_map = "x" in settings or "y" in settings
    names = settings.get("workloads", ())
    return (section.split(".")[0] == cell.experiment
            and settings.get("pass", ["time"]) == [cell.measured]
            and cell.dispatch in settings.get("dispatch", ["vtable"])
            and (cell.n in [float(n) for n in numbers] if numbers else is_map)
            and (workload in names
                 or is_map and any(workload.startswith((name + ":", name + ",")) for name in names)))


def resolved(standing, baseline):
    """Returns whether a cell needs no further block.

    Each ranked subject must have two verdicts: against the baseline and against the cheapest of its
    accuracy. Neither may be `not resolved` or indicative. In a pass that is compared by
    differences, only the baseline counts.
    """
    against = [line.to_baseline for line in standing.lines
               if line.ranked and line.subject.name != baseline]
    if not passes.of(standing.cell.measured).differences:
        against += [line.to_first for line in standing.lines
                    if line.ranked and line.place not in ("first", "only")]
    return all(one is not None and not one.indicative and one.verdict != "not resolved"
               for one in against)


def overtaken(run, cell, subject):
    """Returns the share of expected firings that did not happen because the subject was late.

    The trace re-armed or stopped these timers first. The share is 0 for each exact subject.
    """
    late = expected = 0
    for rows in run.cells[cell][subject].values():
        for row in rows:
            late += row.get("overtaken") or 0
            expected += row.get("expected") or 0
    return late / expected if expected else float(late > 0)


def fired_wrongly(run):
    """Returns the set of the subjects that fired wrongly in a cell of the run.

    They are not ranked in any cell.
    """
    if "wrong" not in run.kept:
        run.kept["wrong"] = {record["subject"] for record in run.records
                             if record.get("outcome") == "wrong"}
    return run.kept["wrong"]


def lateness(run, cell, subject):
    """Returns the recorded (mean, maximum) time from deadline to firing in ns, or None.

    A trace advances the clock in steps, so that even an exact subject fires late. Only the
    difference from an exact subject has a meaning. Some passes do not record lateness. Then the
    numbers are of the cell of the same workload that has them and has the nearest n.
    """
    for other in _cells_of_workload(run, cell):
        rows = [row for rows in run.cells[other].get(subject, {}).values() for row in rows
                if row.get("lateness_max_ns") is not None]
        if rows:
            return (float(numpy.mean([row.get("lateness_mean_ns") or 0 for row in rows])),
                    max(row["lateness_max_ns"] for row in rows))
    return None


def _cells_of_workload(run, cell):
    """Returns a list of the cell and all other cells of its workload, the nearest n first.

    The result is cached in run.kept, as each Line may need it.
    """
    workload = cell.workload.split("/")[0]
    if "workloads" not in run.kept:
        run.kept["workloads"] = groups = {}
        for other in run.cells:
            groups.setdefault(other.workload.split("/")[0], []).append(other)
    if ("nearest", cell) not in run.kept:
        run.kept["nearest", cell] = [cell] + sorted(
            (other for other in run.kept["workloads"][workload] if other != cell),
            key=lambda other: (abs(math.log(other.n / cell.n)), other))
    return run.kept["nearest", cell]


@dataclass
class Line:
    """One subject in one cell, as tables and figures show it."""

    subject: records.Subject
    blocks: int
    value: float  # median over blocks
    low: float  # quartiles over blocks
    high: float
    to_baseline: Comparison = None
    to_floor: Ratio = None
    overtaken: float = 0.0
    late: object = None  # a function without arguments that returns what lateness() returns
    to_first: Ratio = None  # to the cheapest of its accuracy, if it is compared with it
    wrong: bool = False  # True if it fired wrongly in some cell of the run. Then it is not ranked
    # "first": the cheapest of its accuracy. "only": the only one of its accuracy. "tied": not told
    # apart from the first. Otherwise "".
    place: str = ""

    @property
    def spread(self):
        """Returns the interquartile range divided by the median."""
        return (self.high - self.low) / self.value if self.value else 0.0

    @property
    def lateness(self):
        """Returns (mean, maximum) in ns, or None. It is computed on demand, as few need it."""
        return self.late() if self.late else None

    @property
    def ranked(self):
        return self.subject.compared and not self.overtaken and not self.wrong


@dataclass
class Standing:
    """The lines of one cell: compared subjects first, then yardsticks, controls and other subjects,
    each by value.
    """

    cell: records.Cell
    # The experiment if its .ini sets `aside`, otherwise "". Cells of one question are one family.
    question: str = ""
    lines: list = field(default_factory=list)
    floor: float = math.nan  # median over blocks
    floor_to_baseline: Ratio = None


    def line(self, subject):
        return next((line for line in self.lines if line.subject.name == subject), None)

    def first(self, accuracy):
        return next((line for line in self.lines if line.place in ("first", "only")
                     and line.subject.accuracy == accuracy), None)


def standings(run, measured="time", baseline=None, minimum_effect=MINIMUM_EFFECT, choose=None):
    """Returns the standings of the cells of a pass for which choose(cell) is true.

    Without `choose`, returns those of all cells. The comparisons with the baseline are one family,
    but each experiment whose .ini sets `aside` is a separate family. The result is cached in
    run.kept.
    """
    baseline = baseline or run.baseline
    key = (measured, baseline, minimum_effect, choose)
    if key in run.kept:
        return run.kept[key]
    measure = passes.of(measured).measure
    result = [_standing(run, cell, measure, baseline, minimum_effect)
              for cell in run.select(measured) if choose is None or choose(cell)]
    result = [standing for standing in result if standing.lines]
    for questions in {standing.question for standing in result}:
        decide([line.to_baseline for standing in result if standing.question == questions
                for line in standing.lines
                if line.to_baseline and line.subject.name != baseline
                and line.subject.compared], minimum_effect)
    run.kept[key] = result
    return result


def _standing(run, cell, measure, baseline, minimum_effect):
    found = values(run, cell, measure)
    ranks, against = not passes.of(cell.measured).differences, comparer(cell.measured)
    floors = floor(run, found) if ranks else {}
    standing = Standing(cell, cell.experiment if run.aside(cell.experiment) else "")
    if floors:
        standing.floor = float(_median(sorted(floors.values())))
        standing.floor_to_baseline = ratio(floors, found.get(baseline, {}))
    for name, blocks in found.items():
        sample = sorted(blocks.values())
        low, median, high = (float(_quantile(sample, share)) for share in (0.25, 0.5, 0.75))
        standing.lines.append(Line(
            run.subjects[name], len(blocks), median, low, high,
            against(blocks, found.get(baseline, {})), ratio(blocks, floors),
            overtaken(run, cell, name), functools.partial(lateness, run, cell, name),
            wrong=name in fired_wrongly(run)))
    kinds = ("yardstick", "control")
    standing.lines.sort(key=lambda line: (
        -1 if line.subject.compared else kinds.index(line.subject.kind)
        if line.subject.kind in kinds else len(kinds), line.value, line.subject.name))
    for accuracy in {line.subject.accuracy for line in standing.lines if line.ranked and ranks}:
        _place([line for line in standing.lines
                if line.ranked and line.subject.accuracy == accuracy], found, minimum_effect)
    return standing


def _place(lines, found, minimum_effect):
    """Sets `place` and `to_first` of the lines of one accuracy in one cell.

    The comparisons with the cheapest are one family. A subject is compared only if it has enough
    blocks for a verdict, or, if none has enough, as many blocks as any other. Otherwise the common
    blocks would be too few for all.
    """
    most = max(line.blocks for line in lines)
    lines = [line for line in lines if line.blocks >= min(ENOUGH_BLOCKS, most)]
    common = common_blocks([set(found[line.subject.name]) for line in lines])
    contenders = [line for line in lines if common <= set(found[line.subject.name])]
    cost = {line.subject.name: math.fsum(
        math.log(max(found[line.subject.name][block], 1e-9)) for block in common) / len(common)
        for line in contenders}
    first = min(contenders, key=lambda line: (cost[line.subject.name], line.subject.name))
    first.place = "first" if len(lines) > 1 else "only"
    cheapest = found[first.subject.name].within(common)
    for line in contenders:
        line.to_first = ratio(found[line.subject.name].within(common), cheapest)
    others = [line for line in contenders if line is not first and line.to_first]
    decide([line.to_first for line in others], minimum_effect)
    for line in others:
        if line.to_first.has_interval and line.to_first.verdict != "slower":
            line.place = "tied"


def common_blocks(sets):
    """Returns the blocks that are in all sets.

    If there are none, leaves out the smallest sets, one after the other, until there is a common
    block.
    """
    sets = sorted(sets, key=len, reverse=True)
    while not set.intersection(*sets):
        sets.pop()
    return set.intersection(*sets)


def ranking(standings):
    """Returns the standings without a question, which rank structures; all if each has one."""
    return [standing for standing in standings if not standing.question] or standings


def largest(standings):
    """Returns {(experiment, workload, dispatch): the standing at the largest n}."""
    result = {}
    for standing in standings:
        cell = standing.cell
        key = (cell.experiment, cell.workload, cell.dispatch)
        if key not in result or cell.n > result[key].cell.n:
            result[key] = standing
    return result


def accuracies(standings):
    """Returns the accuracies (when, ordering) of the compared subjects, from exact to late and from
    ordered to unordered.
    """
    found = {line.subject.accuracy for standing in standings for line in standing.lines
             if line.subject.compared}
    whens = ("exact", "to a tick", "late fraction")
    orderings = ("by deadline", "by tick", "unordered")
    return sorted(found, key=lambda pair: (
        whens.index(pair[0]) if pair[0] in whens else len(whens),
        orderings.index(pair[1]) if pair[1] in orderings else len(orderings), pair))


# ------------------------------------------------------------------------------- the null control

@dataclass
class Control:
    """Structures that were measured against themselves, so that each difference is noise."""

    subject: str  # the names of the controls, separated by commas
    cells: int  # the number of comparisons: one for each control in each cell
    tested: int  # the number of comparisons that have a p
    different: int  # the number of comparisons whose verdict is, falsely, faster or slower
    ratios: int  # the number of ratios or differences of single blocks
    # low and high enclose the middle 95 % of the ratios or differences of single blocks.
    low: float
    high: float
    blocks: int  # the median number of blocks of a comparison
    # The smallest ratio that `blocks` blocks tell from 1, or difference that they tell from 0.
    resolvable: float


def control(run, measured="time", minimum_effect=MINIMUM_EFFECT):
    """Returns the Control of a pass, or None if no null control was run.

    With b blocks and a standard deviation s of the log ratios, the interval of a ratio excludes 1
    if the ratio is at least exp(t s / sqrt(b)). This is the smallest ratio that the run can
    resolve. The interval of a difference excludes 0 if the difference is at least t s / sqrt(b).
    """
    found = _against_themselves(run, measured)
    if not found:
        return None
    ratios = [against for _, against in found]
    decide(ratios, minimum_effect)
    differences = passes.of(measured).differences
    low, high = numpy.quantile(numpy.concatenate([against.sample for against in ratios]),
                               (0.025, 0.975))
    if not differences:
        low, high = numpy.exp((low, high))
    blocks = int(numpy.median([against.blocks for against in ratios]))
    resolvable = math.nan
    pairs = [against.sample for against in ratios if against.blocks > 1]
    if pairs and blocks > 1:
        spread = math.sqrt(float(numpy.mean([numpy.var(sample, ddof=1) for sample in pairs])))
        t = float(special.stdtrit(
            blocks - 1, 1 - min(against.level for against in ratios) / 2))
        least = t * spread / math.sqrt(blocks)
        resolvable = least if differences else math.exp(least)
    return Control(
        ", ".join(sorted({name for name, _ in found})), len(ratios),
        sum(not math.isnan(against.p) for against in ratios),
        sum(against.verdict in ("faster", "slower") for against in ratios),
        sum(against.blocks for against in ratios), float(low), float(high), blocks, resolvable)


def _against_themselves(run, measured):
    """Returns [(control, its Comparison with the structure that it repeats), ...] of a pass."""
    found = []
    for cell in run.select(measured):
        pairs = [(name, target) for name in run.cells[cell]
                 if (target := run.subjects[name].control_of) in run.cells[cell]]
        numbers = values(run, cell, passes.of(measured).measure,
                         {name for pair in pairs for name in pair})
        for name, target in pairs:
            against = comparer(measured)(numbers.get(name, {}), numbers.get(target, {}))
            if against:
                found.append((name, against))
    return found
