#!/usr/bin/python3
"""verify.py DIR: repeats a sample of a recorded run and says whether this machine agrees with it.

"There" is the recorded run, "here" is this machine. Times depend on the machine, but ratios within
a block should not: a subject that costs less than the baseline there should cost less here. So the
script draws a few comparisons by lot whose verdict was faster or slower there. Their workloads and
sizes differ as much as possible. It measures the subject and the baseline of each again, with the
recorded seeds, and prints both ratios:

  agrees             faster both there and here, or slower both there and here
  DISAGREES          resolved there and here, in opposite directions
  no difference here the whole interval here is within the minimum effect
  not resolved here  anything else: noise, or a difference that few blocks can't show
  FAILED here        the comparison could not be measured here

First, the script compares the run's files with SHA256SUMS. It also compares the traces with the
recorded ones: by their hash or, if a generator's source has changed, by the operations and by what
fires.

The exit status is 0 if all is well, 1 if a comparison disagrees, a trace differs, a cell failed or
the run is damaged, and 2 for a wrong command line.
"""

import hashlib
import os
import random
import subprocess
import sys
import time
from typing import NamedTuple

import choices
import console
import inference
import passes
import records
from record_lines import cells_path
from grid import Table, interval, write_text, write_sentence
from records import count, significant
from words import machine

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class NotVerified(Exception):
    """The recorded run is damaged or can't be verified. The argument says why."""


class Pick(NamedTuple):
    """A comparison to measure again. "There" is the recorded run."""

    cell: records.Cell
    subject: str
    baseline: str
    there: inference.Ratio
    block: dict  # one of its records, for the settings
    operations: tuple  # (operations per timer, least operations), as written in experiment.ini
    seeds: tuple  # consecutive seeds, one for each block
    hashes: dict  # {seed: hash of the trace}
    content: dict  # {seed: (operations, checksum of what fired)}
    seconds: float  # the time that it took there

    @property
    def workload(self):
        """The workload without its phase: lifecycle if the cell is lifecycle/arm."""
        return self.block["workload"]


# ----------------------------------------------------------------------------- the recorded run

