"""What may be concluded from a run.

Everything rests on one idea: two subjects are compared by the logarithm of their ratio within a
block, where both replayed the same input on the same machine minutes apart. What differs between
blocks (the seed's luck, a noisy neighbour) then cancels. Over blocks these logarithms are a plain
sample, so the interval and the test are Student's; the t distribution is scipy's.

  ratio      the geometric mean over blocks of A/B; below 1, A costs less
  interval   95 %, of the mean log ratio, by the t distribution; none for a single block
  p          of the one-sample t test of the log ratios against 0, corrected by Holm's step-down
             procedure (S. Holm, Scand. J. Statist. 6, 1979) over the comparisons shown together
  verdict    faster, slower: corrected p < 0.05 and the ratio is at least the minimum effect;
             no difference: the whole interval lies within the minimum effect;
             not resolved: anything else
  indicative marks every verdict from fewer than 8 blocks

A ratio means nothing where values may be at or below 0: a loop may fire before the deadline. A pass
says so (SIGNED in passes/NAME.py). Its subjects are compared by the difference within a block, A - B,
in the unit of the pass; below 0, A has less. Interval and test are the same, of the differences. No
minimum effect is known in that unit, so the verdict is faster, slower or not resolved. Nobody is ranked.

Blocks of a group with looks (8, 12 and 16, say) stop at the look at which they are resolved. A
comparison is then made once at each look, so its level is 5 % divided by the number of looks: the
interval is of 98.3 %, and p is multiplied by 3 before it is corrected. The smallest p of several
looks times their number is a valid p by Bonferroni's inequality, and so is that of the look at
which a comparison stopped, for whatever reason it did.
"""

import functools
import math
from dataclasses import dataclass, field

import numpy
from scipy import special  # not scipy.stats: it takes a second to load and 1 ms a test

import passes
import records

ENOUGH_BLOCKS = 8
LEVEL = 0.05
MINIMUM_EFFECT = 0.05


@dataclass
class Comparison:
    """A subject's cost beside another's in one cell."""

    sample: numpy.ndarray  # one for each block that holds both
    mean: float = math.nan
    median: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    corrected: float = math.nan
    verdict: str = "not resolved"
    looks: int = 1  # after how many numbers of blocks it may be looked at: they share the level

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
    """A subject's cost relative to another's. The sample are the logarithms, and the mean is geometric."""

    @property
    def logs(self):
        return self.sample

    def judged(self, minimum_effect):
        """The verdict, by the corrected p and the interval."""
        effect = math.log1p(minimum_effect)
        if self.corrected < LEVEL and abs(math.log(self.mean)) >= effect:
            return "faster" if self.mean < 1 else "slower"
        if -effect <= math.log(self.low) and math.log(self.high) <= effect:
            return "no difference"
        return "not resolved"

    def direction(self, minimum_effect):
        """-1 if it costs less, 1 if more, 0 if by less than the minimum effect."""
        log = math.log(self.mean)
        return 0 if abs(log) < math.log1p(minimum_effect) else math.copysign(1, log)


class Difference(Comparison):
    """A subject's cost less another's, in the unit of the pass."""

    def judged(self, _):
        """The verdict, by the corrected p."""
        if self.corrected < LEVEL:
            return "faster" if self.mean < 0 else "slower"
        return "not resolved"

    def direction(self, _):
        """-1 if it costs less, 1 if more, 0 if the interval does not tell."""
        if self.has_interval and self.low <= 0 <= self.high:
            return 0
        return math.copysign(1, self.mean) if self.mean else 0


class Blocks(dict):
    """{block: value} of a subject in one cell, and how many looks its blocks have."""

    def __init__(self, looks, *content):
        super().__init__(*content)
        self.looks = looks

    def within(self, blocks):
        """Those of some blocks only."""
        return Blocks(self.looks, {block: self[block] for block in blocks})


def ratio(a, b):
    """A/B from {block: value}, over the blocks in both; None if there is none.

    The level is divided by the looks of the two, where they are Blocks.

    Values that are not positive have no ratio (a structure may keep 0 bytes beside its nodes) and
    count as absent.
    """
    logs = numpy.array([math.log(a[block] / b[block]) for block in a
                        if block in b and a[block] > 0 and b[block] > 0])
    return ratio_of_logs(logs, _looks(a, b)) if len(logs) else None


