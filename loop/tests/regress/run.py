#!/usr/bin/python3
"""run.py BUILD: runs libevent's own tests on this loop and on libevent, and judges the difference.

BUILD/regress holds the tests built against this loop's headers (on-loop) and against those of the
installed libevent (on-libevent). They run as

    loop              on-loop, over every exact structure and every backend that sleeps in real time
    reinsert          the same with EVENT_TIMER_REINSERT=1, on epoll
    libevent-2.1      the same with EVENT_LIBEVENT_2_1=1, on epoll, and on every backend over quad-heap
    compiled          on-libevent, run on this loop's library: a program compiled for libevent
    control           on-libevent, on libevent, with each of its backends, six times

Each test has its own process. A seed shuffles the tests of all configurations, so that the control
runs under the same conditions as the rest.

If a test fails or is skipped on the loop, it must do the same in the control, or expected.tsv must
name it with a deviation (loop/README.md). Everything else is a fault and fails the run, and so does
a line of expected.tsv that no run needs. left-out.tsv names tests of libevent's internals, which
are not run.

Some tests compare the wall clock with a tolerance, which a busy machine exceeds (timing.tsv). Only
these tests are run again when they fail: up to twice, while no other test runs. They pass if one of
the three runs passes. The output shows how often that was needed, on the loop and in the control.
"""

import collections
import concurrent.futures
import fnmatch
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "..", "..", "scripts"))

import built  # noqa: E402
import console  # noqa: E402

README = os.path.join(HERE, "..", "..", "README.md")
# Files below the build folder that the run needs.
LIBRARY = "libtimerbed-event.so"
NEEDED = ("regress/exact", "regress/on-loop", "regress/on-libevent", LIBRARY)
GROUPS = ("main", "signal", "thread", "finalize", "et", "util")
BACKENDS = ("epoll", "poll", "select", "io_uring")
OF_LIBEVENT = ("epoll", "poll", "select")
# This test sets EVENT_NO... itself. EVENT_METHOD, which libevent lacks, would override them.
CHOOSES_ITSELF = "main/base_environ"
# Tests of this group make no base, so neither structure nor backend matters to them.
WITHOUT_BASE = "util"
USUAL = "quad-heap"
# The control has few configurations. More rounds show how often it fails on a busy machine.
ROUNDS = 6
AGAIN = 2
# The limits of tinytest and of the process. On an idle machine each test takes under three seconds.
TEST_SECONDS, PROCESS_SECONDS = 300, 400

Configuration = collections.namedtuple("Configuration", "kind structure method program settings")
Outcome = collections.namedtuple("Outcome", "result said")


def table(name, columns):
    """Returns the rows of a .tsv file, without comments."""
    rows = []
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                row = line.rstrip("\n").split("\t")
                if len(row) != columns:
                    console.fail(f"{name}: not {columns} columns: {line.strip()}")
                rows.append(row)
    return rows


def deviations():
    """Returns {number: whether the compatibility flag undoes it} for the README's deviations."""
    with open(README, encoding="utf-8") as file:
        text = file.read().partition("## Deviations")[2]
    return {int(number): bool(star)
            for number, star in re.findall(r"^(\d+)\. (?:\*\*[^*]+\*\*(\*?))?", text, re.M)}


def tests_of(program):
    """Returns the names of the tests that run by default, except those in left-out.tsv."""
    names = re.findall(r"^    (\S+/\S+)$", built.said_by(program, "--list-tests"), re.M)
    names = [name for name in names if name.split("/")[0] in GROUPS]
    left_out = [row[0] for row in table("left-out.tsv", 2)]
    unknown = sorted(set(left_out) - set(names))
    if unknown:
        console.fail(f"left-out.tsv names no test: {' '.join(unknown)}")
    return [name for name in names if name not in left_out]


def configurations(build, structures, methods, libraries):
    """Yields all configurations, the control first."""
    def own(kind, structure, method, program="on-loop", **settings):
        settings.update(EVENT_TIMERS=structure, EVENT_METHOD=method)
        return Configuration(kind, structure, method, f"{build}/regress/{program}", settings)

    for method in OF_LIBEVENT:
        others = {f"EVENT_NO{name.upper()}": "1" for name in OF_LIBEVENT if name != method}
        for _ in range(ROUNDS):
            yield Configuration("control", "libevent", method, f"{build}/regress/on-libevent", others)
    for structure in structures:
        for method in methods:
            yield own("loop", structure, method)
            usual = USUAL in structure or method == "epoll"
            if usual:
                yield own("libevent-2.1", structure, method, EVENT_LIBEVENT_2_1="1")
                yield own("compiled", structure, method, "on-libevent", LD_LIBRARY_PATH=libraries)
        if "epoll" in methods:
            yield own("reinsert", structure, "epoll", EVENT_TIMER_REINSERT="1")