def check_sums(folder):
    """Compares each file with SHA256SUMS. Returns the number of files, or raises NotVerified."""
    try:
        with open(os.path.join(folder, "SHA256SUMS"), encoding="utf-8") as file:
            lines = [line.split(maxsplit=1) for line in file.read().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise NotVerified(f"{folder}: SHA256SUMS cannot be read: {error}") from error
    sums = {}
    for line in lines:
        if len(line) != 2:
            raise NotVerified(f"{folder}: SHA256SUMS has a line that is no sum: {line[0]}")
        sums[os.path.normpath(line[1].lstrip("*"))] = line[0]
    for name in (os.path.basename(cells_path(folder)), "experiment.ini", "env.json"):
        if name not in sums:
            raise NotVerified(f"{folder}: SHA256SUMS does not list {name}")
    for name, wanted in sums.items():
        try:
            with open(os.path.join(folder, name), "rb") as file:
                found = hashlib.sha256(file.read()).hexdigest()
        except OSError as error:
            raise NotVerified(f"{folder}: {name}: {error.strerror}") from error
        if found != wanted:
            raise NotVerified(f"{folder}: {name} is not what was recorded: its SHA-256 is another")
    return len(sums)


def candidates(run, replicates, minimum_effect):
    """Returns a Pick for each comparison that was resolved there and can be measured again."""
    found = []
    for part in run.parts():
        index = recorded(part)
        for standing in inference.standings(part, "time", part.baseline, minimum_effect):
            for line in standing.lines:
                pick = candidate(part, standing.cell, line, index, replicates)
                if pick:
                    found.append(pick)
    return found


def recorded(run):
    """Returns {(experiment, workload without phase, n, dispatch, subject): {seed: [record, ...]}}.

    It has the successful records of the pass `time`; those of maps are left out.
    """
    index = {}
    for record in run.records:
        if record.get("pass") == "time" and record.get("status") == "ok" and "map" not in record:
            key = (record.get("experiment", ""), record["workload"], record["n"],
                   record.get("dispatch", "vtable"), record["subject"])
            index.setdefault(key, {}).setdefault(record["seed"], []).append(record)
    return index


def candidate(run, cell, line, index, replicates):
    names = (line.subject.name, run.baseline)
    if (not line.subject.compared or line.subject.name == run.baseline or not line.to_baseline
            or line.to_baseline.verdict not in ("faster", "slower")
            or run.doubts(names, "time", [cell.dispatch])):
        return None

    def rows(name):
        """Returns {seed: [record, ...]} of a subject. A '/' in a workload precedes its phase."""
        key = (cell.experiment, cell.workload.split("/")[0], cell.n, cell.dispatch, name)
        return index.get(key, {})

    ours, theirs = rows(line.subject.name), rows(run.baseline)
    # A seed with several records is left out: its settings, such as the stride, vary in the run.
    seeds = sorted(seed for seed in ours if seed in theirs
                   and len(ours[seed]) == len(theirs[seed]) == 1
                   and ours[seed][0]["trace_hash"] == theirs[seed][0]["trace_hash"])
    for first in seeds:
        wanted = tuple(range(first, first + replicates))
        if set(wanted) <= set(seeds):
            break
    else:
        return None
    [block] = ours[first]
    operations = run_operations(run, block)
    if not operations:
        return None
    seconds = sum(of[seed][0].get("cell_seconds", 0) for of in (ours, theirs) for seed in wanted)
    return Pick(cell, line.subject.name, run.baseline, line.to_baseline, block, operations, wanted,
                {seed: ours[seed][0]["trace_hash"] for seed in wanted},
                {seed: (theirs[seed][0].get("ops"), theirs[seed][0].get("checksum"))
                 for seed in wanted}, seconds)


def run_operations(run, block):
    """Returns (operations, least operations) of a block as written in experiment.ini.

    Records don't have these words. Returns None if no group of cells fits the block, or if several
    do and differ.
    """
    wanted = {"pass": [block["pass"]], "workloads": block["workload"], "n": str(block["n"]),
              "stride": [str(block.get("stride", 64))], "cold": [str(block.get("cold", 0))],
              "repeats": [str(block.get("repeats", 1))]}
    found = set()
    for section, keys in run.sections:
        if section.rpartition(".")[0] == block["experiment"] and all(
                keys.get(key) == value if isinstance(value, list) else value in keys.get(key, ())
                for key, value in wanted.items()):
            found.add((keys["operations"][0], keys["least-operations"][0]))
    return found.pop() if len(found) == 1 else None


# -------------------------------------------------------------------------------- drawing lots

def choose(found, number, seconds, lot):
    """Returns at most `number` of the Picks `found` that together took at most `seconds` there.

    They are as different as possible. The Picks are shuffled, and each time the first one is taken
    whose workload and n have been taken least so far. The baseline, then the subject, decide ties.
    """
    order = sorted(found, key=lambda pick: (pick.cell, pick.subject, pick.baseline))
    lot.shuffle(order)
    taken, left = [], seconds
    while len(taken) < number:
        fitting = [pick for pick in order if pick not in taken and pick.seconds <= left]
        if not fitting:
            break

        def used(pick):
            def times(key):
                return sum(key(one) == key(pick) for one in taken)
            return (times(lambda one: one.workload) + times(lambda one: one.cell.n),
                    times(lambda one: one.baseline), times(lambda one: one.subject))

        best = min(fitting, key=used)  # the first one among equals
        taken.append(best)
        left -= best.seconds
    return taken


# ------------------------------------------------------------------------------------- here

def measure(pick, folder, arguments):
    """Measures the subject and the baseline on the same blocks. Returns the run, or None if that
    fails."""
    block, (operations, least) = pick.block, pick.operations
    words = [arguments.timerbed, "run", pick.subject, pick.baseline, "-w", pick.workload,
             "-n", str(pick.cell.n), "--seed", str(pick.seeds[0]), "--reps", str(len(pick.seeds)),
             "--operations", operations, "--least-operations", least,
             "--repeats", str(block.get("repeats", 3)), "--stride", str(block.get("stride", 64)),
             "--cold", str(block.get("cold", 0)), "--dispatch", pick.cell.dispatch,
             "--out", folder, "--cache", arguments.cache, "--force"]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode:
        console.say(f"{pick.subject}, {pick.cell.workload}: {done.stderr.strip()}")
        return None
    return records.open_run(folder)


def compare(pick, run):
    """Returns (ratio here or None, number of equal traces, number of traces that differ).

    The hash of a trace also covers its generator's source. If only the source has changed, the
    number of operations and the checksum of what fires are unchanged, and the trace is the same.
    """
    found = {}
    for record in run.records:
        found.setdefault(record["seed"], set()).update(
            {record.get("trace_hash"), (record.get("ops"), record.get("checksum"))})
    same = sum(bool({pick.hashes[seed], pick.content[seed]} & found.get(seed, set()))
               for seed in pick.seeds)
    ratio = None
    for cell in run.select("time"):
        if cell.workload == pick.cell.workload:
            values = inference.values(run, cell, passes.of("time").measure)
            if pick.subject in values and pick.baseline in values:
                ratio = inference.ratio(values[pick.subject], values[pick.baseline])
    return ratio, same, len(pick.seeds) - same


def verdict(there, here):
    """Returns the verdict on a comparison, from its ratios there and here."""
    if here is None:
        return "FAILED here"
    if here.verdict in ("faster", "slower"):
        return "agrees" if here.verdict == there.verdict else "DISAGREES"
    return f"{here.verdict} here"


def shown(ratio):
    return f"{significant(ratio.mean)} {interval(ratio)}".strip() if ratio else "-"


def verify(arguments):
    files = check_sums(arguments.folder)
    run = records.open_run(arguments.folder)
    print(f"{arguments.folder}: {files} files are as SHA256SUMS has them.")
    found = candidates(run, arguments.replicates, arguments.minimum_effect)
    picks = choose(found, arguments.number, arguments.seconds, random.Random(arguments.seed))
    if not picks:
        raise NotVerified(f"{arguments.folder}: nothing was resolved there that could be made again in "
                      f"{arguments.seconds:g} s with {arguments.replicates} blocks in a row")
    print(f"Drawn with --seed {arguments.seed} from {len(found)} resolved comparisons: "
          f"{len(picks)}, which took {sum(pick.seconds for pick in picks):.0f} s there; "
          f"{arguments.replicates} blocks each.\n", flush=True)
    results, begun = [], time.monotonic()
    for number, pick in enumerate(picks, 1):
        if results and time.monotonic() - begun > arguments.seconds:
            print(f"The time of {arguments.seconds:g} s is up: {len(picks) - number + 1} of them "
                  "were not measured.")
            break
        ours = measure(pick, os.path.join(arguments.out, f"{number:02}"), arguments)
        results.append((pick, *(compare(pick, ours) if ours else (None, 0, 0))))
    inference.decide([here for _, here, _, _ in results if here], arguments.minimum_effect)
    return show(run, arguments, results)


def show(run, arguments, results):
    rows = [[pick.cell.workload, pick.subject, pick.baseline, count(pick.cell.n),
             shown(pick.there), shown(here), verdict(pick.there, here)]
            for pick, here, _, _ in results]
    words = [row[-1] for row in rows]
    write_text(Table(
        f"{arguments.folder}, there and here",
        ["workload", "subject", "relative to", "n", "there", "here", "this machine"], rows,
        [f"Ratios of cost, with 95 % intervals; {arguments.replicates} blocks here."], right=3,
        last_left=True), sys.stdout)
    same = sum(one for _, _, one, _ in results)
    others = sum(one for _, _, _, one in results)
    write_sentence(
        f"{words.count('agrees')} of {len(words)} agree in direction, {words.count('DISAGREES')} "
        f"disagree, {len(words) - words.count('agrees') - words.count('DISAGREES')} are not "
        "resolved here or failed.", sys.stdout)
    if others:
        write_sentence(
            f"{others} of {same + others} traces are NOT the same as those that were recorded: this "
            "build's workloads or oracle are not those of the run, and what is above compares other "
            "work.", sys.stdout)
    elif same:
        write_sentence(f"All {same} traces are the same as those that were recorded.", sys.stdout)
    changed = sorted({name for pick, _, _, _ in results for name in (pick.subject, pick.baseline)
                      if run.stale(name, "time")})
    if changed:
        write_sentence("This build has other code or flags than was measured there, of "
                             f"{', '.join(changed)}.", sys.stdout)
    write_sentence(f"There: {machine(run.environment)}.", sys.stdout)
    if not same + others:
        raise NotVerified(f"{arguments.folder}: every comparison failed here, so nothing is verified")
    return int(bool(others) or "DISAGREES" in words or "FAILED here" in words)


def main():
    parser = console.Parser(
        prog="verify.py", description="Reruns a sample of a recorded run on this machine.")
    parser.add_argument("folder", metavar="DIR", help="a run with SHA256SUMS: results/full")
    parser.add_argument("--seed", type=console.whole(0), default=1, metavar="S", help="of the lot (1)")
    parser.add_argument("--number", type=console.whole(1), default=8, metavar="N",
                        help="how many comparisons (8)")
    parser.add_argument("--replicates", type=console.whole(2), default=3, metavar="N",
                        help="blocks of each, 2 at least (3)")
    parser.add_argument("--seconds", type=console.more_than_zero, default=120, metavar="S",
                        help="begin none after that time (120)")
    parser.add_argument("--minimum-effect", type=choices.share, default=inference.MINIMUM_EFFECT,
                        metavar="SHARE", help="the smallest difference worth a verdict (0.05)")
    parser.add_argument("--timerbed", default=os.path.join(ROOT, "build", "timerbed"),
                        metavar="FILE", help="the program (build/timerbed)")
    parser.add_argument("--out", default="out/verify", metavar="DIR", help="runs of these (out/verify)")
    parser.add_argument("--cache", default="out/traces", metavar="DIR", help="traces (out/traces)")
    arguments = parser.parse_args()
    try:
        return verify(arguments)
    except NotVerified as why:
        console.say(why)
        return 1


if __name__ == "__main__":
    console.run(main)