def difference(a, b):
    """A - B from {block: value}, over the blocks in both; None if there is none."""
    sample = numpy.array([a[block] - b[block] for block in a if block in b])
    return Difference(sample, *_student(sample, _looks(a, b)), looks=_looks(a, b)) \
        if len(sample) else None


def comparer(measured):
    """The function that compares two subjects in a pass: ratio(), or difference()."""
    return difference if passes.of(measured).differences else ratio


def _looks(a, b):
    return max(getattr(a, "looks", 1), getattr(b, "looks", 1))


def mean_interval(sample):
    """(mean, low, high) with Student's interval; of one value, no interval."""
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
    """(mean, median, low, high, p) of a sample, with the interval and the test against 0 that share the
    level among so many looks; of one value, no interval and no p.
    """
    sample = sorted(map(float, numbers))
    mean, median = math.fsum(sample) / len(sample), _median(sample)
    if len(sample) < 2:
        return mean, median, math.nan, math.nan, math.nan
    if sample[-1] - sample[0] <= 1e-12 * max(1.0, abs(mean)):
        # Counted quantities repeat exactly: no spread, hence nothing for a t distribution to do.
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
    """What that share of an ordered sample lies below: between two of it, in proportion.

    numpy.quantile computes the same, in a hundred times the time for a few values.
    """
    place = (len(ordered) - 1) * share
    below = int(place)
    part = place - below
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    # As numpy does, from the nearer end: the same to the last bit.
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def holm(p):
    """Holm's step-down correction of a sequence of p-values, in its order."""
    p = numpy.asarray(p, dtype=float)
    order = numpy.argsort(p, kind="stable")
    corrected = numpy.empty_like(p)
    steps = (len(p) - numpy.arange(len(p))) * p[order]
    corrected[order] = numpy.minimum(1.0, numpy.maximum.accumulate(steps))
    return corrected


def decide(family, minimum_effect=MINIMUM_EFFECT):
    """Gives a family of ratios, or of differences, all that are shown together, their corrected p and
    verdicts.

    One from a single block was not tested and so is not of the family.
    """
    tested = [ratio for ratio in family if not math.isnan(ratio.p)]
    for ratio, corrected in zip(
            tested, holm([ratio.p * ratio.looks for ratio in tested])):
        ratio.corrected = float(corrected)
    for ratio in tested:
        ratio.verdict = ratio.judged(minimum_effect)


# ------------------------------------------------------------------------------- within one cell