def link_libraries(build, folder):
    """Makes links in the folder that give this loop's library the names of libevent's."""
    library = os.path.realpath(os.path.join(build, LIBRARY))
    for name in ("libevent-2.1.so.7", "libevent_core-2.1.so.7", "libevent_pthreads-2.1.so.7"):
        os.symlink(library, os.path.join(folder, name))


def run_test(configuration, test):
    """Runs a test in its own process. Returns its Outcome."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("EVENT_") and name != "LD_LIBRARY_PATH"}
    environment.update(configuration.settings)
    if test == CHOOSES_ITSELF:
        environment.pop("EVENT_METHOD", None)
    command = [configuration.program, "--timeout", str(TEST_SECONDS), test]
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                              timeout=PROCESS_SECONDS)
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace")
        return Outcome("failed", f"{said}\nended after {PROCESS_SECONDS} s")
    counts = re.search(r"^(\d+) tests ok\.  \((\d+) skipped\)$", done.stdout, re.M)
    if done.returncode == 0 and counts:
        return Outcome("passed" if counts[1] == "1" else "skipped", done.stdout)
    return Outcome("failed", f"{done.stdout}exit status {done.returncode}")


class Progress:
    """A line on a terminal that shows how many tests are done, and the time left."""

    def __init__(self, count):
        self.count, self.done, self.begun, self.shown = count, 0, time.monotonic(), 0
        self.shows = sys.stderr.isatty()

    def step(self):
        self.done += 1
        now = time.monotonic()
        if self.shows and (now - self.shown > 0.5 or self.done == self.count):
            self.shown = now
            left = (now - self.begun) / self.done * (self.count - self.done)
            print(f"\r{self.done} of {self.count} tests, {left / 60:.0f}:{left % 60:02.0f} left ",
                  end="\n" if self.done == self.count else "", file=sys.stderr, flush=True)


def run_all(work, jobs):
    """Returns {(configuration's index, test): Outcome}."""
    outcomes, progress = {}, Progress(len(work))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(run_test, configuration, test): (index, test)
                   for index, configuration, test in work}
        try:
            for one in concurrent.futures.as_completed(running):
                outcomes[running[one]] = one.result()
                progress.step()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return outcomes


class Judge:
    """Compares the outcomes on the loop with the control and the table of expected failures."""

    def __init__(self, chosen):
        self.known = deviations()
        self.rows = [(test, where, int(number)) for test, where, number in table("expected.tsv", 3)]
        self.timing = {row[0] for row in table("timing.tsv", 2)}
        self.chosen, self.needed, self.faults = chosen, set(), []
        self.runs, self.again = collections.Counter(), collections.Counter()
        for test, _, number in self.rows:
            if number not in self.known:
                console.fail(f"expected.tsv: {test}: no deviation {number}")

    def repeat(self, outcomes):
        """Runs failed tests of timing.tsv again, one at a time."""
        for (index, test), outcome in outcomes.items():
            where = "control" if self.chosen[index].kind == "control" else "loop"
            self.runs[(test, where)] += 1
            if test not in self.timing or outcome.result != "failed":
                continue
            self.again[(test, where)] += 1
            for _ in range(AGAIN):
                outcome = outcomes[(index, test)] = run_test(self.chosen[index], test)
                if outcome.result != "failed":
                    break

    def expected(self, configuration, test):
        """Returns the indices of the test's rows, except deviations that the flag undoes."""
        place = place_of(configuration)
        return {i for i, (name, where, number) in enumerate(self.rows)
                if name == test and fnmatch.fnmatch(place, where) and
                not (self.known[number] and configuration.kind == "libevent-2.1")}

    def judge(self, outcomes):
        control = {}
        for (index, test), outcome in outcomes.items():
            if self.chosen[index].kind == "control":
                alike = test.startswith(WITHOUT_BASE + "/")
                for method in OF_LIBEVENT if alike else (self.chosen[index].method,):
                    # If one round of the control passes, the loop must pass.
                    if control.get((method, test)) != "passed":
                        control[(method, test)] = outcome.result
        for (index, test), outcome in sorted(outcomes.items(), key=lambda one: one[0]):
            configuration = self.chosen[index]
            if configuration.kind == "control":
                continue
            # libevent has no io_uring, so its epoll is the control.
            method = configuration.method if configuration.method in OF_LIBEVENT else "epoll"
            same = outcome.result in ("passed", control.get((method, test), "passed"))
            rows = self.expected(configuration, test)
            if rows and outcome.result == "passed":
                self.faults.append((configuration, test, Outcome("passed, but expected.tsv says "
                                                                 "that it fails", "")))
            elif not same and not rows:
                self.faults.append((configuration, test, outcome))
            self.needed |= rows

    def unneeded(self):
        """Returns the rows of expected.tsv for which no configuration ran."""
        return [f"{test} {where}" for i, (test, where, _) in enumerate(self.rows)
                if i not in self.needed]


def place_of(configuration):
    return f"{configuration.kind} {configuration.structure}@{configuration.method}"


def tell(judge, outcomes):
    """Prints what ran, what was repeated, and the faults. Returns the number of faults."""
    counts = collections.defaultdict(collections.Counter)
    for (index, _), outcome in outcomes.items():
        counts[judge.chosen[index].kind][outcome.result] += 1
    print(f"{'':<14}{'passed':>8}{'failed':>8}{'skipped':>8}")
    for kind, count in counts.items():
        print(f"{kind:<14}{count['passed']:>8}{count['failed']:>8}{count['skipped']:>8}")
    for test in sorted({test for test, _ in judge.again}):
        rates = (f"{judge.again[(test, where)]} of {judge.runs[(test, where)]} ({where})"
                 for where in ("loop", "control"))
        print(f"run again, alone: {test}: {', '.join(rates)}")
    for (index, test), outcome in sorted(outcomes.items()):
        if judge.chosen[index].kind == "control" and outcome.result == "failed":
            print(f"failed in the control: {test} {judge.chosen[index].method}")
    faults = collections.defaultdict(list)
    for configuration, test, outcome in judge.faults:
        faults[(test, outcome.result)].append((configuration, outcome))
    for (test, result), places in sorted(faults.items()):
        print(f"fault: {test} {result} in {len(places)} configurations: "
              + ", ".join(place_of(one) for one, _ in places[:6]) + (" ..." if places[6:] else ""))
        print(*(f"    {line}" for line in places[0][1].said.splitlines()[-12:]), sep="\n")
    return len(judge.faults)


def parse():
    parser = console.Parser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="the build folder")
    parser.add_argument("--structures", help="glob of the structures to run (all exact ones)")
    parser.add_argument("--methods", help="glob of the backends to run (all)")
    parser.add_argument("--kinds", default="*", help="glob of the kinds of runs (all)")
    parser.add_argument("--tests", default="*", help="glob of the tests to run (all)")
    parser.add_argument("--jobs", type=console.whole(1), default=3 * os.cpu_count(),
                        help="tests at a time (three a core: they sleep most of the time)")
    parser.add_argument("--seed", type=console.whole(0), default=int(time.time()))
    return parser.parse_args()