def values(run, cell, measure, names=None):
    """{subject: Blocks} of all subjects, or of some; the median where a subject was measured twice in a
    block.
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
    """The fastest yardstick of each block, as Blocks: what the compulsory work alone costs."""
    result = Blocks(1)
    for subject, blocks in values.items():
        if run.subjects[subject].kind == "yardstick":
            result.looks = getattr(blocks, "looks", 1)
            for block, value in blocks.items():
                result[block] = min(value, result.get(block, math.inf))
    return result


def looks_of(run, cell):
    """How many looks the blocks of a cell have, by experiment.ini; 1 where it says nothing."""
    workload = cell.workload.split(" ")[0].split("/")[0]
    key = ("looks", cell.experiment, cell.measured, cell.dispatch, cell.n, workload)
    if key not in run.kept:
        run.kept[key] = max((len(settings["looks"]) for name, settings in run.sections
                             if settings.get("looks") and _holds(name, settings, cell, workload)),
                            default=1)
    return run.kept[key]


def _holds(section, settings, cell, workload):
    """Whether a group of experiment.ini has that cell; a map may have n for an axis."""
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
    """Whether a cell needs no further block: each subject is told apart from the baseline and from
    the first of its accuracy, or shown not to differ, by a verdict that is not indicative. A pass that
    is compared by differences has no first.
    """
    against = [line.to_baseline for line in standing.lines
               if line.ranked and line.subject.name != baseline]
    if not passes.of(standing.cell.measured).differences:
        against += [line.to_first for line in standing.lines
                    if line.ranked and line.place not in ("first", "only")]
    return all(one is not None and not one.indicative and one.verdict != "not resolved"
               for one in against)


def overtaken(run, cell, subject):
    """The share of expected firings that came too late to happen; 0 for every exact subject."""
    late = expected = 0
    for rows in run.cells[cell][subject].values():
        for row in rows:
            late += row.get("overtaken") or 0
            expected += row.get("expected") or 0
    return late / expected if expected else float(late > 0)


def fired_wrongly(run):
    """The subjects that fired wrongly somewhere in the run: what they cost elsewhere ranks nobody."""
    if "wrong" not in run.kept:
        run.kept["wrong"] = {record["subject"] for record in run.records
                             if record.get("outcome") == "wrong"}
    return run.kept["wrong"]


def lateness(run, cell, subject):
    """(mean, maximum) ns from deadline to firing as recorded, or None.

    The trace's own advances are part of it: an exact subject is late too, if by as little as can
    be, and only the difference from one says anything. Passes that time things do not look at it;
    then it is what another pass saw in the same workload, at the nearest n.
    """
    for other in _cells_of_workload(run, cell):
        rows = [row for rows in run.cells[other].get(subject, {}).values() for row in rows
                if row.get("lateness_max_ns") is not None]
        if rows:
            return (float(numpy.mean([row.get("lateness_mean_ns") or 0 for row in rows])),
                    max(row["lateness_max_ns"] for row in rows))
    return None


def _cells_of_workload(run, cell):
    """A cell and the others of its workload, the nearest n first. Kept on the run: each line asks."""
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
    late: object = None  # a function without arguments that says how late it fires
    to_first: Ratio = None  # to the cheapest of its accuracy, where it is compared with that one
    wrong: bool = False  # it fired wrongly in some cell of the run, and so is ranked in none
    place: str = ""  # "first" of its accuracy; "only" of it; "tied": not told apart from first

    @property
    def spread(self):
        """Interquartile range over median."""
        return (self.high - self.low) / self.value if self.value else 0.0

    @property
    def lateness(self):
        """(mean, maximum) ns, or None. It is looked for when it is asked for, which few do."""
        return self.late() if self.late else None

    @property
    def ranked(self):
        return self.subject.compared and not self.overtaken and not self.wrong


@dataclass
class Standing:
    """One cell: its lines, cheapest first, what is compared before yardsticks and controls."""

    cell: records.Cell
    question: str = ""  # the experiment, if it stands aside: the others are one family
    lines: list = field(default_factory=list)
    floor: float = math.nan  # median over blocks
    floor_to_baseline: Ratio = None


    def line(self, subject):
        return next((line for line in self.lines if line.subject.name == subject), None)

    def first(self, accuracy):
        return next((line for line in self.lines if line.place in ("first", "only")
                     and line.subject.accuracy == accuracy), None)


def standings(run, measured="time", baseline=None, minimum_effect=MINIMUM_EFFECT, choose=None):
    """All cells of a pass, or those that choose(cell) wants. Their ratios to the baseline are one
    family, but for experiments that ask one thing, which are a family each. Kept on the run, as
    figures, tables and report all ask for the same.
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
    """Marks the cheapest of one accuracy, and those that cannot be told apart from it.

    The comparisons of one cell are one family. A subject with fewer blocks than a verdict needs,
    where others have enough, is not compared: the blocks that it shares would be too few for all.
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
    """The blocks that all have; where there are none, those without the poorest subject."""
    sets = sorted(sets, key=len, reverse=True)
    while not set.intersection(*sets):
        sets.pop()
    return set.intersection(*sets)


def ranking(standings):
    """The standings that say who costs least: without those of single questions, if there are others."""
    return [standing for standing in standings if not standing.question] or standings


def largest(standings):
    """{(experiment, workload, dispatch): the standing at its largest n}."""
    result = {}
    for standing in standings:
        cell = standing.cell
        key = (cell.experiment, cell.workload, cell.dispatch)
        if key not in result or cell.n > result[key].cell.n:
            result[key] = standing
    return result


def accuracies(standings):
    """The accuracy pairs of the subjects present, exact and in order first."""
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
    """A structure measured against itself: all that differs is noise."""

    subject: str
    cells: int
    tested: int
    different: int  # cells where the test calls it different, which none should
    ratios: int
    low: float  # the middle 95 % of single ratios, or of single differences
    high: float
    blocks: int  # typical
    resolvable: float  # the ratio that so many blocks tell from 1, or the difference that they tell from 0


def control(run, measured="time", minimum_effect=MINIMUM_EFFECT):
    """The null control of a pass, or None if it was not run.

    With b blocks and a spread s of log ratios, an interval excludes 1 from a ratio of
    exp(t s / sqrt(b)) on; that is what the run can resolve at best. Of differences with a spread s, it
    excludes 0 from t s / sqrt(b) on.
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
    """[(control, what it costs beside the structure that it repeats), ...] of each cell of a pass."""
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