def main():
    arguments = parse()
    built.need("regress", *(os.path.join(arguments.build, name) for name in NEEDED))
    exact = built.said_by(f"{arguments.build}/regress/exact").split()
    structures = fnmatch.filter(exact, arguments.structures or "*")
    methods = fnmatch.filter(BACKENDS, arguments.methods or "*")
    libraries = tempfile.mkdtemp()
    try:
        link_libraries(arguments.build, libraries)
        chosen = [one for one in configurations(arguments.build, structures, methods, libraries)
                  if one.kind == "control" or fnmatch.fnmatch(one.kind, arguments.kinds)]
        tests = fnmatch.filter(tests_of(f"{arguments.build}/regress/on-loop"), arguments.tests)
        if not structures or not methods or not tests or not any(
                fnmatch.fnmatch(one.kind, arguments.kinds) for one in chosen):
            console.fail("there is no structure, backend, test or kind of that name", 2)
        once = set()
        work = []
        for index, configuration in enumerate(chosen):
            for test in tests:
                first = (configuration.kind, test) not in once
                if first or not test.startswith(WITHOUT_BASE + "/"):
                    work.append((index, configuration, test))
                    once.add((configuration.kind, test))
        print(f"{len(structures)} structures, {len(methods)} backends, {len(chosen)} configurations, "
              f"{len(work)} tests, seed {arguments.seed}", flush=True)
        random.Random(arguments.seed).shuffle(work)
        judge = Judge(chosen)
        outcomes = run_all(work, arguments.jobs)
        judge.repeat(outcomes)
        judge.judge(outcomes)
    finally:
        shutil.rmtree(libraries)
    failed = tell(judge, outcomes)
    whole = arguments.structures is None and arguments.methods is None and \
        arguments.kinds == arguments.tests == "*"
    for row in judge.unneeded() if whole else ():
        print(f"fault: expected.tsv has a line that nothing needs: {row}")
        failed += 1
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    console.run(main)
